import { printable } from "./printable.ts";

const encoder = new TextEncoder();

/**
 * Writes one line to standard error, fit for a terminal whatever it quotes.
 *
 * @param message The line; at most 2,000 characters of it are written.
 */
export function complain(message: string): void {
  try {
    Deno.stderr.writeSync(encoder.encode(`${printable(message, 2_000)}\n`));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
