import { Side } from "./assertions.ts";
import { BitAutomaton } from "./bit_automaton.ts";
import type { Program } from "./program.ts";
import { StateTable } from "./state_table.ts";

/** The maximum number of integers in the tables of states, per pattern and in all. */
const CELLS_PER_PATTERN = 60_000;
const MAX_CELLS = 1_000_000;

/** How many edges one text may add; one that needs more is unlikely to use them again. */
const MAX_NEW_EDGES = 150;

/** An edge on which patterns match. */
interface Find {
  readonly patterns: readonly number[];
  /** The state it leads to. */
  readonly next: number;
}

/**
 * Finds patterns in a text, in one pass and in time that depends only on the length of the text.
 *
 * Sets of positions that recur become states with a table of edges, so that typical texts cost one
 * lookup per unit. A text that keeps needing new states continues without them, bit by bit.
 */
export class RegexAutomaton {
  readonly #bits: BitAutomaton;
  /** For each pattern: whether it may also end before a final line break. */
  readonly #endsLines: readonly boolean[];
  readonly #someEndsLines: boolean;
  /** The classes, and the end of the text. */
  readonly #width: number;
  /** For each state: its bits, then the side of its last code point. */
  readonly #table: StateTable;
  /** For each state and class: the next state plus 1, a negative find, or 0 if not built. */
  #edges: Int32Array;
  #finds: Find[] = [];
  #newEdges = 0;
  /** The current state, or -1 if only the bits are kept. */
  #state = 0;
  #now: Int32Array;
  #then: Int32Array;

  /**
   * @param program One or more patterns.
   * @param endsLines For each pattern: whether it may also end before a final line break.
   */
  constructor(program: Program, endsLines: readonly boolean[]) {
    this.#bits = new BitAutomaton(program);
    this.#endsLines = endsLines;
    this.#someEndsLines = endsLines.includes(true);
    this.#width = this.#bits.classes.count + 1;
    const size = this.#bits.words + 1;
    const cells = Math.min(endsLines.length * CELLS_PER_PATTERN, MAX_CELLS);
    this.#table = new StateTable(size, Math.ceil(cells / (this.#width + size)));
    this.#edges = new Int32Array(8 * this.#width);
    this.#now = new Int32Array(size);
    this.#then = new Int32Array(size);
    this.#forget();
  }

  /** The maximum cost of a code point, in nanoseconds on a typical machine. */
  get cost(): number {
    return this.#bits.cost;
  }

  /**
   * Searches a text for the patterns.
   *
   * @param report Receives the numbers of matching patterns, maybe repeated; returns true to stop.
   */
  scan(text: string, report: (pattern: number) => boolean): void {
    if (this.#table.isFull) this.#forget();
    this.#state = 0;
    this.#newEdges = 0;
    let from = 0;
    if (this.#someEndsLines && text.endsWith("\n")) {
      from = text.length - 1;
      if (this.#run(text, 0, from, report) || this.#end(report, this.#endsLines)) return;
    }
    if (!this.#run(text, from, text.length, report)) this.#end(report);
  }

  /**
   * Builds all states in advance, if there are few.
   *
   * @param maxEdges How many edges it may build.
   * @returns Whether all states of every text are built.
   */
  settle(maxEdges: number): boolean {
    for (let state = 0, edges = 0; state < this.#table.count; state++) {
      for (let column = 0; column < this.#width; column++) {
        if (edges++ >= maxEdges || this.#edge(state, column) === 0) return false;
      }
    }
    return !this.#table.isFull;
  }

  /** Processes a part of the text; returns whether to stop. */
  #run(
    text: string,
    from: number,
    to: number,
    report: (pattern: number) => boolean,
  ): boolean {
    const { classes } = this.#bits;
    const latin = classes.latin;
    const width = this.#width;
    let edges = this.#edges;
    let state = this.#state;
    for (let at = from; at < to; at++) {
      let rune = text.charCodeAt(at);
      let column: number;
      if (rune < 256) column = latin[rune]!;
      else {
        if (rune >= 0xd800 && rune < 0xdc00 && at + 1 < to) {
          rune = text.codePointAt(at)!;
          if (rune > 0xffff) at++;
        }
        column = classes.of(rune);
      }
      if (state < 0) {
        if (this.#step(column, report)) return true;
        continue;
      }
      let edge = edges[state * width + column]!;
      if (edge === 0) {
        if (this.#newEdges++ < MAX_NEW_EDGES) edge = this.#edge(state, column);
        if (edge === 0) {
          this.#leaveStates(state);
          state = -1;
          if (this.#step(column, report)) return true;
          continue;
        }
        edges = this.#edges;
      }
      if (edge < 0) {
        const { patterns, next } = this.#finds[~edge]!;
        for (const pattern of patterns) if (report(pattern)) return true;
        state = next;
      } else state = edge - 1;
    }
    this.#state = state;
    return false;
  }

  /** Reports what matches at the end; returns whether to stop. */
  #end(report: (pattern: number) => boolean, which?: readonly boolean[]): boolean {
    const words = this.#bits.words;
    const [states, at] = this.#state < 0
      ? [this.#now, 0]
      : [this.#table.states, this.#state * (words + 1)];
    const column = this.#width - 1;
    const follow = this.#bits.follow(states[at + words]!, Side.edge);
    if (follow.step(states, at, this.#then, this.#bits.classes.masks, column * words) === 0) {
      return false;
    }
    return follow.found(states, at).some((pattern) => {
      return (which === undefined || which[pattern]!) && report(pattern);
    });
  }

  /** Takes a step without states. */
  #step(column: number, report: (pattern: number) => boolean): boolean {
    const { words, classes } = this.#bits;
    const [now, then] = [this.#now, this.#then];
    const side = classes.sides[column]!;
    const follow = this.#bits.follow(now[words]!, side);
    const found = follow.step(now, 0, then, classes.masks, column * words);
    then[words] = side;
    this.#now = then;
    this.#then = now;
    return found !== 0 && follow.found(now, 0).some(report);
  }

  #leaveStates(state: number): void {
    const size = this.#bits.words + 1;
    this.#now.set(this.#table.states.subarray(state * size, (state + 1) * size));
    this.#state = -1;
  }

  /** Builds an edge; 0 if there is no room for the state it leads to. */
  #edge(state: number, column: number): number {
    const { words, classes } = this.#bits;
    const at = state * (words + 1);
    const isEnd = column === classes.count;
    const side = isEnd ? Side.edge : classes.sides[column]!;
    const follow = this.#bits.follow(this.#table.states[at + words]!, side);
    const found = follow.step(this.#table.states, at, this.#then, classes.masks, column * words);
    if (isEnd) return 1;
    this.#then[words] = side;
    const next = this.#table.number(this.#then);
    if (next < 0) return 0;
    this.#edges = withRoom(this.#edges, (next + 1) * this.#width);
    let edge = next + 1;
    if (found !== 0) {
      const patterns = follow.found(this.#table.states, at);
      edge = ~(this.#finds.push({ patterns, next }) - 1);
    }
    this.#edges[state * this.#width + column] = edge;
    return edge;
  }

  /** Starts over with only the state at the start of a text. */
  #forget(): void {
    this.#table.clear();
    this.#finds = [];
    this.#edges.fill(0);
    this.#then.fill(0);
    this.#then[this.#bits.words] = Side.edge;
    this.#table.number(this.#then);
  }
}

function withRoom(list: Int32Array, length: number): Int32Array {
  if (length <= list.length) return list;
  const longer = new Int32Array(Math.max(length, list.length * 2));
  longer.set(list);
  return longer;
}
