/** The timeout of a start, which is slow on a busy machine. */
const TIMEOUT_MS = 60_000;

/**
 * Waits until a process that was started answers requests.
 *
 * @param origin Where it listens, without a final slash.
 * @param name What it is, in the words of the error.
 * @param log The last lines of its output, which the error shows.
 * @throws {Error} If it does not answer within 60 s.
 */
export async function untilAnswers(
  origin: string,
  name: string,
  log: readonly string[],
): Promise<void> {
  const ends = Date.now() + TIMEOUT_MS;
  for (;;) {
    try {
      await (await fetch(`${origin}/healthz`)).body?.cancel();
      return;
    } catch (error) {
      if (Date.now() > ends) {
        throw new Error(`Cannot reach ${name}:\n${log.join("\n")}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
