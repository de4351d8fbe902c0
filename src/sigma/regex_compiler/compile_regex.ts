import type { Program } from "../regex/program.ts";
import { MAX_INSTRUCTIONS, type RegexTable, type WrittenRegex } from "../regex/regex_table.ts";
import { ItemError } from "../sigma_error.ts";
import { compileProgram } from "./compile_program.ts";
import { checkConstructs } from "./regex_constructs.ts";
import { regexLiterals } from "./regex_literals.ts";
import { splitRepeats } from "./split_repeats.ts";

const ANCHORED: Readonly<Record<WrittenRegex["place"], (source: string) => string>> = {
  contains: (source) => source,
  startswith: (source) => `\\A(?:${source})`,
  endswith: (source) => `(?:${source})\\z`,
  whole: (source) => `\\A(?:${source})\\z`,
};

/**
 * Compiles a regular expression.
 *
 * @param written The expression.
 * @returns Its compiled form, which `RuleSet` loads.
 * @throws {ItemError} If RE2 does not support it, or it is too large.
 */
export function compileRegex(written: WrittenRegex): RegexTable {
  const { source, flags, place } = written;
  // Compiled before it is wrapped, so that a stray bracket cannot pair with ours.
  if (place !== "contains") compileRegex({ ...written, place: "contains" });
  checkConstructs(source);
  const whole = ANCHORED[place](source);
  const { pattern, program } = compiled(flags === "" ? whole : `(?${flags})${whole}`);
  const { instructions, start, sets } = program;
  if (instructions.length > MAX_INSTRUCTIONS) throw tooLarge();
  return {
    ...written,
    endsLines: source.includes("$") && !flags.includes("m") && !/\(\?[a-z]*m/.test(source),
    ...regexLiterals(pattern),
    start,
    code: instructions.flatMap(({ op, out, arg }) => [op, out, arg]),
    sets: sets.map((set) =>
      Array.from(set, (bound, index) => index === 0 ? bound : bound - set[index - 1]!)
    ),
  };
}

/** Compiles a pattern, in other words if it counts higher than RE2JS does. */
function compiled(pattern: string): { pattern: string; program: Program } {
  const split = /\{\d/.test(pattern) ? splitRepeats(pattern) : undefined;
  // RE2JS makes fewer instructions than pieces at times, as for (a|b|c).
  if (split && split.size > 4 * MAX_INSTRUCTIONS) throw tooLarge();
  try {
    return { pattern, program: compileProgram(pattern) };
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
    `with its repetitions written out, it has more than ${MAX_INSTRUCTIONS} parts`;
  return new ItemError("value-regex", message, "use '*' or '+' for long repetitions");
}

function plainReason(message: string): string {
  return message.replace(/^error parsing regexp:\s*/, "").replace(/\n/g, " ").slice(0, 200);
}
