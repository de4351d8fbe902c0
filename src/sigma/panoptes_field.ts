/**
 * The custom field `panoptes` of a rule: what this product adds to Sigma. To other tools it is a
 * custom field like any other, so the file stays valid Sigma.
 *
 * @module
 */
import type { JsonValue } from "./sigma_rule.ts";
import { readSuppress, type Suppress } from "./suppress.ts";
import type { Words } from "./vocabulary.ts";

/** The members that are one line of text, each with the sentence that an editor shows beside it. */
export const PANOPTES_MEMBERS = {
  summary: "One line that says what happened, with fields in braces: {user.name} failed to log in",
  runbook: "One line that says what to do about a match",
} as const satisfies Words;

/** What a summary may name in braces besides fields: what is computed. */
export const COMPUTED_PLACEHOLDERS = ["count", "timespan"] as const;

/** The longest line of `panoptes`, in UTF-16 units. */
export const MAX_PANOPTES_LINE = 300;

/** What a rule says in its field `panoptes` about its alerts; what is malformed is left out. */
export type PanoptesField = { readonly [Name in keyof typeof PANOPTES_MEMBERS]?: string } & {
  readonly suppress?: Suppress | false;
};

/**
 * Reads the field `panoptes` of a rule.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { panoptesOf } from "./panoptes_field.ts";
 *
 * assertEquals(panoptesOf({ panoptes: { summary: "Hello", runbook: 7 } }), { summary: "Hello" });
 * ```
 *
 * @param custom The custom fields of the rule; default none.
 * @returns What it says.
 */
export function panoptesOf(custom: Readonly<Record<string, JsonValue>> = {}): PanoptesField {
  const { panoptes } = custom;
  if (typeof panoptes !== "object" || panoptes === null || Array.isArray(panoptes)) return {};
  const lines = Object.keys(PANOPTES_MEMBERS).flatMap((name) => {
    const value = panoptes[name];
    return typeof value === "string" && value.trim() !== "" ? [[name, value.trim()]] : [];
  });
  const read = readSuppress(panoptes.suppress);
  return { ...Object.fromEntries(lines), ...("suppress" in read && { suppress: read.suppress }) };
}
