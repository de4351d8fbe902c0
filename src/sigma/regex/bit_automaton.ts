import { Assertion, assertionsAt, Side } from "./assertions.ts";
import { Closures } from "./closures.ts";
import { FollowSets } from "./follow_sets.ts";
import { type Instruction, Op, type Program } from "./program.ts";
import { RuneClasses } from "./rune_classes.ts";

const SIDES = 4;

/** What may follow what in one pattern, counted in all. Sets are of patterns that were counted already. */
const MAX_FOLLOWERS = 50_000;

/**
 * Patterns as an automaton of positions (Glushkov, 1961) that goes through a text 32 positions at a time.
 *
 * A state is a bit for each instruction that took the last code point. However many of them are alive, a
 * step costs the same few operations, which no lazily built table of states can promise.
 */
export class BitAutomaton {
  /** How many integers of 32 bits a state has. */
  readonly words: number;
  readonly classes: RuneClasses;
  readonly #program: Program;
  readonly #takers: readonly Instruction[];
  readonly #takerOf: Int32Array;
  readonly #asked: number;
  /** For each pair of sides; built when a text first has such a place. */
  readonly #follow: (FollowSets | undefined)[] = [];
  readonly #byAssertions = new Map<number, FollowSets>();

  constructor(program: Program) {
    const { instructions } = program;
    const takers: Instruction[] = [];
    let asked = 0;
    this.#takerOf = new Int32Array(instructions.length);
    instructions.forEach((instruction, index) => {
      const { op, arg } = instruction;
      if (op >= Op.rune && op <= Op.lastRune) this.#takerOf[index] = takers.push(instruction) - 1;
      else if (op === Op.assert) asked |= arg;
    });
    this.#program = program;
    this.#takers = takers;
    this.#asked = asked;
    this.words = (takers.length + 31) >>> 5;
    this.classes = new RuneClasses(program, takers, asked);
  }

  /** What follows what at a place between two sides. */
  follow(before: number, after: number): FollowSets {
    return this.#follow[before * SIDES + after] ??= this.#build(before, after);
  }

  /** What a code point costs at most, in nanoseconds of a usual machine, inside of a text. */
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
      // At the edges of a text there is one step only, and many patterns are seldom skipped alike.
      const isOnce = (holds & (Assertion.textStart | Assertion.textEnd)) !== 0;
      sets = isOnce || patterns > 1 ? new FollowSets(reach) : FollowSets.cheapest(reach);
      this.#byAssertions.set(holds, sets);
    }
    return sets;
  }
}
