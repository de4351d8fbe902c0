import { compileProgram } from "./program.ts";
import { RegexAutomaton } from "./regex_automaton.ts";
import { checkConstructs } from "./regex_constructs.ts";
import { ItemError } from "../sigma_error.ts";

/** Patterns that compile to more instructions than this take too long to load. */
const MAX_PROGRAM_SIZE = 1_500;

/** Programs up to this size are fast enough whatever they do. */
const ALWAYS_FAST_SIZE = 24;

/** What a code point may cost, in nanoseconds: about half a millisecond for 5,000 of them. */
const MAX_COST_NS = 120;

/** How long a costly pattern may take to show that it has few states, in nanoseconds. */
const SETTLING_TIME_NS = 5_000_000;

/** What an edge costs beside the step, in nanoseconds. */
const EDGE_TIME_NS = 500;

/** Longer texts are not kept. */
const MAX_KEPT_LENGTH = 10_000;

/** A regular expression that takes about the same time for every text, whatever the pattern. */
export class LinearRegex {
  /** The pattern with its flags inside, as a set of patterns takes it. */
  readonly pattern: string;
  /** Whether "$" is tried before a last line break as well, as PCRE does. */
  readonly endsLines: boolean;
  /** How many instructions it has. */
  readonly size: number;
  /** Whether it is fast by itself, so that others beside it cannot make it slow. */
  readonly isLight: boolean;
  readonly #automaton: RegexAutomaton;
  /** A match is looked for by the index and then by the rule: what was found the last time is kept. */
  #lastText = "";
  #wasFound: boolean | undefined;

  /**
   * @param source The pattern as written.
   * @param flags Any of "i", "m", "s".
   * @throws ItemError when RE2 cannot do it, or it would take too long on some text.
   */
  constructor(source: string, flags: ReadonlySet<string>) {
    checkConstructs(source);
    const inline = [...flags].sort().join("");
    this.pattern = inline === "" ? source : `(?${inline})${source}`;
    this.endsLines = source.includes("$") && !flags.has("m") && !/\(\?[a-z]*m/.test(source);
    const program = compiled(this.pattern);
    this.size = program.instructions.length;
    if (this.size > MAX_PROGRAM_SIZE) {
      const message =
        `The regular expression is too large: it repeats too much, or too much at once`;
      throw new ItemError("value-regex", message, "use '*' or '+' for long repetitions");
    }
    this.#automaton = new RegexAutomaton(program, [this.endsLines]);
    const cost = this.size <= ALWAYS_FAST_SIZE ? 0 : this.#automaton.cost;
    this.isLight = cost <= MAX_COST_NS;
    if (!this.isLight && !this.#automaton.settle(SETTLING_TIME_NS / (cost + EDGE_TIME_NS))) {
      const message = "The regular expression keeps too many possibilities open at once";
      throw new ItemError(
        "value-regex",
        message,
        "use '*' or '+' for counted repetitions, or split it into several values",
      );
    }
  }

  /** Whether the pattern is found anywhere in the text. */
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
    const message = `The regular expression is not valid: ${plainReason(reason)}`;
    throw new ItemError("value-regex", message);
  }
}

function plainReason(message: string): string {
  return message.replace(/^error parsing regexp:\s*/, "").replace(/\n/g, " ").slice(0, 200);
}
