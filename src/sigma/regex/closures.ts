import { type Instruction, Op } from "./program.ts";

/** What can be reached without consuming a code point. */
export interface Closure {
  /** The numbers of instructions that consume one. */
  readonly takers: readonly number[];
  /** The numbers of the patterns that match. */
  readonly patterns: readonly number[];
}

/** Follows the instructions that consume nothing, at positions where the same assertions hold. */
export class Closures {
  readonly #instructions: readonly Instruction[];
  readonly #takerOf: Int32Array;
  readonly #holds: number;
  readonly #known = new Map<number, Closure>();
  /** For each instruction: the last search that visited it. */
  readonly #visits: Int32Array;
  #search = 0;

  /**
   * @param instructions The program.
   * @param takerOf For each instruction: its number among those that consume a code point.
   * @param holds The assertions that hold.
   */
  constructor(instructions: readonly Instruction[], takerOf: Int32Array, holds: number) {
    this.#instructions = instructions;
    this.#takerOf = takerOf;
    this.#holds = holds;
    this.#visits = new Int32Array(instructions.length);
  }

  /** What can be reached from an instruction, itself included. */
  from(start: number): Closure {
    let closure = this.#known.get(start);
    if (!closure) this.#known.set(start, closure = this.#explore(start));
    return closure;
  }

  #explore(start: number): Closure {
    const takers: number[] = [];
    const patterns: number[] = [];
    const waiting = [start];
    this.#search++;
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (this.#visits[at] === this.#search) continue;
      this.#visits[at] = this.#search;
      const { op, out, arg } = this.#instructions[at]!;
      if (op === Op.take) takers.push(this.#takerOf[at]!);
      else if (op === Op.match) patterns.push(arg);
      else if (op === Op.either) waiting.push(arg, out);
      else if (op === Op.assert && (arg & ~this.#holds) === 0) waiting.push(out);
    }
    return { takers, patterns };
  }
}
