import { buildTrie, ENDS } from "./trie.ts";

/** Receives the numbers of the facts that a scan finds. */
export interface FactSink {
  /** Records that the event has a fact. */
  see(fact: number): void;
}

/**
 * Finds many literals in one pass over a string, ignoring case (Aho and Corasick, 1975).
 *
 * The table that maps units to the classes of the compressed alphabet also folds case, so the
 * string is not copied. Long literals are represented by their ends only, so finding one is
 * necessary, but not sufficient.
 */
export class Automaton {
  /** How many states there are. */
  readonly states: number;
  readonly #classes: Uint16Array;
  /** For each state and class: the next state, marked if a literal ends there. */
  readonly #next: Uint16Array;
  readonly #width: number;
  /** For each state: where its facts start in `#facts`; a negative number ends them. */
  readonly #ends: Int32Array;
  readonly #facts: Int32Array;

  /** @param literals Folded, non-empty strings without surrogates, each with its fact's number. */
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

  /** Reports the facts of every literal in the string, possibly the same fact more than once. */
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

  /** Fills missing transitions with those of the longest proper suffix, breadth first. */
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
