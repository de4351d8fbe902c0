import type { Clock } from "../../stream/clock.ts";

/** Who asks for a stream: a token, by its name. */
export interface Holder {
  /** The name of the token. */
  readonly name: string;
  /** Whether it has the scope `admin`. */
  readonly isAdmin: boolean;
  /** When the token expires, in milliseconds since the Unix epoch; never if undefined. */
  readonly expires?: number | undefined;
  /** The SHA-256 of the token, in hexadecimal; undefined for a person, who has none. */
  readonly sha256?: string | undefined;
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
   * 8 MB that no connection has taken: 64 KiB while few are open, and 512 bytes from a thousand on.
   */
  writeBytes(): number;
  /**
   * Says how to end the stream as usual, so that its reader comes back later; called when a token
   * that holds less than its part waits, or when the token is removed. A stream that does not say so
   * keeps its place.
   */
  onYield(end: (reason: "yielded" | "revoked") => void): void;
  /** Says how to end any other answer; called when the token is removed. */
  onRevoke(end: (reason: "revoked") => void): void;
  /** Gives the place back; a second call changes nothing. */
  release(): void;
}

/** Why there is no place. */
export interface NoPlace {
  /** Whose limit is reached, in one sentence. */
  readonly refused: string;
}

/** What one token holds. */
export interface TokenStreams {
  /** How many streams it has open. */
  readonly open: number;
  /** How many were refused to it since the start. */
  readonly refused: number;
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
const UNREAD_BYTES = 8 * 1024 * 1024;
/** So many writes of a stream workerd takes ahead of its connection, whatever their size. */
const WRITES_AHEAD = 16;
const MIN_WRITE_BYTES = 512;
const MAX_WRITE_BYTES = 64 * 1024;

interface Held {
  readonly holder: Holder;
  probe: () => void;
  yield?: (reason: "yielded" | "revoked") => void;
  revoke?: (reason: "revoked") => void;
}

/**
 * Limits how many streams are open at a time: each costs timers, memory and a connection of the
 * very process that collects events. One token may hold half of the places, and the last tenth is
 * kept for tokens with the scope `admin`, so that no reader shuts out the others or the operator.
 *
 * A reader that is gone is noticed only when something is written to it. If there is no room, the
 * open streams are probed, and the request waits a moment for what the dead ones give back. Then the
 * places are shared: a token that holds less than its part, which is the same for all who hold or
 * want streams, gets the place of the latest event stream of whoever holds the most above it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { systemClock } from "../../stream/clock.ts";
 * import { StreamLimit } from "./stream_limit.ts";
 *
 * const streams = new StreamLimit(2, systemClock);
 * const place = await streams.acquire({ name: "siem", isAdmin: false });
 * assertEquals(streams.counts(), { open: 1, max: 2, maxPerToken: 1, keptForAdmin: 0, refused: 0 });
 * if ("release" in place) place.release();
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
  /** How many were refused, by the name of the token. */
  #refusedTo = new Map<string, number>();

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

  /** What each token holds that has asked for a stream, by its name. */
  byToken(): Map<string, TokenStreams> {
    const found = new Map<string, TokenStreams>();
    for (const [name, refused] of this.#refusedTo) found.set(name, { open: 0, refused });
    for (const [name, open] of this.#openByName()) {
      found.set(name, { open, refused: this.#refusedTo.get(name) ?? 0 });
    }
    return found;
  }

  /**
   * Takes a place for one more stream. Without room, it first finds out which readers are gone.
   *
   * @param holder Who asks.
   * @returns The place, or why there is none for this token.
   */
  async acquire(holder: Holder): Promise<Place | NoPlace> {
    if (this.#hasRoom(holder)) return this.#take(holder);
    const ends = this.#clock.now() + PATIENCE_MS;
    while (this.#clock.now() < ends) {
      for (const { probe } of [...this.#open]) probe();
      if (!this.#hasRoom(holder)) await this.#nextRelease(PROBE_EVERY_MS);
      if (this.#hasRoom(holder)) return this.#take(holder);
    }
    if (this.#makeOthersYield(holder) && this.#hasRoom(holder)) return this.#take(holder);
    this.#refused++;
    this.#refusedAt = this.#clock.now();
    this.#refusedTo.set(holder.name, (this.#refusedTo.get(holder.name) ?? 0) + 1);
    return { refused: this.#whoseLimit(holder) };
  }

  /**
   * Ends every stream whose token is not among those that are valid now; people stay.
   *
   * @param valid The SHA-256 of each valid token, in hexadecimal.
   */
  keepOnly(valid: ReadonlySet<string>): void {
    for (const { holder: { sha256 }, yield: end, revoke = end } of [...this.#open]) {
      if (sha256 !== undefined && !valid.has(sha256)) revoke?.("revoked");
    }
  }

  /** Ends every event stream as its age would, so that its reader comes back later. */
  endAll(): void {
    for (const { yield: end } of [...this.#open]) end?.("yielded");
  }

  /** Ends a stream of the token that holds most, if that is too many while this one waits. */
  #makeOthersYield({ name }: Holder): boolean {
    const held = this.#openByName();
    const own = held.get(name) ?? 0;
    const part = Math.max(1, Math.floor(this.#max / held.set(name, own).size));
    if (own >= part) return false;
    const [most, count] = [...held].reduce((a, b) => b[1] > a[1] ? b : a);
    if (count <= part) return false;
    const latest = [...this.#open].findLast(({ holder, yield: end }) =>
      holder.name === most && end !== undefined
    );
    latest?.yield?.("yielded");
    return latest !== undefined;
  }

  #whoseLimit({ name }: Holder): string {
    const { max, maxPerToken } = this.counts();
    const own = this.#openByName().get(name) ?? 0;
    return own >= maxPerToken
      ? `The token ${name} has ${own} of ${max} streams open, which is its part`
      : `All ${max} streams are in use or kept for others; ${own} of them by the token ${name}`;
  }

  #openByName(): Map<string, number> {
    const found = new Map<string, number>();
    for (const { holder: { name } } of this.#open) found.set(name, (found.get(name) ?? 0) + 1);
    return found;
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
      onYield: (end) => void (held.yield = end),
      onRevoke: (end) => void (held.revoke = end),
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
