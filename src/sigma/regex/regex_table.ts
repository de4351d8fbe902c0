import { ItemError } from "../sigma_error.ts";
import { LinearRegex } from "./linear_regex.ts";
import { type Instruction, Op, type Program, type RuneSet } from "./program.ts";

/** A regular expression as a rule has it. */
export interface WrittenRegex {
  /** The pattern. */
  readonly source: string;
  /** Any of "i", "m", "s", in this order. */
  readonly flags: string;
  /** Where in the field it must match. */
  readonly place: "whole" | "contains" | "startswith" | "endswith";
}

/**
 * A compiled regular expression as JSON data.
 *
 * A bundle of rules has one for each expression in them, so that what loads it needs no compiler.
 */
export interface RegexTable extends WrittenRegex {
  /** Whether "$" also matches before a final line break. */
  readonly endsLines: boolean;
  /** What every match contains, folded: at least one string of each set. */
  readonly anywhere: readonly (readonly string[])[];
  /** How every match starts, folded: with one of these; empty if that is not known. */
  readonly atStart: readonly string[];
  /** The number of the first instruction. */
  readonly start: number;
  /** For each instruction: what it does, and its two operands. */
  readonly code: readonly number[];
  /** Sets of code points: the bounds of their ranges, each as its distance from the one before. */
  readonly sets: readonly (readonly number[])[];
}

/**
 * Where rules get their compiled regular expressions: from a compiler, or from what it has made
 * before. Undefined if there is none for an expression.
 */
export type RegexSource = (written: WrittenRegex) => RegexTable | undefined;

/** Makes expressions ready to run; throws an {@linkcode ItemError} if that is not possible. */
export type RegexLoader = (written: WrittenRegex) => LinearRegex;

/** More instructions than this take too long to load. */
export const MAX_INSTRUCTIONS = 10_000;

/** How many masks the classes of code points may need, in all words. */
const MAX_MASKS = 1_000_000;

/** How often a set may be asked for a code point while classes are built. */
const MAX_QUESTIONS = 2_000_000;

const MAX_RUNE = 0x10ffff;

/** All the assertions at once; see `Assertion`. */
const MAX_ASSERTION = 63;

/** The numbers of an instruction in `code`. */
const WIDTH = 3;

/**
 * Finds compiled regular expressions among those that were sent with the rules.
 *
 * @param tables What `compileRegexes()` has made.
 * @returns What `RuleSet` takes.
 */
export function regexesOf(tables: readonly RegexTable[]): RegexSource {
  const byKey = new Map(tables.map((table) => [keyOf(table), table]));
  return (written) => byKey.get(keyOf(written));
}

/** Loads each expression once, when a rule asks for it. */
export function regexLoader(source: RegexSource): RegexLoader {
  const known = new Map<string, LinearRegex>();
  return (written) => {
    const key = keyOf(written);
    let regex = known.get(key);
    if (regex === undefined) {
      const table = source(written);
      if (table === undefined) {
        const message = `The regular expression /${written.source}/ has no compiled form here`;
        throw new ItemError("value-regex", message, "compile it together with the rules");
      }
      known.set(key, regex = loadRegex(table));
    }
    return regex;
  };
}

/**
 * Loads an expression. The table is checked as if a stranger had written it.
 *
 * @throws {ItemError} If no compiler could have made it, or some text would take too long.
 */
export function loadRegex(table: RegexTable): LinearRegex {
  return new LinearRegex({ ...table, key: keyOf(table), program: programOf(table) });
}

/** What tells two expressions apart. */
export function keyOf({ source, flags, place }: WrittenRegex): string {
  return `${place}/${flags}/${source}`;
}

function programOf(table: RegexTable): Program {
  const { source, code, start } = table;
  const refuse = (what: string) =>
    new ItemError("value-regex", `The compiled form of /${source}/ is broken: ${what}`);
  const sets = table.sets.map((distances) => setOf(distances));
  if (sets.includes(undefined)) throw refuse("a set of code points has no order");
  const count = code.length / WIDTH;
  if (!Number.isInteger(count) || count === 0 || count > MAX_INSTRUCTIONS) {
    throw refuse(`it has ${count} instructions`);
  }
  const isBelow = (number: number | undefined, bound: number): boolean =>
    Number.isInteger(number) && number! >= 0 && number! < bound;
  if (!isBelow(start, count)) throw refuse(`it starts at ${start}`);
  const bounds: Readonly<Record<number, number>> = {
    [Op.fail]: count,
    [Op.match]: 1,
    [Op.either]: count,
    [Op.assert]: MAX_ASSERTION + 1,
    [Op.take]: sets.length,
  };
  const instructions = Array.from({ length: count }, (_, index): Instruction => {
    const [op, out, arg] = code.slice(index * WIDTH, (index + 1) * WIDTH) as [
      number,
      number,
      number,
    ];
    if (!isBelow(out, count) || !isBelow(arg, bounds[op] ?? 0)) {
      throw refuse(`instruction ${index} is ${op}, ${out}, ${arg}`);
    }
    return { op, out, arg };
  });
  const runes = sets as RuneSet[];
  const ranges = runes.reduce((sum, set) => sum + set.length, 0);
  if (ranges * (count / 32 + 1) > MAX_MASKS || ranges * runes.length > MAX_QUESTIONS) {
    throw refuse("its sets of code points are too many");
  }
  return { patterns: 1, instructions, start, sets: runes };
}

/** Undefined if the distances are not those of ranges in ascending order. */
function setOf(distances: readonly number[]): RuneSet | undefined {
  let last = -1;
  const set = new Int32Array(distances.length);
  for (const [index, distance] of distances.entries()) {
    // Only the last of a range may be its first, and 0 is where the first range may start.
    const least = index === 0 || index % 2 === 1 ? 0 : 1;
    if (!Number.isInteger(distance) || distance < least) return undefined;
    last = index === 0 ? distance : last + distance;
    if (last > MAX_RUNE) return undefined;
    set[index] = last;
  }
  return distances.length % 2 === 0 ? set : undefined;
}
