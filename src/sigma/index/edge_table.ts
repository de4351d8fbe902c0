import type { FactSink } from "./automaton.ts";
import { buildTrie, ENDS, type Literal } from "./trie.ts";

/** Finds literals at the start or the end of a string; stops when no literal can continue. */
export class EdgeTable {
  readonly #fromEnd: boolean;
  readonly #classes: Uint16Array;
  readonly #width: number;
  /** For each state and class: the next state, marked if a literal ends there; 0 for none. */
  readonly #next: Uint16Array;
  readonly #facts: readonly (readonly number[] | undefined)[];

  /** @param literals Folded, non-empty, without surrogates. @param edge Where they must be. */
  constructor(literals: readonly Literal[], edge: "start" | "end") {
    this.#fromEnd = edge === "end";
    const turned = (text: string) => this.#fromEnd ? text.split("").reverse().join("") : text;
    const parts = literals.map(([text, fact]): Literal => [turned(text), fact]);
    const { classes, children, width, facts } = buildTrie(parts, true);
    this.#classes = classes;
    this.#width = width;
    this.#facts = facts;
    this.#next = children.map((child) => facts[child] === undefined ? child : child | ENDS);
  }

  /** Reports the literals at this edge of the string. */
  scan(text: string, sink: FactSink): void {
    const classes = this.#classes;
    const next = this.#next;
    const width = this.#width;
    const known = classes.length;
    const { length } = text;
    let at = this.#fromEnd ? length - 1 : 0;
    const step = this.#fromEnd ? -1 : 1;
    let state = 0;
    for (let left = length; left > 0; left--, at += step) {
      const unit = text.charCodeAt(at);
      const cell = next[state * width + (unit < known ? classes[unit]! : 0)]!;
      if (cell === 0) return;
      state = cell & ~ENDS;
      if (cell >= ENDS) this.#report(state, sink);
    }
  }

  #report(state: number, sink: FactSink): void {
    const facts = this.#facts[state]!;
    for (let index = 0; index < facts.length; index++) sink.see(facts[index]!);
  }
}
