import { oneLine } from "../stream/plain_text.ts";
import { type Reason, reason } from "./reasons.ts";

/** A tick that starts so much later than it was due is late, in milliseconds. */
const TICK_LATE_MS = { yellow: 60_000, red: 300_000 };

/** What is needed to tell whether ticks come on time. */
export interface TickTimes {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** When another tick is due by what the log says: another process may do them. */
  readonly dueByLog: number;
  /** How long a tick may take, in milliseconds. */
  readonly budgetMs: number;
}

/**
 * Remembers whether ticks come and succeed. It is in memory alone: a failure of the log cannot be
 * stored in the log.
 */
export class TickMemory {
  #dueAt: number;
  #since: number | undefined;
  #failure: { since: number; count: number; message: string } | undefined;
  #late: { since: number; ms: number } | undefined;

  /** @param now When the first tick is due, in milliseconds since the Unix epoch. */
  constructor(now: number) {
    this.#dueAt = now;
  }

  /** A tick begins. */
  begun(now: number): void {
    this.#since = now;
    const ms = now - this.#dueAt;
    if (ms > TICK_LATE_MS.red) this.#late = { since: this.#dueAt, ms };
  }

  /** The tick has ended well, and the next one is due then. */
  succeeded(nextAt: number): void {
    this.#since = undefined;
    this.#dueAt = nextAt;
    this.#failure = undefined;
    this.#late = undefined;
  }

  /** The tick has failed. */
  failed(error: unknown, now: number): void {
    this.stopped(now);
    const { since = now, count = 0 } = this.#failure ?? {};
    const message = oneLine(error instanceof Error ? error.message : String(error));
    this.#failure = { since, count: count + 1, message };
  }

  /** The tick was told to end. */
  stopped(now: number): void {
    this.#since = undefined;
    this.#dueAt = now + TICK_LATE_MS.yellow;
  }

  /**
   * What is wrong with the ticks now.
   *
   * @param times The time, and when a tick is due.
   * @returns The reasons.
   */
  reasons({ now, dueByLog, budgetMs }: TickTimes): Reason[] {
    const since = this.#since === undefined
      ? Math.max(this.#dueAt, dueByLog)
      : this.#since + budgetMs;
    return [...this.#failureReasons(), ...lateReasons({ since, ms: now - since })];
  }

  /**
   * What was wrong before the tick in progress: the first tick that can raise an alert about it.
   *
   * @returns The reasons.
   */
  pastReasons(): Reason[] {
    return [
      ...this.#failureReasons(),
      ...(this.#late === undefined ? [] : lateReasons(this.#late)),
    ];
  }

  #failureReasons(): Reason[] {
    if (this.#failure === undefined) return [];
    const { since, count, message } = this.#failure;
    const text = count === 1
      ? `The last tick failed: ${message}.`
      : `The last ${count} ticks failed: ${message}.`;
    return [reason("tick_failed", { message: text, since })];
  }
}

function lateReasons({ since, ms }: { since: number; ms: number }): Reason[] {
  if (ms <= TICK_LATE_MS.yellow) return [];
  return [reason("tick_late", {
    severity: ms > TICK_LATE_MS.red ? "red" : "yellow",
    message: `A tick is ${Math.round(ms / 1_000)} s late.`,
    since,
  })];
}
