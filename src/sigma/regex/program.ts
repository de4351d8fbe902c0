import { RE2Set } from "re2js";

/** What an instruction of a program does; the numbers are those of RE2JS. */
export const Op = {
  either: 1,
  eitherOrMatch: 2,
  capture: 3,
  assert: 4,
  fail: 5,
  match: 6,
  nothing: 7,
  rune: 8,
  lastRune: 11,
} as const;

/** One instruction of a compiled pattern. */
export interface Instruction {
  /** One of `Op`; what lies between `rune` and `lastRune` takes a code point of the text. */
  readonly op: number;
  /** The instruction that follows. */
  readonly out: number;
  /** The other instruction that may follow, what is asserted, or the number of the pattern that matches. */
  readonly arg: number;
  /** The code points that it takes, in ranges; the same list for the same set. */
  readonly runes: Int32Array;
  /** Whether it takes a code point, its case folded if the pattern says so. */
  matchRune(rune: number): boolean;
}

/** Patterns as RE2JS compiles them: a machine with one start, and a match for each pattern. */
export interface Program {
  /** How many patterns there are. */
  readonly patterns: number;
  readonly instructions: readonly Instruction[];
  readonly start: number;
  /** Where code points begin that some instruction tells from those before; ascending. */
  readonly bounds: Int32Array;
}

/**
 * Parses and compiles patterns together.
 *
 * @param patterns Patterns with their flags inside.
 * @throws RE2JSException when a pattern is not valid, or all are too large together.
 */
export function compileProgram(patterns: readonly string[]): Program {
  const set = new RE2Set();
  for (const pattern of patterns) set.add(pattern);
  set.compile();
  return {
    patterns: patterns.length,
    instructions: set.prog.inst,
    start: set.prog.start,
    bounds: set.dfa.classBounds,
  };
}
