import { checkItem } from "../compile/compile_item.ts";
import type { Origins } from "./origins.ts";
import type { Place, Source } from "./source.ts";

/**
 * Reports every value and modifier that could not be compiled, at its place; also those beside a line
 * that has a mistake of its own.
 *
 * Lists for placeholders are not known yet; a missing one is found when the rule set is made.
 *
 * @param origins The items that were read from a document, and where they stand.
 * @param source Where problems go.
 */
export function checkValues(origins: Origins, source: Source): void {
  for (const [item, values] of origins.values) {
    for (const { code, message, suggestion, value } of checkItem(item)) {
      const origin = origins.nodes.get(item);
      const place: Place = value === undefined ? origin?.key : values[value];
      source.report(code, message, place ?? origin?.value, suggestion);
    }
  }
}
