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
  /** One of `Op`; those from `rune` to `lastRune` consume a code point of the text. */
  readonly op: number;
  /** The instruction that follows. */
  readonly out: number;
  /** The other instruction that may follow, the assertions, or the number of the pattern. */
  readonly arg: number;
  /** The code points that it consumes, as ranges; the same list for the same set. */
  readonly runes: Int32Array;
  /** Whether it consumes a code point, ignoring case if the pattern says so. */
  matchRune(rune: number): boolean;
}

/** Patterns as RE2JS compiles them: one program with one start and a match for each pattern. */
export interface Program {
  /** How many patterns there are. */
  readonly patterns: number;
  readonly instructions: readonly Instruction[];
  readonly start: number;
  /** Where classes of code points start that instructions tell apart; ascending. */
  readonly bounds: Int32Array;
}

/**
 * Parses and compiles patterns together.
 *
 * @param patterns Patterns with their flags inline.
 * @throws {RE2JSException} If a pattern is invalid, or they are too large together.
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
