import { safeText } from "../../stream/plain_text.ts";

/** Clears the line of a terminal. */
export const ERASE = "\r\u001b[2K";

const encoder = new TextEncoder();

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** The name of a colour or weight. */
export type Style = keyof typeof CODES;

/**
 * Writes text at once; a reader that has gone away, such as `head`, is no error.
 *
 * @param stream Standard output or standard error.
 * @param text The text.
 */
export function write(stream: typeof Deno.stdout | typeof Deno.stderr, text: string): void {
  let bytes = encoder.encode(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** Writes one line to standard output, as it is. */
export function say(line = ""): void {
  write(Deno.stdout, `${line}\n`);
}

/**
 * Writes one line to standard error, safe for a terminal whatever it quotes.
 *
 * @param message The line; it is cut after 2,000 characters.
 */
export function note(message: string): void {
  const start = Deno.stderr.isTerminal() ? ERASE : ""; // a progress bar may be on the line
  write(Deno.stderr, `${start}${printable(message, 2_000)}\n`);
}

/**
 * How many columns lines may have.
 *
 * @returns The width of the terminal, or what COLUMNS says; undefined where standard output is
 * neither, and lines stay whole for the program that reads them.
 */
export function terminalWidth(): number | undefined {
  const columns = Number(Deno.env.get("COLUMNS"));
  if (Number.isInteger(columns) && columns > 0) return columns;
  return Deno.stdout.isTerminal() ? Deno.consoleSize().columns : undefined;
}

/** Whether standard output shows colours: not where NO_COLOR is set, or it is not a terminal. */
export function hasColours(): boolean {
  return !Deno.noColor && Deno.stdout.isTerminal();
}

/** Puts text in a style, where standard output shows it. */
export function paint(style: Style, text: string): string {
  if (!hasColours()) return text;
  return `\u001b[${CODES[style]}m${text}\u001b[0m`;
}

/**
 * Makes text from outside safe for a terminal: one line, without control characters, escape
 * sequences, or marks that reorder or hide text, and limited in length.
 *
 * Event text is written by whoever tries to log in, and a terminal obeys what is in it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { printable } from "./terminal.ts";
 *
 * assertEquals(printable("Ana\u001b[2J\r\nDiaz"), "Ana�[2J��Diaz");
 * assertEquals(printable("Checkout from Lisbon", 9), "Checkout…");
 * ```
 *
 * @param value Anything; what is not a string is written as JSON.
 * @param max The maximum length of the result, in UTF-16 units.
 */
export function printable(value: unknown, max = 200): string {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? "";
  return safeText(text, "\ufffd", max);
}

/**
 * A number with its noun.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { counted } from "./terminal.ts";
 *
 * assertEquals([counted(1, "rule"), counted(3, "match")], ["1 rule", "3 matches"]);
 * ```
 */
export function counted(number: number, noun: string): string {
  const plural = noun.endsWith("ch") ? `${noun}es` : `${noun}s`;
  return `${number} ${number === 1 ? noun : plural}`;
}
