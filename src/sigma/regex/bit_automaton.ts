import { Assertion, assertionsAt, Side } from "./assertions.ts";
import { Closures } from "./closures.ts";
import { FollowSets } from "./follow_sets.ts";
import { type Instruction, Op, type Program } from "./program.ts";
import { RuneClasses } from "./rune_classes.ts";

const SIDES = 4;

/** The most pairs of positions that may follow each other in one pattern. Sets are not counted. */
const MAX_FOLLOWERS = 50_000;

/**
 * Patterns as a position automaton (Glushkov, 1961) that processes 32 positions at a time.
 *
 * A state has a bit for each instruction that matched the last code point. However many are set, a
 * step costs the same few operations, which a lazily built table of states cannot promise.
 */
export class BitAutomaton {
  /** How many 32-bit integers a state has. */
  readonly words: number;
  readonly classes: RuneClasses;
  readonly #program: Program;
  readonly #takers: readonly Instruction[];
  readonly #takerOf: Int32Array;
  readonly #asked: number;
  /** For each pair of sides; built when a text first has such a position. */
  readonly #follow: (FollowSets | undefined)[] = [];
  readonly #byAssertions = new Map<number, FollowSets>();

  constructor(program: Program) {
    const { instructions } = program;
    const takers: Instruction[] = [];
    let asked = 0;
    this.#takerOf = new Int32Array(instructions.length);
    instructions.forEach((instruction, index) => {
      const { op, arg } = instruction;
      if (op === Op.take) this.#takerOf[index] = takers.push(instruction) - 1;
      else if (op === Op.assert) asked |= arg;
    });
    this.#program = program;
    this.#takers = takers;
    this.#asked = asked;
    this.words = (takers.length + 31) >>> 5;
    this.classes = new RuneClasses(program.sets, takers, asked);
  }

  /** What follows what at a position between two sides. */
  follow(before: number, after: number): FollowSets {
    return this.#follow[before * SIDES + after] ??= this.#build(before, after);
  }

  /** The maximum cost of a code point inside a text, in nanoseconds on a typical machine. */
  get cost(): number {
    const sides = new Set(this.classes.sides);
    sides.delete(Side.edge);
    let max = 0;
    for (const before of sides) {
      for (const after of sides) max = Math.max(max, this.follow(before, after).cost);
    }
    return max + this.classes.cost;
  }

  #build(before: number, after: number): FollowSets {
    const holds = assertionsAt(before, after) & this.#asked;
    let sets = this.#byAssertions.get(holds);
    if (!sets) {
      const { instructions, start, patterns } = this.#program;
      const takers = this.#takers;
      const closures = new Closures(instructions, this.#takerOf, holds);
      const reach = {
        count: takers.length,
        max: patterns > 1 ? Infinity : MAX_FOLLOWERS,
        start: closures.from(start),
        after: (taker: number) => closures.from(takers[taker]!.out),
      };
      // There is only one step at each edge of a text, and many patterns rarely share distances.
      const isOnce = (holds & (Assertion.textStart | Assertion.textEnd)) !== 0;
      sets = isOnce || patterns > 1 ? new FollowSets(reach) : FollowSets.cheapest(reach);
      this.#byAssertions.set(holds, sets);
    }
    return sets;
  }
}
