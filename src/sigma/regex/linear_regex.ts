import { compileProgram, type Program } from "./program.ts";
import { RegexAutomaton } from "./regex_automaton.ts";
import { checkConstructs } from "./regex_constructs.ts";
import { splitRepeats } from "./split_repeats.ts";
import { ItemError } from "../sigma_error.ts";

/** Patterns that compile to more instructions than this take too long to load. */
const MAX_PROGRAM_SIZE = 10_000;

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

/** A regular expression whose time is linear in the text, with a bound that the pattern meets. */
export class LinearRegex {
  /** The pattern with its flags inline, for sets of patterns. */
  readonly pattern: string;
  /** Whether "$" also matches before a final line break, as in PCRE. */
  readonly endsLines: boolean;
  /** How many instructions it has. */
  readonly size: number;
  /** Whether it is fast by itself, and so in a set of fast patterns. */
  readonly isLight: boolean;
  /** How long a text of 5,000 characters may take, in milliseconds on a typical machine. */
  readonly slowestMs: number;
  readonly #automaton: RegexAutomaton;
  /** The index tests a text, then the rule does: the last result is kept. */
  #lastText = "";
  #wasFound: boolean | undefined;

  /**
   * @param source The pattern as written.
   * @param flags Any of "i", "m", "s".
   * @throws {ItemError} If RE2 does not support it, or some text would take too long.
   */
  constructor(source: string, flags: ReadonlySet<string>) {
    checkConstructs(source);
    const inline = [...flags].sort().join("");
    this.endsLines = source.includes("$") && !flags.has("m") && !/\(\?[a-z]*m/.test(source);
    const { pattern, program } = compiled(inline === "" ? source : `(?${inline})${source}`);
    this.pattern = pattern;
    this.size = program.instructions.length;
    if (this.size > MAX_PROGRAM_SIZE) throw tooLarge();
    this.#automaton = new RegexAutomaton(program, [this.endsLines]);
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

  /** Whether the pattern matches anywhere in the text. */
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

/** Compiles a pattern, in other words if it counts higher than RE2JS does. */
function compiled(pattern: string): { pattern: string; program: Program } {
  const split = /\{\d/.test(pattern) ? splitRepeats(pattern) : undefined;
  // RE2JS makes fewer instructions than pieces at times, as for (a|b|c).
  if (split && split.size > 4 * MAX_PROGRAM_SIZE) throw tooLarge();
  try {
    return { pattern, program: compileProgram([pattern]) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (split && split.text !== pattern && reason.includes("invalid repeat count")) {
      return compiled(split.text);
    }
    const message = `Invalid regular expression: ${plainReason(reason)}`;
    throw new ItemError("value-regex", message);
  }
}

function tooLarge(): ItemError {
  const message = "The regular expression is too large: " +
    `with its repetitions written out, it has more than ${MAX_PROGRAM_SIZE} parts`;
  return new ItemError("value-regex", message, "use '*' or '+' for long repetitions");
}

function plainReason(message: string): string {
  return message.replace(/^error parsing regexp:\s*/, "").replace(/\n/g, " ").slice(0, 200);
}
