/**
 * The parts of a Sigma string, as far as the checks need them.
 *
 * @module
 */

/** A part of a Sigma string: text, or a wildcard. */
export type Part = { text: string } | { wildcard: "*" | "?" };

/** Splits a Sigma string into text and wildcards; escapes are resolved.
 *
 * @param value The string as in the rule.
 * @see Sigma specification 2.1.0, rules, Escape Character
 */
export function partsOf(value: string): Part[] {
  const parts: Part[] = [];
  let text = "";
  for (let at = 0; at < value.length; at++) {
    const unit = value[at]!;
    const next = value[at + 1];
    if (unit === "\\" && (next === "*" || next === "?" || next === "\\")) {
      text += next;
      at++;
    } else if (unit === "*" || unit === "?") {
      if (text !== "") parts.push({ text });
      text = "";
      parts.push({ wildcard: unit });
    } else text += unit;
  }
  if (text !== "") parts.push({ text });
  return parts;
}

/** Whether a Sigma string has a wildcard that is not escaped. */
export function hasWildcard(value: string): boolean {
  return partsOf(value).some((part) => "wildcard" in part);
}

/** The text of a Sigma string without wildcards; `undefined` when it has one. */
export function plainText(value: string): string | undefined {
  const parts = partsOf(value);
  if (parts.some((part) => "wildcard" in part)) return undefined;
  return parts.map((part) => "text" in part ? part.text : "").join("");
}
