/** States, numbered in the order in which they occur. */
export class StateTable {
  /** For each state its integers, one after the other. */
  states: Int32Array;
  readonly #size: number;
  readonly #max: number;
  /** By hash: the last state that has it. */
  readonly #last = new Map<number, number>();
  /** For each state: the one before it with the same hash, or -1. */
  readonly #before: number[] = [];

  /**
   * @param size How many integers a state has.
   * @param max The maximum number of states.
   */
  constructor(size: number, max: number) {
    this.#size = size;
    this.#max = max;
    this.states = new Int32Array(8 * size);
  }

  /** How many states there are. */
  get count(): number {
    return this.#before.length;
  }

  get isFull(): boolean {
    return this.count >= this.#max;
  }

  /** The number of a state, which may be new; -1 if there is no room for another. */
  number(state: Int32Array): number {
    const size = this.#size;
    let hash = 0;
    for (let index = 0; index < size; index++) {
      hash = Math.imul(hash ^ state[index]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    const last = this.#last.get(hash) ?? -1;
    for (let known = last; known >= 0; known = this.#before[known]!) {
      if (this.#isSame(state, known)) return known;
    }
    if (this.isFull) return -1;
    const number = this.#before.push(last) - 1;
    this.#last.set(hash, number);
    if (this.states.length < (number + 1) * size) {
      const longer = new Int32Array(this.states.length * 2);
      longer.set(this.states);
      this.states = longer;
    }
    this.states.set(state, number * size);
    return number;
  }

  clear(): void {
    this.#last.clear();
    this.#before.length = 0;
  }

  #isSame(state: Int32Array, known: number): boolean {
    const at = known * this.#size;
    for (let index = 0; index < this.#size; index++) {
      if (state[index] !== this.states[at + index]) return false;
    }
    return true;
  }
}
