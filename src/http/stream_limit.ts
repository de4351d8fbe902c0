import type { Clock } from "../stream/clock.ts";

/** Who asks for a stream: a token, by its name. */
export interface Holder {
  /** The name of the token. */
  readonly name: string;
  /** Whether it has the scope `admin`. */
  readonly isAdmin: boolean;
  /** When the token expires, in milliseconds since the Unix epoch; never if undefined. */
  readonly expires?: number | undefined;
}

/** The place of one open stream. */
export interface Place {
  /**
   * Says how to find out whether the reader is still there; called when room runs out. The listener
   * writes to the reader, which reveals a closed connection, or closes the stream of one that has
   * stalled.
   */
  onProbe(probe: () => void): void;
  /**
   * How many bytes to write at a time to a reader that lags, so that all streams together keep about
   * 16 MB that no connection has taken: 64 KiB while few are open, and 1 KiB from a thousand on.
   */
  writeBytes(): number;
  /** Gives the place back; a second call changes nothing. */
  release(): void;
}

/** What the limit is, and what it does. */
export interface StreamCounts {
  /** How many streams are open. */
  readonly open: number;
  /** How many may be open. */
  readonly max: number;
  /** How many of them one token without the scope `admin` may hold. */
  readonly maxPerToken: number;
  /** How many are kept for tokens with the scope `admin`. */
  readonly keptForAdmin: number;
  /** How many were refused since the start. */
  readonly refused: number;
}

/** How long a request waits for a place that a dead reader may hold: a few round trips. */
const PATIENCE_MS = 1_000;
/** The first write to a closed connection only makes its other end say so; a later one fails. */
const PROBE_EVERY_MS = 200;

/** What all streams together may have written that no connection has taken, in bytes. */
const UNREAD_BYTES = 16 * 1024 * 1024;
/** So many writes of a stream workerd takes ahead of its connection, whatever their size. */
const WRITES_AHEAD = 16;
const MIN_WRITE_BYTES = 1024;
const MAX_WRITE_BYTES = 64 * 1024;

interface Held {
  readonly holder: Holder;
  probe: () => void;
}

/**
 * Limits how many streams are open at a time: each costs timers, memory and a connection of the
 * very process that collects events. One token may hold half of the places, and the last tenth is
 * kept for tokens with the scope `admin`, so that no reader shuts out the others or the operator.
 *
 * A reader that is gone is noticed only when something is written to it. If there is no room, the
 * open streams are probed, and the request waits a moment for what the dead ones give back.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { systemClock } from "../stream/clock.ts";
 * import { StreamLimit } from "./stream_limit.ts";
 *
 * const streams = new StreamLimit(2, systemClock);
 * const place = await streams.acquire({ name: "siem", isAdmin: false });
 * assertEquals(streams.counts(), { open: 1, max: 2, maxPerToken: 1, keptForAdmin: 0, refused: 0 });
 * place?.release();
 * assertEquals(streams.counts().open, 0);
 * ```
 */
export class StreamLimit {
  #max: number;
  #clock: Clock;
  #open = new Set<Held>();
  /** The requests that wait for a place, in the order that they came. */
  #waiting = new Set<() => void>();
  #refused = 0;
  #refusedAt: number | undefined;

  /**
   * @param max How many streams may be open at a time.
   * @param clock Limits how long a request waits for a place.
   */
  constructor(max: number, clock: Clock) {
    this.#max = max;
    this.#clock = clock;
  }

  /** When one was last refused, in milliseconds since the Unix epoch; undefined if none was. */
  get refusedAt(): number | undefined {
    return this.#refusedAt;
  }

  /** The limits, and how much of them is used. */
  counts(): StreamCounts {
    return {
      open: this.#open.size,
      max: this.#max,
      maxPerToken: Math.ceil(this.#max / 2),
      keptForAdmin: Math.floor(this.#max / 10),
      refused: this.#refused,
    };
  }

  /**
   * Takes a place for one more stream. Without room, it first finds out which readers are gone.
   *
   * @param holder Who asks.
   * @returns The place, or undefined if there is no room for this token.
   */
  async acquire(holder: Holder): Promise<Place | undefined> {
    if (this.#hasRoom(holder)) return this.#take(holder);
    const ends = this.#clock.now() + PATIENCE_MS;
    while (this.#clock.now() < ends) {
      for (const { probe } of [...this.#open]) probe();
      if (!this.#hasRoom(holder)) await this.#nextRelease(PROBE_EVERY_MS);
      if (this.#hasRoom(holder)) return this.#take(holder);
    }
    this.#refused++;
    this.#refusedAt = this.#clock.now();
    return undefined;
  }

  #hasRoom({ name, isAdmin }: Holder): boolean {
    const { open, max, maxPerToken, keptForAdmin } = this.counts();
    if (isAdmin || open >= max) return open < max;
    const readers = [...this.#open].filter(({ holder }) => !holder.isAdmin);
    const own = readers.filter(({ holder }) => holder.name === name);
    return readers.length < max - keptForAdmin && own.length < maxPerToken;
  }

  #take(holder: Holder): Place {
    const held: Held = { holder, probe: () => {} };
    this.#open.add(held);
    return {
      onProbe: (probe) => void (held.probe = probe),
      writeBytes: () => {
        const share = Math.floor(UNREAD_BYTES / WRITES_AHEAD / this.#open.size);
        return Math.max(MIN_WRITE_BYTES, Math.min(share, MAX_WRITE_BYTES));
      },
      release: () => {
        if (!this.#open.delete(held)) return;
        for (const wake of [...this.#waiting]) wake();
      },
    };
  }

  /** Waits until a place is given back, at most `ms`. */
  async #nextRelease(ms: number): Promise<void> {
    const over = new AbortController();
    const wake = () => over.abort();
    this.#waiting.add(wake);
    try {
      await this.#clock.wait(ms, over.signal);
    } catch {
      // A place was given back.
    } finally {
      this.#waiting.delete(wake);
    }
  }
}
