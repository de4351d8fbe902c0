import { ItemError } from "../sigma_error.ts";
import type { Program } from "./program.ts";
import { RegexAutomaton } from "./regex_automaton.ts";

/** Programs up to this many instructions are always fast enough. */
const ALWAYS_FAST_SIZE = 24;

/** The cost of a code point up to which nobody has to care: about half a ms for 5,000 of them. */
const LIGHT_COST_NS = 120;

/** The maximum cost of a code point: 10 ms for 5,000 of them. */
const MAX_COST_NS = 2_000;

/** The length of the texts for which costs are stated. */
const USUAL_LENGTH = 5_000;

/** How long an expensive pattern may take to prove that it has few states. */
const SETTLING_TIME_NS = 5_000_000;

/** The cost of an edge in addition to the step. */
const EDGE_TIME_NS = 500;

/** The last result is kept for texts up to this length. */
const MAX_KEPT_LENGTH = 10_000;

/** A regular expression after compilation: everything that it takes to run it. */
export interface CompiledRegex {
  /** The pattern, as explanations show it. */
  readonly source: string;
  /** Its flags, likewise. */
  readonly flags: string;
  /** Differs for different expressions. */
  readonly key: string;
  /** A program of this pattern alone. */
  readonly program: Program;
  /** Whether "$" also matches before a final line break, as in PCRE. */
  readonly endsLines: boolean;
  /** What a match contains: at least one string of each set; the most selective set first. */
  readonly anywhere: readonly (readonly string[])[];
  /** How a match starts: with one of these; empty if that is not known. */
  readonly atStart: readonly string[];
}

/** A regular expression whose time is linear in the text, with a bound that the pattern meets. */
export class LinearRegex {
  /** What runs. */
  readonly compiled: CompiledRegex;
  /** Whether it is fast by itself, and so in a set of fast patterns. */
  readonly isLight: boolean;
  /** How long a text of 5,000 characters may take, in milliseconds on a typical machine. */
  readonly slowestMs: number;
  readonly #automaton: RegexAutomaton;
  /** The index tests a text, then the rule does: the last result is kept. */
  #lastText = "";
  #wasFound: boolean | undefined;

  /**
   * @param compiled What runs.
   * @throws {ItemError} If some text would take too long.
   */
  constructor(compiled: CompiledRegex) {
    const { program, endsLines } = compiled;
    this.compiled = compiled;
    this.#automaton = new RegexAutomaton(program, [endsLines]);
    const cost = this.size <= ALWAYS_FAST_SIZE ? 0 : this.#automaton.cost;
    this.isLight = cost <= LIGHT_COST_NS;
    const isSettled = this.isLight ||
      this.#automaton.settle(SETTLING_TIME_NS / (cost + EDGE_TIME_NS));
    this.slowestMs = isSettled
      ? Math.min(cost, LIGHT_COST_NS) * USUAL_LENGTH / 1e6
      : cost * USUAL_LENGTH / 1e6;
    if (!isSettled && cost > MAX_COST_NS) {
      const message = "The regular expression has too many possible states at once: " +
        `some texts of 5,000 characters would take more than ${
          MAX_COST_NS * USUAL_LENGTH / 1e6
        } ms`;
      throw new ItemError(
        "value-regex",
        message,
        "use '*' or '+' for counted repetitions, or split it into several values",
      );
    }
  }

  /** How many instructions it has. */
  get size(): number {
    return this.compiled.program.instructions.length;
  }

  /** Whether the pattern matches in the text, at the place that it must. */
  test(text: string): boolean {
    if (text === this.#lastText && this.#wasFound !== undefined) return this.#wasFound;
    let isFound = false;
    this.#automaton.scan(text, () => isFound = true);
    if (text.length <= MAX_KEPT_LENGTH) {
      this.#lastText = text;
      this.#wasFound = isFound;
    }
    return isFound;
  }
}
