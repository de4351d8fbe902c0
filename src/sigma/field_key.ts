import { closest } from "./closest.ts";
import type { Quantifier } from "./sigma_rule.ts";

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
  /** For each array: the name that the rest of the path has, if it is one name. */
  literals: string[];
  /** The field inside the last array; undefined when the key ends in a bracket, "" for keywords. */
  field: string | undefined;
  /** The modifiers as written. */
  modifiers: { name: string; start: number; end: number }[];
  /** The first bracket that is nearly about the elements of an array. */
  bad?: BadBracket;
}

/** A bracket that is most likely meant for the elements of an array, but not written so. */
export interface BadBracket {
  /** What is written. */
  text: string;
  /** Its first unit in the key. */
  start: number;
  /** The unit after it. */
  end: number;
  /** The quantifier that it nearly is; without one, what follows a quantifier is wrong. */
  meant?: string;
}

/** The quantifiers that have a name. */
export const QUANTIFIERS: readonly string[] = ["any", "all", "all_or_empty", "none"];

/**
 * Takes a key apart: `field`, `field|modifier`, `array[any].field|modifier`, `array[-1]`.
 *
 * Any other bracket is a part of a name, as in `targets[].type`; so is one after a backslash.
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
  if (!/[[\]\\]/.test(path)) return { arrays: [], literals: [], field: path, modifiers };
  return { ...parsePath(path), modifiers };
}

function parsePath(path: string): Omit<FieldKey, "modifiers"> {
  const arrays: ArrayPart[] = [];
  const starts: number[] = [];
  let field: string | undefined = "";
  let from = 0;
  const parts = () => ({
    arrays,
    literals: starts.map((start) => unescaped(path.slice(start))),
    field,
  });
  for (let at = 0; at < path.length; at++) {
    const unit = path[at]!;
    if (unit === "\\" && (path[at + 1] === "[" || path[at + 1] === "]")) field += path[++at];
    else if (unit !== "[" || field === "") field += unit;
    else {
      const text = /^\[[^[\]]*\]/.exec(path.slice(at))?.[0];
      const inner = text?.slice(1, -1) ?? "";
      const quantifier = quantifierOf(inner);
      const end = at + (text?.length ?? 0);
      const isWhole = end === path.length || (path[end] === "." && end + 1 < path.length);
      if (quantifier !== undefined && isWhole) {
        arrays.push({ field: field!, quantifier });
        starts.push(from);
        if (end === path.length) return { ...parts(), field: undefined };
        field = "";
        at = end;
        from = end + 1;
        continue;
      }
      const meant = quantifier === undefined ? closest(inner, QUANTIFIERS) : undefined;
      if (text !== undefined && meant !== undefined) {
        return { ...parts(), bad: { text, start: at, end, meant } };
      }
      const isOpen = QUANTIFIERS.includes(path.slice(at + 1));
      if (typeof quantifier === "string" || isOpen) {
        const start = isOpen ? at : end;
        return { ...parts(), bad: { text: path.slice(start), start, end: path.length } };
      }
      field += unit;
    }
  }
  return parts();
}

function unescaped(path: string): string {
  return path.replace(/\\([[\]])/g, "$1");
}

function quantifierOf(text: string): Quantifier | undefined {
  if (QUANTIFIERS.includes(text)) return text as Quantifier;
  return /^-?\d{1,6}$/.test(text) && text !== "-0" ? Number(text) : undefined;
}
