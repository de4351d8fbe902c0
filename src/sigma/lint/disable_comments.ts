/**
 * `# panoptes-disable CODE[, CODE]`: findings that an author has reviewed and accepted.
 *
 * @module
 */
import { Lexer } from "yaml";
import { closest } from "../closest.ts";
import type { Source } from "../parse/source.ts";
import type { Offsets } from "../parse/yaml_tree.ts";
import type { Problem } from "../problem.ts";
import { CODES } from "./codes.ts";

/** One disable comment. */
interface Disable {
  /** The codes it names. */
  readonly codes: readonly { code: string; at: Offsets }[];
  /** The line whose findings it silences, from 1; `undefined` for the whole file. */
  readonly line: number | undefined;
  readonly at: Offsets;
}

const FORM = /^#\s*panoptes-disable(-file)?(?:[\s:]+(.*))?$/;

/** The disable comments of one file, and whether each is of use. */
export class DisableComments {
  readonly #source: Source;
  readonly #comments: readonly Disable[];
  /** What they silence. */
  readonly #silenced: ReadonlySet<string>;
  /** What they have silenced. */
  readonly #used = new Set<string>();
  readonly #errors = new Set<string>();

  /** @param source The file. */
  constructor(source: Source) {
    this.#source = source;
    this.#comments = disableComments(source.text);
    this.#silenced = new Set(
      this.#comments.flatMap(({ line, codes }) => codes.map(({ code }) => keyOf(line, code))),
    );
  }

  /** Whether a comment silences a problem; errors are never silenced. */
  silences({ code, severity, line }: Pick<Problem, "code" | "severity" | "line">): boolean {
    if (this.#comments.length === 0) return false;
    if (severity === "error") {
      this.#errors.add(code);
      return false;
    }
    const keys = [line, undefined].flatMap((place) => [keyOf(place, code), keyOf(place, "all")])
      .filter((key) => this.#silenced.has(key));
    for (const key of keys) this.#used.add(key);
    return keys.length > 0;
  }

  /**
   * What is wrong with the comments themselves, once every problem of the file is known.
   *
   * @param notRun Codes that were not checked; a comment for them is not reported as unused.
   */
  problems(notRun: ReadonlySet<string>): Problem[] {
    const found: Problem[] = [];
    for (const { line, codes, at: comment } of this.#comments) {
      for (const { code, at } of codes) {
        if (code !== "all" && !CODES.has(code)) found.push(unknown(code, at, this.#source));
        else if (!notRun.has(code) && !this.#used.has(keyOf(line, code))) {
          found.push(this.#source.problem(
            "disable-unused",
            "info",
            this.#errors.has(code)
              ? `'${code}' is an error here, and errors cannot be disabled`
              : `The comment silences nothing: '${code}' is not reported here`,
            at,
            "Remove it from the comment",
          ));
        }
      }
      if (codes.length > 0) continue;
      found.push(this.#source.problem(
        "disable-unknown",
        "warning",
        "This disable comment names no check",
        comment,
        "Name the codes: # panoptes-disable CODE, CODE",
      ));
    }
    return found;
  }
}

/** What a comment silences: a code in a line, or in the whole file. */
function keyOf(line: number | undefined, code: string): string {
  return `${line ?? ""} ${code}`;
}

function unknown(code: string, at: Offsets, source: Source): Problem {
  const near = closest(code, CODES.keys());
  return source.problem(
    "disable-unknown",
    "warning",
    `Unknown check '${code}'` + (near ? `; did you mean '${near}'?` : ""),
    at,
    near ? `Write '${near}'` : "Take a code from docs/lint/README.md",
  );
}

/**
 * Finds the disable comments of a file; text in values that looks like one does not count.
 *
 * @param text The text of the file.
 * @returns The comments, in order.
 */
function disableComments(text: string): Disable[] {
  if (!text.includes("panoptes-disable")) return [];
  const found: Disable[] = [];
  const waiting: Disable[] = [];
  let offset = 0;
  let line = 1;
  let contentInLine = false;
  for (const token of new Lexer().lex(text)) {
    // The lexer marks the starts of documents and scalars with tokens that have no text.
    if (token === "\u0002" || token === "\u0018" || token === "\u001f") continue;
    const comment = token.startsWith("#") ? FORM.exec(token.trimEnd()) : null;
    if (comment) {
      const disable = disableOf(comment, offset, contentInLine ? line : undefined);
      if (comment[1] || contentInLine) found.push(disable);
      else waiting.push(disable);
    } else if (!token.startsWith("#") && token.trim() !== "" && token !== "---") {
      for (const disable of waiting.splice(0)) found.push({ ...disable, line });
      contentInLine = true;
    }
    offset += token.length;
    const breaks = token.split("\n").length - 1;
    line += breaks;
    if (breaks > 0) contentInLine = false;
  }
  return [...found, ...waiting.map((disable) => ({ ...disable, line }))];
}

function disableOf(
  [comment, file, list = ""]: RegExpExecArray,
  offset: number,
  line: number | undefined,
): Disable {
  let from = offset + comment.length - list.length;
  const codes: { code: string; at: Offsets }[] = [];
  for (const part of list.split(/([,\s]+)/)) {
    if (/[^,\s]/.test(part)) {
      // What follows a separate dash is the author's reason.
      if (/^-+$/.test(part)) break;
      codes.push({ code: part, at: [from, from + part.length] });
    }
    from += part.length;
  }
  return { codes, line: file ? undefined : line, at: [offset, offset + comment.length] };
}
