/**
 * Checks of values against one another, and of how YAML reads them.
 *
 * @module
 */
import { literalOf, parseTextParts } from "../compile/text_parts.ts";
import type { Check } from "./check.ts";
import { has, type Item, type ItemValue, strings } from "./item.ts";

/** Strings of YAML 1.2 that readers of YAML 1.1, such as pySigma, take for something else. */
const YAML_1_1 = [
  [/^(yes|no|on|off)$/i, "a boolean"],
  [/^[-+]?0[0-7]+$/, "an octal number"],
  [/^[-+]?0b[01_]+$/, "a binary number"],
  [/^[-+]?[1-9]\d*(:[0-5]?\d)+$/, "a number of base 60"],
  [/^\d{4}-\d{2}-\d{2}$/, "a date"],
  [/^[-+]?\d+(_\d+)+$/, "a number"],
] as const;

/** Modifiers that compare numbers however they are written, or take them as written. */
const ANY_FORM = [
  ...["gt", "gte", "lt", "lte", "minute", "hour", "day", "week", "month", "year"],
  ...["contains", "startswith", "endswith", "cased", "re", "windash", "base64", "base64offset"],
];

/** Checks of lists of values. */
export const valueListChecks: readonly Check[] = [
  {
    code: "value-repeated",
    severity: "warning",
    summary: "A list has a duplicate value; letter case is ignored.",
    *run({ items }) {
      for (const item of items) {
        const seen = new Map<string, ItemValue>();
        for (const value of item.values) {
          const fold = typeof value.value === "string" &&
            !has(item, "cased", "re", "base64", "base64offset");
          const key = `${typeof value.value} ${
            fold ? String(value.value).toLowerCase() : value.value
          }`;
          if (seen.has(key)) {
            yield {
              at: value.at,
              group: item,
              message: `Duplicate value '${value.value}'`,
              suggestion: "Remove one of them",
            };
          }
          seen.set(key, value);
        }
      }
    },
  },
  {
    code: "value-covered",
    severity: "info",
    summary:
      "A value of a list never makes a difference: a shorter one already matches (or must match).",
    *run({ items }) {
      for (const item of items) {
        const place = item.modifiers.find((name) =>
          ["contains", "startswith", "endswith"].includes(name)
        );
        const own = item.modifiers.filter((name) =>
          name !== place && name !== "all" && name !== "cased"
        );
        if (place === undefined || own.length > 0 || item.values.length > 200) continue;
        const fold = (text: string) => has(item, "cased") ? text : text.toLowerCase();
        const texts = strings(item).map((value) => ({
          value,
          text: literalOf(parseTextParts(value.value)),
        }));
        const method = {
          contains: "includes",
          startswith: "startsWith",
          endswith: "endsWith",
        }[place] as
          | "includes"
          | "startsWith"
          | "endsWith";
        for (const { value, text } of texts) {
          if (!text) continue;
          const other = texts.find(({ text: short }) =>
            short && fold(short) !== fold(text) && fold(text)[method](fold(short))
          );
          if (!other) continue;
          const [idle, reason] = has(item, "all")
            ? [other.value, `'${value.value}' contains it`]
            : [value, `'${other.value.value}' already matches it`];
          yield {
            at: idle.at,
            group: item,
            message: `The value '${idle.value}' changes nothing: ${reason}`,
            suggestion: "Remove it",
          };
        }
      }
    },
  },
  {
    code: "value-null-in-list",
    severity: "warning",
    summary: "A list of values contains null, which the specification does not allow.",
    *run({ items }) {
      for (const item of items) {
        if (!item.listed || item.values.length < 2) continue;
        for (const { value, at } of item.values) {
          if (value !== null) continue;
          yield {
            at,
            group: item,
            message: "Tools differ in how they read null in a list",
            suggestion: "Put 'field: null' into a search identifier of its own",
          };
        }
      }
    },
  },
  {
    code: "value-yaml-version",
    severity: "warning",
    summary: "A value without quotes is a string here, but something else for readers of YAML 1.1.",
    *run({ items }) {
      for (const item of items) {
        for (const { style, source, at } of item.values) {
          if (style !== "plain") continue;
          const kind = YAML_1_1.find(([form]) => form.test(source))?.[1];
          if (kind === undefined) continue;
          yield {
            at,
            group: item,
            message: `${source} without quotes is ${kind} for tools that read YAML 1.1`,
            suggestion: `Write '${source}' in quotes`,
          };
        }
      }
    },
  },
  {
    code: "value-number-form",
    severity: "info",
    summary:
      "A number is written in a form that other tools may lose: they compare its value only.",
    *run({ items }) {
      for (const item of items) {
        if (item.field === undefined || has(item, ...ANY_FORM)) continue;
        for (const { style, source, value, at } of item.values) {
          if (style !== "plain" || typeof value !== "number" || String(value) === source) continue;
          if (YAML_1_1.some(([form]) => form.test(source))) continue;
          yield {
            at,
            group: item,
            message:
              `${source} without quotes is the number ${value}; some tools do not match the string ${source}`,
            suggestion: `Write '${source}' in quotes, or ${value}`,
          };
        }
      }
    },
  },
  {
    code: "value-double-quoted",
    severity: "info",
    summary: "A string with backslashes is in double quotes, where YAML interprets them first.",
    *run({ items, text }) {
      for (const item of items) {
        for (const { style, value, at } of item.values) {
          if (style !== "double-quoted" || !/\\[\\/]/.test(text.slice(at[0], at[1]))) continue;
          yield {
            at,
            group: item,
            message: `YAML turns this into '${value}' before Sigma reads it`,
            suggestion: "Use single quotes",
          };
        }
      }
    },
  },
  {
    code: "range-impossible",
    severity: "warning",
    summary: "Two comparisons of one field exclude each other.",
    *run({ items }) {
      const lows = new Map<string, { bound: number; open: boolean }>();
      for (const item of items) {
        const bound = has(item, "gt", "gte") ? boundOf(item.values) : undefined;
        if (bound !== undefined) lows.set(subjectOf(item), { bound, open: has(item, "gt") });
      }
      for (const item of items) {
        const most = has(item, "lt", "lte") ? boundOf(item.values) : undefined;
        const low = lows.get(subjectOf(item));
        if (most === undefined || low === undefined) continue;
        if (low.bound < most || (low.bound === most && !low.open && has(item, "lte"))) continue;
        yield {
          at: item.key,
          message: `No number is above ${low.bound} and below ${most}`,
          suggestion: "Swap the numbers, or use two search identifiers and 'or'",
        };
      }
    },
  },
];

/** What a comparison is about: a field, or a part of its date, in one map. */
function subjectOf({ identifier, map, within, field, modifiers }: Item): string {
  const others = modifiers.filter((name) => !["gt", "gte", "lt", "lte"].includes(name));
  return JSON.stringify([identifier, map, within, field, others]);
}

function boundOf(values: readonly ItemValue[]): number | undefined {
  const only = values.length === 1 ? values[0]!.value : undefined;
  return typeof only === "number" ? only : undefined;
}
