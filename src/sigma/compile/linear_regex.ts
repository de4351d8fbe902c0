import { RE2JS, RE2Set } from "re2js";
import { checkConstructs } from "./regex_constructs.ts";
import { ItemError } from "./work.ts";

/** Patterns that compile to more instructions than this cost too much on long texts. */
const LARGEST_PROGRAM = 1_500;

const LONGEST_FOR_SET = 200;

/** A regular expression that takes time linear in the text, whatever the pattern. */
export class LinearRegex {
  /** The pattern with its flags inside, as a set of patterns takes it. */
  readonly pattern: string;
  /** Whether "$" has to be tried before a last line break as well, as PCRE does. */
  readonly #endsLines: boolean;
  readonly #compiled: RE2JS;
  /** The pattern as a set of one, made at the first short text. */
  #set: RE2Set | undefined;

  /**
   * @param source The pattern as written.
   * @param flags Any of "i", "m", "s".
   * @throws ItemError when RE2 cannot do it.
   */
  constructor(source: string, flags: ReadonlySet<string>) {
    checkConstructs(source);
    const inline = [...flags].sort().join("");
    this.pattern = inline === "" ? source : `(?${inline})${source}`;
    try {
      this.#compiled = RE2JS.compile(this.pattern);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `The regular expression is not valid: ${plainReason(reason)}`;
      throw new ItemError("value-regex", message);
    }
    if (this.#compiled.programSize() > LARGEST_PROGRAM) {
      const message =
        `The regular expression is too large: it repeats too much, or too much at once`;
      throw new ItemError("value-regex", message, "use '*' or '+' for long repetitions");
    }
    this.#endsLines = source.includes("$") && !flags.has("m") && !/\(\?[a-z]*m/.test(source);
  }

  /** Whether the pattern is found anywhere in the text. */
  test(text: string): boolean {
    return this.#finds(text) ||
      (this.#endsLines && text.endsWith("\n") && this.#finds(text.slice(0, -1)));
  }

  /** On a short text a set answers in half the time, since it does not look for literals first. */
  #finds(text: string): boolean {
    if (text.length > LONGEST_FOR_SET) return this.#compiled.test(text);
    if (!this.#set) {
      this.#set = new RE2Set();
      this.#set.add(this.pattern);
      this.#set.compile();
    }
    return this.#set.match(text).length > 0;
  }

  /** How many instructions it has, which is what its states may combine. */
  get size(): number {
    return this.#compiled.programSize();
  }

  /** Whether a set has to look at a text without its last line break too. */
  get endsLines(): boolean {
    return this.#endsLines;
  }
}

function plainReason(message: string): string {
  return message.replace(/^error parsing regexp:\s*/, "").replace(/\n/g, " ").slice(0, 200);
}
