import { fullJitter } from "../../stream/full_jitter.ts";
import { wait } from "../../stream/wait.ts";
import { SourceError } from "../exit_code.ts";
import { note } from "../output/terminal.ts";
import { RefusedError } from "./instance.ts";

/** The maximum number of failures in a row. */
const MAX_TRIES = 6;
const DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;
/** The maximum pause that `Retry-After` can ask for. */
const MAX_RETRY_AFTER_MS = 300_000;

/** How a command tries again. */
export interface RetriesOptions {
  /** The number of failures in a row after which the last one is thrown; default 6. */
  readonly maxTries?: number;
  /** The minimum pause, in milliseconds; default a second. */
  readonly delayMs?: number;
  /** Ends a pause; the rejection is its reason. */
  readonly signal?: AbortSignal;
  /** Is told when an outage begins and when it is over; default standard error. */
  readonly tell?: (message: string) => void;
}

/**
 * How a command continues after failures: which of them may pass, how long it waits and how often
 * it tries. An outage is reported once, not at each attempt.
 */
export class Retries {
  /** The minimum pause, in milliseconds. */
  delayMs: number;
  readonly #maxTries: number;
  readonly #signal: AbortSignal | undefined;
  readonly #tell: (message: string) => void;
  #failures = 0;
  #hasProgressed = false;

  /** @param options How it tries again. */
  constructor(
    { maxTries = MAX_TRIES, delayMs = DELAY_MS, signal, tell = note }: RetriesOptions = {},
  ) {
    this.delayMs = delayMs;
    this.#maxTries = maxTries;
    this.#signal = signal;
    this.#tell = tell;
  }

  /** Notes progress: an outage is over. */
  progressed(): void {
    if (this.#failures > 0) this.#tell("connected again");
    this.#failures = 0;
    this.#hasProgressed = true;
  }

  /**
   * Waits until the next attempt.
   *
   * @param failure Why the last one ended; undefined if it ended as it should.
   * @throws {SourceError} The failure, if it will not pass, or has not passed.
   */
  async pause(failure?: SourceError): Promise<void> {
    if (failure !== undefined) {
      if (!this.#mayPass(failure) || ++this.#failures >= this.#maxTries) throw failure;
      if (this.#failures === 1) this.#tell(`${failure.message}; trying again`);
    }
    const { delayMs } = this;
    await wait(pauseMs({ failure, attempt: this.#failures, delayMs }), this.#signal);
  }

  /** While a deployment or a proxy changes, others answer where Panoptes has answered before. */
  #mayPass(failure: SourceError): boolean {
    const isForeign = failure instanceof RefusedError && failure.code === undefined;
    return failure.mayPass || (isForeign && this.#hasProgressed);
  }
}

/**
 * How long to wait before another attempt.
 *
 * @param options The last failure, if any, which one it is in a row from 1, and the minimum pause.
 * @returns Milliseconds.
 */
export function pauseMs(
  { failure, attempt, delayMs, random = Math.random }: {
    failure: SourceError | undefined;
    attempt: number;
    delayMs: number;
    random?: () => number;
  },
): number {
  const minMs = Math.min(delayMs, MAX_DELAY_MS);
  if (failure === undefined) return minMs;
  const asked = failure instanceof RefusedError ? failure.retryAfterMs ?? 0 : 0;
  const backoff = fullJitter({ attempt, baseMs: minMs, capMs: MAX_DELAY_MS, random });
  return Math.max(minMs, Math.min(asked, MAX_RETRY_AFTER_MS)) + backoff;
}

/**
 * Does something that a lost connection may interrupt, and continues it.
 *
 * @param attempt Continues where the last one stopped; it calls `progressed` after each progress.
 * @throws {SourceError} What will not pass, or has not passed.
 */
export async function again(attempt: (progressed: () => void) => Promise<void>): Promise<void> {
  const retries = new Retries();
  for (;;) {
    try {
      return await attempt(() => retries.progressed());
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      await retries.pause(error);
    }
  }
}
