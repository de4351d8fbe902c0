import type { Quantifier } from "../sigma_rule.ts";

/** A part of a key before the first bar that has a bracket: the array and which of its elements. */
export interface ArrayPart {
  /** The field that holds the array. */
  field: string;
  /** Which elements. */
  quantifier: Quantifier;
}

/** A key such as `resources[any].name|contains`, taken apart. */
export interface FieldKey {
  /** The arrays on the path, outermost first. */
  arrays: ArrayPart[];
  /** The field inside the last array; undefined when the key ends in a bracket, "" for keywords. */
  field: string | undefined;
  /** The modifiers as written. */
  modifiers: { name: string; start: number; end: number }[];
  /** The first bad bracket. */
  bad?: { text: string; start: number; end: number };
}

/** The quantifiers that have a name. */
export const QUANTIFIERS: readonly string[] = ["any", "all", "all_or_empty", "none"];

/**
 * Takes a key apart: `field`, `field|modifier`, `array[any].field|modifier`, `array[-1]`.
 *
 * A literal bracket is written `\[` and `\]`.
 *
 * @param key The key as written.
 * @returns Its parts with their offsets in the key.
 */
export function parseFieldKey(key: string): FieldKey {
  const bar = key.indexOf("|");
  const path = bar < 0 ? key : key.slice(0, bar);
  const modifiers: FieldKey["modifiers"] = [];
  for (let start = bar + 1; bar >= 0 && start <= key.length;) {
    const next = key.indexOf("|", start);
    const end = next < 0 ? key.length : next;
    modifiers.push({ name: key.slice(start, end), start, end });
    start = end + 1;
  }
  if (!/[[\]\\]/.test(path)) return { arrays: [], field: path, modifiers };
  return { ...parsePath(path), modifiers };
}

function parsePath(path: string): Omit<FieldKey, "modifiers"> {
  const arrays: ArrayPart[] = [];
  let field: string | undefined = "";
  for (let at = 0; at < path.length; at++) {
    const unit = path[at]!;
    if (unit === "\\" && (path[at + 1] === "[" || path[at + 1] === "]")) field += path[++at];
    else if (unit === "]") return { arrays, field, bad: { text: "]", start: at, end: at + 1 } };
    else if (unit !== "[") field += unit;
    else {
      const close = path.indexOf("]", at);
      const end = close < 0 ? path.length : close + 1;
      const quantifier = close < 0 ? undefined : quantifierOf(path.slice(at + 1, close));
      const after = path[end];
      const bad = { text: path.slice(at, end), start: at, end };
      if (quantifier === undefined || field === "") return { arrays, field, bad };
      if (after !== undefined && (after !== "." || end + 1 === path.length)) {
        return { arrays, field, bad: { text: path.slice(end), start: end, end: path.length } };
      }
      arrays.push({ field, quantifier });
      field = "";
      at = end;
      if (after === undefined) return { arrays, field: undefined };
    }
  }
  return { arrays, field };
}

function quantifierOf(text: string): Quantifier | undefined {
  if (QUANTIFIERS.includes(text)) return text as Quantifier;
  return /^-?\d{1,6}$/.test(text) && text !== "-0" ? Number(text) : undefined;
}
