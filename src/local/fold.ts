/**
 * Breaks a line at spaces so that it fits the width, and indents what follows. A word that is longer
 * than the width stays whole, such as an address that is to be copied.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fold } from "./fold.ts";
 *
 * assertEquals(fold("12:00:01  event  Login failed.   ana@example.com", 32, 10), [
 *   "12:00:01  event  Login failed.",
 *   "          ana@example.com",
 * ]);
 * ```
 *
 * @param line The line; colours in it take no room.
 * @param width The number of columns; Infinity never breaks.
 * @param indent The number of spaces before what follows.
 * @returns The lines.
 */
export function fold(line: string, width: number, indent: number): string[] {
  const lines: string[] = [];
  let current = "";
  // The spaces before a word go with it, so that columns stay where nothing is broken.
  for (const [, spaces = "", word = ""] of line.matchAll(/( *)([^ ]+)/g)) {
    if (current.trim() !== "" && columns(current + spaces + word) > width) {
      lines.push(current);
      current = " ".repeat(indent) + word;
    } else current += spaces + word;
  }
  return [...lines, current];
}

/** The number of columns that text takes in a terminal, without its colours. */
function columns(text: string): number {
  // deno-lint-ignore no-control-regex -- colours begin with ESC
  return [...text.replace(/\x1b\[[\d;]*m/g, "")].length;
}

/**
 * The width to fold to: `COLUMNS`, or that of the terminal, or Infinity where there is none, so that
 * `grep` finds whole lines.
 */
export function outputWidth(): number {
  const set = Number(Deno.env.get("COLUMNS") ?? "");
  if (Number.isInteger(set) && set > 0) return set;
  if (!Deno.stdout.isTerminal()) return Infinity;
  try {
    return Deno.consoleSize().columns;
  } catch {
    return Infinity;
  }
}
