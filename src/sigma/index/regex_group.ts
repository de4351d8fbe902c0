import type { LinearRegex } from "../regex/linear_regex.ts";
import { joinPrograms } from "../regex/program.ts";
import { RegexAutomaton } from "../regex/regex_automaton.ts";
import type { FactSink } from "./automaton.ts";

/** A regular expression with the number of its fact. */
export type RegexFact = readonly [regex: LinearRegex, fact: number];

/** The states of larger sets cost more to build than a second pass does. */
const MAX_SET_SIZE = 3_000;

/** Larger expressions, such as ".{200,}", would multiply the states of all the others. */
const MAX_MEMBER_SIZE = 150;

/** The regular expressions of one field; many are searched for in one pass over a string. */
export class RegexGroup {
  readonly #sets: { automaton: RegexAutomaton; facts: readonly number[] }[] = [];
  readonly #singles: readonly RegexFact[];

  /** @param regexes The expressions, each once. */
  constructor(regexes: readonly RegexFact[]) {
    const fits = ([{ size, isLight }]: RegexFact) => size <= MAX_MEMBER_SIZE && isLight;
    const singles = regexes.filter((fact) => !fits(fact));
    let together: RegexFact[] = [];
    let size = 0;
    const close = () => {
      if (together.length < 2) singles.push(...together);
      else this.#sets.push(setOf(together));
      together = [];
      size = 0;
    };
    for (const fact of regexes.filter(fits)) {
      if (size + fact[0].size > MAX_SET_SIZE) close();
      together.push(fact);
      size += fact[0].size;
    }
    close();
    this.#singles = singles;
  }

  /** Reports the expressions that match a string. */
  scan(text: string, sink: FactSink): void {
    for (const { automaton, facts } of this.#sets) {
      automaton.scan(text, (pattern) => {
        sink.see(facts[pattern]!);
        return false;
      });
    }
    for (const [regex, fact] of this.#singles) if (regex.test(text)) sink.see(fact);
  }
}

function setOf(regexes: readonly RegexFact[]): { automaton: RegexAutomaton; facts: number[] } {
  const program = joinPrograms(regexes.map(([{ compiled }]) => compiled.program));
  return {
    automaton: new RegexAutomaton(program, regexes.map(([{ compiled }]) => compiled.endsLines)),
    facts: regexes.map(([, fact]) => fact),
  };
}
