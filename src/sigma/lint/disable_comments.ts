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

/**
 * Removes what disable comments silence, and reports comments that silence nothing.
 *
 * @param problems Every problem found in the file.
 * @param source The file.
 * @param notRun Codes that were not checked; a comment for them is not reported as unused.
 * @returns The remaining problems, and findings about the comments themselves.
 */
export function applyDisables(
  problems: readonly Problem[],
  source: Source,
  notRun: ReadonlySet<string> = new Set(),
): Problem[] {
  const disables = disableComments(source.text);
  if (disables.length === 0) return [...problems];
  const silenced = new Set(
    disables.flatMap(({ line, codes }) => codes.map(({ code }) => keyOf(line, code))),
  );
  const reported = new Set<string>();
  const errors = new Set<string>();
  const left: Problem[] = [];
  for (const problem of problems) {
    if (problem.severity === "error") errors.add(problem.code);
    const keys = problem.severity === "error" ? [] : keysOf(problem);
    for (const key of keys) reported.add(key);
    if (!keys.some((key) => silenced.has(key))) left.push(problem);
  }
  for (const { line, codes, at: comment } of disables) {
    for (const { code, at } of codes) {
      if (code !== "all" && !CODES.has(code)) left.push(unknown(code, at, source));
      else if (!notRun.has(code) && !reported.has(keyOf(line, code))) {
        left.push(source.problem(
          "disable-unused",
          "info",
          errors.has(code)
            ? `'${code}' is an error here, and errors cannot be disabled`
            : `The comment silences nothing: '${code}' is not reported here`,
          at,
          "Remove it from the comment",
        ));
      }
    }
    if (codes.length > 0) continue;
    left.push(source.problem(
      "disable-unknown",
      "warning",
      "This disable comment names no check",
      comment,
      "Name the codes: # panoptes-disable CODE, CODE",
    ));
  }
  return left;
}

/** What a comment silences: a code in a line, or in the whole file. */
function keyOf(line: number | undefined, code: string): string {
  return `${line ?? ""} ${code}`;
}

/** Everything that silences a warning or note. */
function keysOf({ line, code }: Problem): string[] {
  return [line, undefined].flatMap((place) => [keyOf(place, code), keyOf(place, "all")]);
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
