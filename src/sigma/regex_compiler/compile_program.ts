import { RE2Set } from "re2js";
import { type Instruction, Op, type Program, type RuneSet } from "../regex/program.ts";

/** What an instruction of RE2JS does. */
const Re2Op = {
  either: 1,
  eitherOrMatch: 2,
  capture: 3,
  assert: 4,
  match: 6,
  nothing: 7,
  rune: 8,
  lastRune: 11,
} as const;

/** The part of an instruction of RE2JS that counts here. */
interface Re2Instruction {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  /** The code points that it consumes; the same list for the same set. */
  readonly runes: Int32Array;
  /** Whether it consumes a code point, ignoring case if the pattern says so. */
  matchRune(rune: number): boolean;
}

const MAX_RUNE = 0x10ffff;

/**
 * Parses and compiles a pattern: what is valid, what folds to what and what a class holds is the
 * word of RE2JS.
 *
 * @param pattern A pattern with its flags inline.
 * @throws {RE2JSException} If it is invalid or too large.
 */
export function compileProgram(pattern: string): Program {
  const set = new RE2Set();
  set.add(pattern);
  set.compile();
  const given: readonly Re2Instruction[] = set.prog.inst;
  const bounds: readonly number[] = [0, ...set.dfa.classBounds];
  const numberOf = numbersOf(given);
  const sets: RuneSet[] = [];
  const known = new Map<string, number>();
  const byRunes = new Map<Int32Array, Map<number, number>>();

  function setOf(instruction: Re2Instruction): number {
    const { runes, arg } = instruction;
    // One list may be two sets: one that ignores case, and one that does not.
    let alike = byRunes.get(runes);
    if (alike === undefined) byRunes.set(runes, alike = new Map());
    let number = alike.get(arg);
    if (number === undefined) {
      const ranges = rangesOf(instruction, bounds);
      const key = ranges.join();
      number = known.get(key) ?? sets.push(ranges) - 1;
      known.set(key, number);
      alike.set(arg, number);
    }
    return number;
  }

  const instructions = given.flatMap((instruction): Instruction[] => {
    const { op, arg } = instruction;
    if (isSkipped(op)) return [];
    const out = numberOf(instruction.out);
    if (op >= Re2Op.rune && op <= Re2Op.lastRune) {
      return [{ op: Op.take, out, arg: setOf(instruction) }];
    }
    if (op === Re2Op.either || op === Re2Op.eitherOrMatch) {
      return [{ op: Op.either, out, arg: numberOf(arg) }];
    }
    if (op === Re2Op.assert) return [{ op: Op.assert, out, arg }];
    return [{ op: op === Re2Op.match ? Op.match : Op.fail, out: 0, arg: 0 }];
  });
  return { patterns: 1, instructions, start: numberOf(set.prog.start), sets };
}

/** Only whether a pattern matches counts, so captures do nothing either. */
function isSkipped(op: number): boolean {
  return op === Re2Op.capture || op === Re2Op.nothing;
}

/** The new number of an instruction, or of the first one after it that is not skipped. */
function numbersOf(given: readonly Re2Instruction[]): (at: number) => number {
  let count = 0;
  const numbers = given.map(({ op }) => isSkipped(op) ? count : count++);
  return (at) => {
    while (isSkipped(given[at]!.op)) at = given[at]!.out;
    return numbers[at]!;
  };
}

/** The code points that an instruction consumes; it tells none apart between two bounds. */
function rangesOf(instruction: Re2Instruction, bounds: readonly number[]): RuneSet {
  const ranges: number[] = [];
  let isInside = false;
  for (const bound of bounds) {
    if (instruction.matchRune(bound) === isInside) continue;
    ranges.push(isInside ? bound - 1 : bound);
    isInside = !isInside;
  }
  if (isInside) ranges.push(MAX_RUNE);
  return Int32Array.from(ranges);
}
