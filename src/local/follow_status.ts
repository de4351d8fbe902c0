import { wait } from "../stream/wait.ts";
import { printable } from "../cli/output/terminal.ts";

const PAUSE_MS = 5_000;

interface Failure {
  readonly code: string;
  readonly text: string;
}

/**
 * Tells when the watch begins to fail, and when it is well again; a failure that lasts is told once.
 *
 * @param origin Where the Worker listens.
 * @param token A token with the scope `read`.
 * @param onChange Told what fails and what to do about it, or `undefined` when all is well again.
 * @param signal Ends it.
 * @returns A promise that resolves, quietly, once the signal is aborted.
 */
export async function followStatus(
  origin: string,
  token: string,
  onChange: (failure: string | undefined) => void,
  signal: AbortSignal,
): Promise<void> {
  let told: Failure | undefined;
  while (!signal.aborted) {
    const failure = await readFailure(origin, token, signal).catch(() => told);
    if (failure?.code !== told?.code) onChange(failure?.text);
    told = failure;
    await wait(PAUSE_MS, signal).catch(() => {});
  }
}

async function readFailure(
  origin: string,
  token: string,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const response = await fetch(`${origin}/v1/status`, {
    headers: { authorization: `Bearer ${token}` },
    signal,
  });
  const { failures } = await response.json() as { failures?: Record<string, unknown>[] };
  const first = failures?.[0];
  return first === undefined ? undefined : {
    code: String(first["code"]),
    text: `${printable(first["message"], 300)}. ${printable(first["advice"], 300)}`,
  };
}
