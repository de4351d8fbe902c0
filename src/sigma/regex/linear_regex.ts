import { compileProgram } from "./program.ts";
import { RegexAutomaton } from "./regex_automaton.ts";
import { checkConstructs } from "./regex_constructs.ts";
import { ItemError } from "../sigma_error.ts";

/** Patterns that compile to more instructions than this take too long to load. */
const MAX_PROGRAM_SIZE = 1_500;

/** Programs up to this many instructions are always fast enough. */
const ALWAYS_FAST_SIZE = 24;

/** The maximum cost of a code point: about half a millisecond for 5,000 of them. */
const MAX_COST_NS = 120;

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
    this.pattern = inline === "" ? source : `(?${inline})${source}`;
    this.endsLines = source.includes("$") && !flags.has("m") && !/\(\?[a-z]*m/.test(source);
    const program = compiled(this.pattern);
    this.size = program.instructions.length;
    if (this.size > MAX_PROGRAM_SIZE) {
      const message = `The regular expression is too large: it repeats too much`;
      throw new ItemError("value-regex", message, "use '*' or '+' for long repetitions");
    }
    this.#automaton = new RegexAutomaton(program, [this.endsLines]);
    const cost = this.size <= ALWAYS_FAST_SIZE ? 0 : this.#automaton.cost;
    this.isLight = cost <= MAX_COST_NS;
    if (!this.isLight && !this.#automaton.settle(SETTLING_TIME_NS / (cost + EDGE_TIME_NS))) {
      const message = "The regular expression has too many possible states at once";
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

function compiled(pattern: string): ReturnType<typeof compileProgram> {
  try {
    return compileProgram([pattern]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `Invalid regular expression: ${plainReason(reason)}`;
    throw new ItemError("value-regex", message);
  }
}

function plainReason(message: string): string {
  return message.replace(/^error parsing regexp:\s*/, "").replace(/\n/g, " ").slice(0, 200);
}
