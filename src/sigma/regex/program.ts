/** What an instruction of a program does. */
export const Op = {
  /** Nothing follows. */
  fail: 0,
  /** The pattern with the number `arg` matches. */
  match: 1,
  /** `out` and `arg` follow. */
  either: 2,
  /** `out` follows where the assertions `arg` hold. */
  assert: 3,
  /** Consumes a code point of the set `arg`; then `out` follows. */
  take: 4,
} as const;

/** One instruction of a compiled pattern. */
export interface Instruction {
  /** One of `Op`. */
  readonly op: number;
  /** The instruction that follows. */
  readonly out: number;
  /** What else the instruction needs; see `Op`. */
  readonly arg: number;
}

/** Code points, as the first and the last of each range; ascending, and no two ranges touch. */
export type RuneSet = Int32Array;

/** Patterns as one program with one start and a match for each pattern. */
export interface Program {
  /** How many patterns there are. */
  readonly patterns: number;
  readonly instructions: readonly Instruction[];
  readonly start: number;
  /** The sets of code points that instructions consume, each once. */
  readonly sets: readonly RuneSet[];
}

/**
 * Joins programs of one pattern each.
 *
 * @param programs At least one.
 * @returns A program in which each pattern has the number of its program.
 */
export function joinPrograms(programs: readonly Program[]): Program {
  const instructions: Instruction[] = [];
  const sets: RuneSet[] = [];
  const known = new Map<string, number>();
  const starts = programs.map((program, pattern) => {
    const first = instructions.length;
    const numbers = program.sets.map((set) => {
      const key = set.join();
      let number = known.get(key);
      if (number === undefined) known.set(key, number = sets.push(set) - 1);
      return number;
    });
    for (const { op, out, arg } of program.instructions) {
      instructions.push({
        op,
        out: first + out,
        arg: op === Op.match
          ? pattern
          : op === Op.either
          ? first + arg
          : op === Op.take
          ? numbers[arg]!
          : arg,
      });
    }
    return first + program.start;
  });
  const start = starts.reduce((before, one) =>
    instructions.push({ op: Op.either, out: before, arg: one }) - 1
  );
  return { patterns: programs.length, instructions, start, sets };
}
