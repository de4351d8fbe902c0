/**
 * Checks of search identifiers and their fields.
 *
 * @module
 */
import { oddLetter } from "../odd_letters.ts";
import { type Offsets, placeOf, plainOf } from "../parse/yaml_tree.ts";
import type { Check, Finding } from "./check.ts";
import type { Item } from "./item.ts";
import { listOf } from "./lint_document.ts";

/** Checks of search identifiers. */
export const selectionChecks: readonly Check[] = [
  {
    code: "selection-repeated",
    severity: "warning",
    summary: "Two search identifiers have the same content.",
    *run({ identifiers }) {
      const seen = new Map<string, string>();
      for (const { key, keyNode, value } of identifiers.values()) {
        const text = JSON.stringify(plainOf(value));
        const first = seen.get(text);
        if (first !== undefined) {
          yield {
            at: placeOf(keyNode),
            group: first,
            message: `'${key}' has the same content as '${first}'`,
            suggestion: "Remove one of them, or correct the copy",
          };
        } else seen.set(text, key);
      }
    },
  },
  {
    code: "selection-name",
    severity: "info",
    summary: "A search identifier has characters that other tools do not accept in a condition.",
    *run({ identifiers }) {
      for (const { key, keyNode } of identifiers.values()) {
        if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(key)) continue;
        yield {
          at: placeOf(keyNode),
          message: `'${key}' has characters other than letters, digits, '_' and '-'`,
          suggestion: `Write '${key.replaceAll(/[^A-Za-z0-9_-]+/g, "_") || "selection"}'`,
        };
      }
    },
  },
  {
    code: "name-odd-letter",
    severity: "warning",
    summary: "A name has a letter that readers cannot see, or take for a Latin one.",
    *run({ identifiers, items }) {
      const find = (what: string, name: string, at: Offsets): Finding | undefined => {
        const odd = oddLetter(name);
        return odd && {
          at,
          group: `${what} ${name}`,
          message: `The ${what} '${name}' has ${odd.says}`,
          suggestion: "Type the name again, unless the log has the character",
        };
      };
      for (const { key, keyNode } of identifiers.values()) {
        const found = find("search identifier", key, placeOf(keyNode));
        if (found) yield found;
      }
      for (const { field, within, key } of items) {
        if (field === undefined) continue;
        const found = find("field", [...within, field].join("."), key);
        if (found) yield found;
      }
    },
  },
  {
    code: "field-space",
    severity: "warning",
    summary: "A field name contains spaces.",
    *run({ items }) {
      for (const { field, key } of items) {
        if (field === undefined || !/\s/.test(field)) continue;
        yield {
          at: key,
          group: field,
          message: `The field '${field}' contains a space`,
          suggestion: `Write '${
            field.trim().replaceAll(/\s+/g, "")
          }', unless the log has the space`,
        };
      }
    },
  },
  {
    code: "field-case",
    severity: "warning",
    summary: "One field is written in different letter case.",
    *run({ items }) {
      const first = new Map<string, string>();
      for (const { field, key, within } of items) {
        if (field === undefined) continue;
        const path = [...within, field].join(".");
        const spelling = first.get(path.toLowerCase());
        if (spelling === undefined) first.set(path.toLowerCase(), path);
        else if (spelling !== path) {
          yield {
            at: key,
            group: path,
            message: `'${path}' is a different field from '${spelling}'`,
            suggestion: `Write '${spelling.split(".").at(-1)}' if the same field is meant`,
          };
        }
      }
    },
  },
  {
    code: "field-array-apart",
    severity: "info",
    summary: "One line is about a member of an array, another about the array as a whole.",
    *run({ items }) {
      const arrays = new Map<string, Item>();
      for (const item of items) {
        const array = item.field && /^(.+)\[any\]/.exec(item.field)?.[1];
        if (array) arrays.set(`${item.identifier} ${item.map} ${array}`, item);
      }
      for (const { identifier, map, field, key } of items) {
        if (arrays.size === 0 || field === undefined || field.includes("[")) continue;
        if (field.length > 500) continue;
        for (let dot = field.indexOf("."); dot > 0; dot = field.indexOf(".", dot + 1)) {
          const bound = arrays.get(`${identifier} ${map} ${field.slice(0, dot)}`);
          if (bound === undefined) continue;
          yield {
            at: key,
            group: field,
            message: `'${field}' may match a different member of the array than '${bound.field}'`,
            suggestion: `Write '${field.slice(0, dot)}[any]${field.slice(dot)}'`,
          };
        }
      }
    },
  },
  {
    code: "field-not-listed",
    severity: "info",
    summary: "The list 'fields' names a field of the detection in different letter case.",
    *run({ items, top }) {
      const entry = top.get("fields");
      if (entry?.value?.kind !== "list") return;
      const used = new Map(
        items.flatMap(({ field }) => field ? [[field.toLowerCase(), field]] : []),
      );
      for (const { data } of listOf(entry)) {
        const field = typeof data === "string" ? used.get(data.toLowerCase()) : undefined;
        if (field === undefined || field === data) continue;
        yield {
          at: placeOf(entry.value),
          group: entry,
          message: `'${data}' under fields is written '${field}' in the detection`,
          suggestion: `Write '${field}'`,
        };
      }
    },
  },
];
