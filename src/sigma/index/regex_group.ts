import { RE2Set } from "re2js";
import type { LinearRegex } from "../compile/linear_regex.ts";
import type { FactSink } from "./automaton.ts";

/** A regular expression with the number of its fact. */
export type RegexFact = readonly [regex: LinearRegex, fact: number];

/** Larger sets have states so large that building them costs more than a second pass. */
const MOST_IN_SET = 128;

/** Expressions with more instructions, such as ".{200,}", would multiply the states of all others. */
const LARGEST_IN_SET = 150;

/** Regular expressions of one field, found many at a time in one pass over a text. */
export class RegexGroup {
  readonly #sets: { set: RE2Set; facts: readonly number[]; endsLines: boolean }[] = [];
  readonly #singles: readonly RegexFact[];

  /** @param regexes The expressions, each once. */
  constructor(regexes: readonly RegexFact[]) {
    const singles: RegexFact[] = [];
    const small = regexes.filter(([{ size }]) => size <= LARGEST_IN_SET);
    for (let from = 0; from < small.length; from += MOST_IN_SET) {
      this.#add(small.slice(from, from + MOST_IN_SET), singles);
    }
    singles.push(...regexes.filter(([{ size }]) => size > LARGEST_IN_SET));
    this.#singles = singles;
  }

  /** Reports the expressions that are found in a text. */
  scan(text: string, sink: FactSink): void {
    for (const { set, facts, endsLines } of this.#sets) {
      for (const id of set.match(text)) sink.see(facts[id]!);
      if (!endsLines || !text.endsWith("\n")) continue;
      for (const id of set.match(text.slice(0, -1))) sink.see(facts[id]!);
    }
    for (const [regex, fact] of this.#singles) if (regex.test(text)) sink.see(fact);
  }

  /** Patterns that are too large together are tried in halves, and alone in the end. */
  #add(regexes: readonly RegexFact[], singles: RegexFact[]): void {
    if (regexes.length < 2) {
      singles.push(...regexes);
      return;
    }
    const set = new RE2Set();
    try {
      for (const [regex] of regexes) set.add(regex.pattern);
      set.compile();
    } catch {
      const half = regexes.length >> 1;
      this.#add(regexes.slice(0, half), singles);
      this.#add(regexes.slice(half), singles);
      return;
    }
    const endsLines = regexes.some(([regex]) => regex.endsLines);
    this.#sets.push({ set, facts: regexes.map(([, fact]) => fact), endsLines });
  }
}
