import { foldedUnits } from "../fold.ts";

/** The units of a set of literals, numbered; units that fold to the same one share a number. */
export interface Alphabet {
  /** How many numbers there are, including 0 for units that are in no literal. */
  width: number;
  /** The number of each unit; units beyond the end of the table have 0. */
  classes: Uint16Array;
}

/** Large enough for the signs for Kelvin and Angstrom, which fold to Latin letters. */
const SMALL = 0x2130;

let known: Map<number, number[]> | undefined;

/** @param texts Folded strings. */
export function alphabetOf(texts: Iterable<string>): Alphabet {
  const numbers = new Map<number, number>();
  let largest = 0;
  for (const text of texts) {
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (numbers.has(unit)) continue;
      numbers.set(unit, numbers.size + 1);
      if (unit > largest) largest = unit;
    }
  }
  const width = numbers.size + 1;
  const size = largest < 0x250 ? SMALL : 0x10000;
  const classes = new Uint16Array(size); // always: a second type would slow every look down
  for (const [unit, number] of numbers) {
    classes[unit] = number;
    for (const other of unfoldedUnits().get(unit) ?? []) classes[other] = number;
  }
  return { width, classes };
}

/** For each folded unit, the others that fold to it. */
function unfoldedUnits(): Map<number, number[]> {
  if (known) return known;
  known = new Map();
  foldedUnits().forEach((folded, unit) => {
    if (folded === unit) return;
    const units = known!.get(folded);
    if (units) units.push(unit);
    else known!.set(folded, [unit]);
  });
  return known;
}
