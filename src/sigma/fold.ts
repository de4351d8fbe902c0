/**
 * Ranges of the Basic Multilingual Plane whose letters have two cases; the rest folds to itself.
 * A test compares the result with the runtime's own Unicode data for every code point.
 */
const CASED: readonly (readonly [first: number, last: number])[] = [
  [0x41, 0x5a],
  [0xb5, 0x587],
  [0x10a0, 0x10ff],
  [0x13a0, 0x13ff],
  [0x1c80, 0x1cbf],
  [0x1d79, 0x1d8e],
  [0x1e00, 0x1fff],
  [0x2126, 0x2188],
  [0x24b6, 0x24e9],
  [0x2c00, 0x2d2d],
  [0xa640, 0xa7ff],
  [0xab53, 0xabbf],
  [0xfb05, 0xfb06],
  [0xff21, 0xff5a],
];

/** Letters whose simple folding differs from the runtime's case conversion. */
const EXCEPTIONS: readonly (readonly [from: number, to: number])[] = [
  [0x131, 0x131], // dotless i folds to itself outside Turkish
  [0x1fd3, 0x390],
  [0x1fe3, 0x3b0],
  [0xfb05, 0xfb06],
];

const SHORT = 48;

const NOT_ASCII = /[^\0-\x7f]/;

let known: Uint16Array | undefined;

/** Maps each UTF-16 unit to its folded unit, surrogates to themselves; made at the first call. */
export function foldedUnits(): Uint16Array {
  return known ??= makeFoldedUnits();
}

/**
 * Folds case as Unicode's simple case folding does, one code point to one code point.
 *
 * So "ß" stays itself and does not equal "ss"; "ſ" and "K" (Kelvin) equal "s" and "k"; and the
 * Turkish dotless and dotted letters equal only themselves.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { foldText } from "./fold.ts";
 *
 * assertEquals(foldText("ÄRGER"), foldText("ärger"));
 * assertEquals(foldText("Straße") === foldText("STRASSE"), false);
 * ```
 *
 * @param text Any string.
 * @returns A string of the same length, which is the same for strings that differ only in case.
 */
export function foldText(text: string): string {
  if (text.length <= SHORT) {
    const kind = kindOf(text);
    if (kind !== "other") return kind === "folded" ? text : text.toLowerCase();
  } else if (!NOT_ASCII.test(text)) return text.toLowerCase();
  const units = foldedUnits();
  let folded = "";
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const isHigh = unit >= 0xd800 && unit < 0xdc00;
    const point = isHigh ? text.codePointAt(at)! : unit;
    if (point > 0xffff) {
      folded += String.fromCodePoint(foldedPoint(point));
      at++;
    } else folded += String.fromCharCode(units[unit]!);
  }
  return folded;
}

/** For short strings, a loop is faster than a regular expression; most need no copy at all. */
function kindOf(text: string): "folded" | "ascii" | "other" {
  let kind: "folded" | "ascii" = "folded";
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) return "other";
    if (unit >= 0x41 && unit <= 0x5a) kind = "ascii";
  }
  return kind;
}

function makeFoldedUnits(): Uint16Array {
  const units = new Uint16Array(0x10000);
  for (let unit = 0; unit < units.length; unit++) units[unit] = unit;
  for (const [first, last] of CASED) {
    for (let unit = first; unit <= last; unit++) units[unit] = foldedPoint(unit);
  }
  for (const [from, to] of EXCEPTIONS) units[from] = to;
  return units;
}

/** To upper case first, since several lower-case letters share a capital ("ς" and "σ"). */
function foldedPoint(point: number): number {
  const upper = onePoint(String.fromCodePoint(point).toUpperCase()) ?? point;
  return onePoint(String.fromCodePoint(upper).toLowerCase()) ?? upper;
}

function onePoint(text: string): number | undefined {
  const point = text.codePointAt(0)!;
  return text.length === (point > 0xffff ? 2 : 1) ? point : undefined;
}
