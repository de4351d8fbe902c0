import { buildTrie, ENDS } from "./trie.ts";

/** Takes what a scan finds: the number of a fact. */
export interface FactSink {
  /** Notes that a fact is in the event. */
  see(fact: number): void;
}

/**
 * Finds many literals in one pass over a text, whatever their case (Aho and Corasick, 1975).
 *
 * Case is folded by the table that maps units to the classes of the compressed alphabet, so the text
 * itself is not copied. Long literals are represented by their end, which makes a find necessary for the
 * literal, not sufficient.
 */
export class Automaton {
  /** How many states there are. */
  readonly states: number;
  readonly #classes: Uint8Array | Uint16Array;
  /** For state and class: the next state, marked where a literal ends. */
  readonly #next: Uint16Array;
  readonly #width: number;
  /** For each state: where its facts start in `#facts`; they end at the first negative. */
  readonly #ends: Int32Array;
  readonly #facts: Int32Array;

  /** @param literals Folded texts without surrogates, not empty, each with the number of its fact. */
  constructor(literals: readonly (readonly [text: string, fact: number])[]) {
    const { states, width, classes, children, facts } = buildTrie(literals);
    this.states = states;
    this.#width = width;
    this.#classes = classes;
    this.#next = children;
    this.#link(facts);
    const flat: number[] = [-1];
    this.#ends = new Int32Array(states);
    for (let state = 0; state < states; state++) {
      const all = facts[state];
      if (!all) continue;
      this.#ends[state] = flat.length;
      flat.push(...all, -1);
    }
    this.#facts = Int32Array.from(flat);
    this.#encode();
  }

  /** Reports the facts of every literal in the text; the same fact possibly more than once. */
  scan(text: string, sink: FactSink): void {
    const next = this.#next;
    const classes = this.#classes;
    const width = this.#width;
    const known = classes.length;
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      const cell = next[state * width + (unit < known ? classes[unit]! : 0)]!;
      state = cell & ~ENDS;
      if (cell >= ENDS) this.#report(state, sink);
    }
  }

  #report(state: number, sink: FactSink): void {
    const facts = this.#facts;
    for (let at = this.#ends[state]!; facts[at]! >= 0; at++) sink.see(facts[at]!);
  }

  /** Breadth first: fills the missing transitions with those of the longest proper suffix. */
  #link(facts: (number[] | undefined)[]): void {
    const next = this.#next;
    const width = this.#width;
    const failures = new Int32Array(this.states);
    const open: number[] = [];
    for (let cell = 0; cell < width; cell++) {
      if (next[cell] !== 0) open.push(next[cell]!);
    }
    for (let head = 0; head < open.length; head++) {
      const state = open[head]!;
      const failure = failures[state]!;
      const inherited = facts[failure];
      if (inherited) facts[state] = [...new Set([...facts[state] ?? [], ...inherited])];
      for (let cell = 0; cell < width; cell++) {
        const child = next[state * width + cell]!;
        const other = next[failure * width + cell]!;
        if (child === 0) next[state * width + cell] = other;
        else {
          failures[child] = other;
          open.push(child);
        }
      }
    }
  }

  #encode(): void {
    for (let cell = 0; cell < this.#next.length; cell++) {
      const state = this.#next[cell]!;
      if (this.#ends[state] !== 0) this.#next[cell] = state | ENDS;
    }
  }
}
