/**
 * Checks of modifiers that load but do not do what they seem to.
 *
 * @module
 */
import { literalOf, parseTextParts } from "../compile/text_parts.ts";
import { MODIFIERS } from "../modifiers.ts";
import type { Check } from "./check.ts";
import { has, type Item, modifierSpan, strings } from "./item.ts";

const SUBSTRING = ["contains", "startswith", "endswith", "re"];

const UTF16 = [...MODIFIERS].flatMap(([name, { family }]) =>
  family === "encoding" && !name.startsWith("base64") ? [name] : []
);

/** Whether the encoded value is padded: the bytes are not a multiple of three. */
function isPadded(value: string, item: Item): boolean {
  const text = literalOf(parseTextParts(value));
  if (text === undefined) return false;
  const bytes = has(item, ...UTF16) ? 2 * text.length : new TextEncoder().encode(text).length;
  return bytes % 3 !== 0;
}

/** Yields a finding at one modifier of every item that fails a test. */
function atModifier(
  code: string,
  severity: Check["severity"],
  modifier: string,
  summary: string,
  fails: (item: Item) => { message: string; suggestion: string } | undefined,
): Check {
  return {
    code,
    severity,
    summary,
    *run({ items, text }) {
      for (const item of items) {
        const index = item.modifiers.indexOf(modifier);
        const found = index < 0 ? undefined : fails(item);
        if (found) yield { at: modifierSpan(item, index, text), ...found };
      }
    },
  };
}

/** Checks of modifiers. */
export const modifierChecks: readonly Check[] = [
  atModifier("all-single", "warning", "all", "'all' has only one value.", (item) => {
    if (item.values.length !== 1) return undefined;
    return { message: "'all' has only one value", suggestion: "Remove '|all'" };
  }),
  atModifier(
    "all-exact",
    "warning",
    "all",
    "'all' has several whole values, which only an array can match.",
    (item) => {
      if (item.field === undefined || has(item, ...SUBSTRING, "cidr", "neq", "fieldref")) {
        return undefined;
      }
      const exact = strings(item).filter(({ value }) =>
        literalOf(parseTextParts(value)) !== undefined
      );
      if (exact.length < 2 || has(item, "gt", "gte", "lt", "lte")) return undefined;
      return {
        message: `'${item.field}' cannot equal ${exact.length} values unless it is an array`,
        suggestion: "Add '|contains', or remove '|all'",
      };
    },
  ),
  atModifier(
    "base64offset-whole",
    "warning",
    "base64offset",
    "'base64offset' has no 'contains', although the encoded text is nearly always inside other text.",
    (item) => {
      if (has(item, "contains")) return undefined;
      return {
        message: "'base64offset' without 'contains' compares the whole value, which rarely matches",
        suggestion: "Write '|base64offset|contains'",
      };
    },
  ),
  {
    code: "base64-padding",
    severity: "warning",
    summary: "A value of 'base64' ends in '=', which is only where the encoded text ends.",
    *run({ items, text }) {
      for (const item of items) {
        const index = item.modifiers.indexOf("base64");
        if (index < 0 || !has(item, "contains", "startswith")) continue;
        const padded = strings(item).filter(({ value }) => isPadded(value, item));
        const [first] = padded;
        if (!first) continue;
        const more = padded.length > 1 ? `, and ${padded.length - 1} more` : "";
        yield {
          at: modifierSpan(item, index, text),
          message: `Encoded, '${first.value}'${more} ends in '=', so nothing may follow it`,
          suggestion: "Write '|base64offset|contains', which also finds it at any place",
        };
      }
    },
  },
  {
    code: "utf16-plain",
    severity: "warning",
    summary: "UTF-16 is not encoded further, and hardly any log has its NUL characters.",
    *run({ items, text }) {
      for (const item of items) {
        const index = item.modifiers.findIndex((name) => UTF16.includes(name));
        if (index < 0 || has(item, "base64", "base64offset")) continue;
        const name = item.modifiers[index];
        yield {
          at: modifierSpan(item, index, text),
          message: `'${name}' without base64 puts a NUL beside every character`,
          suggestion: `Write '|${name}|base64offset|contains', or remove '|${name}'`,
        };
      }
    },
  },
  atModifier(
    "windash-all",
    "warning",
    "windash",
    "'windash' is combined with 'all': other tools then require every spelling of the dash at once.",
    (item) => {
      if (!has(item, "all")) return undefined;
      return {
        message: "Other tools read 'windash' with 'all' differently",
        suggestion: "Split the item into one search identifier per option",
      };
    },
  ),
  atModifier(
    "windash-nothing",
    "info",
    "windash",
    "'windash' has values without a dash or slash to vary.",
    (item) => {
      const plain = strings(item).find(({ value }) =>
        !/(^|[^\w])[-\/\u2013\u2014\u2015]/u.test(value)
      );
      if (plain === undefined) return undefined;
      return {
        message: `'windash' changes nothing in '${plain.value}'`,
        suggestion: "Remove '|windash' or the value",
      };
    },
  ),
  atModifier(
    "cased-nothing",
    "info",
    "cased",
    "'cased' has only values without letters.",
    (item) => {
      if (strings(item).length === 0) return undefined;
      if (strings(item).some(({ value }) => value.toLowerCase() !== value.toUpperCase())) {
        return undefined;
      }
      return {
        message: "'cased' changes nothing: no value has letters",
        suggestion: "Remove '|cased'",
      };
    },
  ),
  atModifier(
    "fieldref-itself",
    "warning",
    "fieldref",
    "A field is compared with itself.",
    (item) => {
      if (!item.values.some(({ value }) => value === item.field)) return undefined;
      return {
        message: `'${item.field}' is compared with itself`,
        suggestion: "Name another field",
      };
    },
  ),
  atModifier(
    "neq-list",
    "info",
    "neq",
    "'neq' has several values: it means none of them.",
    (item) => {
      if (item.values.length < 2) return undefined;
      return {
        message: "'neq' with a list means that the field equals none of the values",
        suggestion: "If that is intended, a selection under 'not' is clearer",
      };
    },
  ),
];
