import { Side } from "./assertions.ts";
import { BitAutomaton } from "./bit_automaton.ts";
import type { Program } from "./program.ts";
import { StateTable } from "./state_table.ts";

/** How many integers the tables of states may have, for each pattern and in all. */
const CELLS_PER_PATTERN = 60_000;
const MAX_CELLS = 1_000_000;

/** So many edges one text may add: after that it is likelier to need new ones than to meet these again. */
const MAX_NEW_EDGES = 150;

/** An edge on which patterns are found. */
interface Find {
  readonly patterns: readonly number[];
  /** The state it leads to. */
  readonly next: number;
}

/**
 * Finds patterns in a text, in one pass and in time that does not depend on what the text is.
 *
 * Sets of positions that come up again become states with a table of edges, so that usual texts cost one
 * look-up for each unit. A text that asks for ever new states goes on without them, bit by bit.
 */
export class RegexAutomaton {
  readonly #bits: BitAutomaton;
  /** For each pattern: whether it is looked for before a last line break too. */
  readonly #endsLines: readonly boolean[];
  readonly #someEndsLines: boolean;
  /** The classes, and the end of the text. */
  readonly #width: number;
  /** For each state: its bits, then what side it makes. */
  readonly #table: StateTable;
  /** For state and class: the next state plus 1, the find below 0, or 0 when not built. */
  #edges: Int32Array;
  #finds: Find[] = [];
  #newEdges = 0;
  /** Where the text has led to: a state, or -1 when only the bits tell. */
  #state = 0;
  #now: Int32Array;
  #then: Int32Array;

  /**
   * @param program One or more patterns.
   * @param endsLines For each pattern: whether it is looked for before a last line break too.
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

  /** What a code point costs at most, in nanoseconds of a usual machine. */
  get cost(): number {
    return this.#bits.cost;
  }

  /**
   * Looks for the patterns.
   *
   * @param report Gets the numbers of patterns that are found, some more than once; says whether to stop.
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
   * Builds all states ahead, if they are few.
   *
   * @param mostEdges How many edges it may take.
   * @returns Whether every text will be found to have its states there.
   */
  settle(mostEdges: number): boolean {
    for (let state = 0, edges = 0; state < this.#table.count; state++) {
      for (let column = 0; column < this.#width; column++) {
        if (edges++ >= mostEdges || this.#edge(state, column) === 0) return false;
      }
    }
    return !this.#table.isFull;
  }

  /** Goes through a part of the text; true when told to stop. */
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

  /** Reports what is found at the end; true when told to stop. */
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

  /** A step without states. */
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

  /** Builds an edge; 0 when there is no room for the state it leads to. */
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

  /** Goes back to the one state at the beginning of a text. */
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
