/**
 * `# panoptes-disable CODE[, CODE]`: findings that an author has looked at and wants to keep.
 *
 * @module
 */
import { Lexer } from "yaml";
import type { Problem } from "../problem.ts";
import type { Offsets } from "../parse/yaml_tree.ts";

/** One disable comment. */
export interface Disable {
  /** The codes it names. */
  readonly codes: readonly { code: string; at: Offsets }[];
  /** The line whose findings it silences, from 1; `undefined` for the whole file. */
  readonly line: number | undefined;
  readonly at: Offsets;
}

const FORM = /^#\s*panoptes-disable(-file)?(?:[\s:]+(.*))?$/;

/** Finds the disable comments of a file; text in values that looks like one does not count.
 *
 * @param text The text of the file.
 * @returns The comments in their order.
 */
export function disableComments(text: string): Disable[] {
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
      // What follows a dash of its own is the author's reason.
      if (/^-+$/.test(part)) break;
      codes.push({ code: part, at: [from, from + part.length] });
    }
    from += part.length;
  }
  return { codes, line: file ? undefined : line, at: [offset, offset + comment.length] };
}

/** Whether a disable comment silences a problem; errors are never silenced. */
export function silences(disable: Disable, problem: Problem): boolean {
  if (problem.severity === "error") return false;
  if (disable.line !== undefined && disable.line !== problem.line) return false;
  return disable.codes.some(({ code }) => code === problem.code || code === "all");
}
