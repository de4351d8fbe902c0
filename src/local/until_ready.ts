import { wait } from "../stream/wait.ts";
import { printable } from "../cli/output/terminal.ts";

const PATIENCE_MS = 30_000;

/**
 * Waits until the Worker answers who holds the token.
 *
 * @param origin Where it listens.
 * @param token A token with the scope `read`.
 * @param signal Ends the wait.
 * @throws {Error} It does not, and says why not.
 */
export async function untilReady(
  origin: string,
  token: string,
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const response = await fetch(`${origin}/v1/status`, {
      headers: { authorization: `Bearer ${token}` },
      signal,
    });
    const text = await response.text();
    if (response.ok) return;
    if (Date.now() > deadline || response.status < 500) {
      throw new Error(`Cannot start: the Worker answers ${response.status}: ${printable(text)}`);
    }
    await wait(200, signal);
  }
}
