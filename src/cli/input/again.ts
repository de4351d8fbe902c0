import { wait } from "../../stream/wait.ts";
import { SourceError } from "../exit_code.ts";
import { note } from "../output/terminal.ts";
import { RefusedError } from "./instance.ts";

/** So often in a row without any progress. */
const MAX_TRIES = 5;
const FIRST_PAUSE_MS = 1_000;

/**
 * Does something that a lost connection may interrupt, and goes on with it. A refusal by the service
 * is final.
 *
 * @param attempt Goes on where it was; it calls `progressed` when it has come further.
 * @throws {SourceError} What the last attempt threw.
 */
export async function again(attempt: (progressed: () => void) => Promise<void>): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      return await attempt(() => void (tries = 0));
    } catch (error) {
      const isLost = error instanceof SourceError && error.mayPass &&
        !(error instanceof RefusedError);
      if (!isLost || tries >= MAX_TRIES) throw error;
      note(`${error.message}; trying again`);
      await wait(FIRST_PAUSE_MS * 2 ** tries);
    }
  }
}
