import type { Clock } from "../stream/clock.ts";
import { jsonText } from "../stream/json_text.ts";
import { encodeComment, encodeId, encodeMessage, encodeRetry } from "./encode.ts";
import { formatLastEventId, type LogPlace } from "./last_event_id.ts";
import { BATCH_BYTES, readBatch } from "./read_batch.ts";
import { parseRequested, resumeAt } from "./resume_at.ts";
import type { SseSource } from "./sse_source.ts";

/** Why a subscription ended. */
export type CloseReason =
  | "cancelled"
  | "aborted"
  | "stalled"
  | "aged"
  | "expired"
  | "yielded"
  | "revoked"
  | "failed";

/** How a subscriber reads. */
export interface SubscribeOptions {
  /** The id that the client sent, `earliest` (the default) or `latest`; hostile text. */
  lastEventId?: string | undefined;
  /** Measures heartbeats, the lifetime, and how long a reader is stalled. */
  clock: Clock;
  /**
   * Randomness in [0, 1): spreads the heartbeats, lifetimes and reconnections of many subscribers.
   */
  random: () => number;
  /** Ends the stream, as its `cancel()` does. */
  signal?: AbortSignal | undefined;
  /** When the stream ends at the latest, in milliseconds since the Unix epoch; default never. */
  endsAt?: number | undefined;
  /** Told the size of each write, in bytes. */
  onWrite?: (bytes: number) => void;
  /** How much to write at a time to a reader that lags, in bytes; 64 KiB by default. */
  writeBytes?: () => number;
  /**
   * Receives a function that finds out whether the reader is still there: it writes a heartbeat at
   * once, which reveals a closed connection, or closes the stream of a reader that seems to have
   * stalled.
   */
  onProbe?: (probe: () => void) => void;
  /**
   * Receives a function that ends the stream as its age does: to make room for others, or since the
   * token of its reader was removed.
   */
  onYield?: (end: (reason: "yielded" | "revoked") => void) => void;
  /**
   * Called once, when the stream has ended; `error` is what the log threw if the reason is
   * `failed`.
   */
  onClose?: (reason: CloseReason, error?: unknown) => void;
}

const HEARTBEAT_MS = [15_000, 25_000] as const;
/**
 * Streams end by themselves, so that clients reconnect spread out and not all at once after a
 * deploy.
 */
const LIFE_MS = [600_000, 900_000] as const;
const RETRY_MS = [1_000, 5_000] as const;
const STALL_MS = 30_000;
/** What is read at a time at least: it is kept until the reader has taken it. */
const MIN_BATCH_BYTES = 8 * 1024;
/** A reader that has taken nothing for so long makes room for another, if room is needed. */
const PROBE_STALL_MS = 5_000;
/** Requests that find no room come in numbers: they do not make more heartbeats than this. */
const PROBE_PAUSE_MS = 200;

const NOTHING = new Uint8Array();
const encoder = new TextEncoder();
const HEARTBEAT_TEXT = encodeComment("heartbeat");
const HEARTBEAT = encoder.encode(HEARTBEAT_TEXT);

/**
 * Opens an event stream over the log. A subscriber is a cursor: replay and live are the same,
 * nothing is queued for it, and the stream of a stalled reader is closed; the reader resumes by its
 * id.
 *
 * The stream begins with a comment, `retry`, `event: gap` if messages are lost for ever, and
 * `event: ready` with `{from, to, gap}`. The id of `ready` is the place itself, so that a client
 * that is disconnected before the first message resumes at the right place. The gap comes before
 * it, so that a client that is disconnected between the two receives the gap again.
 *
 * A source may leave messages out. The reader's id moves on all the same: by blocks that have only
 * an id, at the latest with the next heartbeat or at the end of the stream.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { subscribe } from "./subscribe.ts";
 * import { systemClock } from "../stream/clock.ts";
 *
 * const log = {
 *   head: () => ({ epoch: "k3", oldest: 1, newest: 1 }),
 *   read: (after: number) => ({
 *     entries: after < 1 ? [{ seq: 1, type: "audit", body: "{}" }] : [],
 *     to: 1,
 *   }),
 *   onAppend: () => () => {},
 * };
 * const stream = subscribe(log, { clock: systemClock, random: Math.random });
 * const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
 * assertStringIncludes((await reader.read()).value!, "event: ready");
 * assertStringIncludes((await reader.read()).value!, "id: k3.1\nevent: audit\ndata: {}\n\n");
 * await reader.cancel();
 * ```
 *
 * @param source The log; subscribers share its bytes, so readers must not write to the chunks.
 * @param options How the subscriber reads.
 * @returns A stream of bytes that buffers nothing: a batch is read when the reader asks for it. A
 * reader that is up to date receives what is new in one write; one that lags, a little at a time,
 * since whatever sends the stream may take several writes that its connection does not.
 */
export function subscribe(
  source: SseSource,
  options: SubscribeOptions,
): ReadableStream<Uint8Array> {
  return new ReadableStream(new Subscriber(source, options), { highWaterMark: 0 });
}

class Subscriber implements UnderlyingDefaultSource<Uint8Array> {
  #source: SseSource;
  #options: SubscribeOptions;
  #closing = new AbortController();
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #stopListening = () => {};
  #onAbort = () => this.#close("aborted");
  /** The place that the reader has reached; undefined before the greeting. */
  #cursor: LogPlace | undefined;
  /** The place that the last id names which was written. */
  #told: LogPlace | undefined;
  /** What is left to write of the last batch. */
  #rest: Uint8Array = NOTHING;
  /** How much more may be written at once; a whole batch when the reader is up to date. */
  #credit = 0;
  #closed = false;
  /** Whether the reader waits for a write; nothing is written otherwise. */
  #wanted = false;
  /** When the last write or the start was. */
  #wroteAt = 0;
  /** When a probe last wrote. */
  #probedAt = -Infinity;

  constructor(source: SseSource, options: SubscribeOptions) {
    this.#source = source;
    this.#options = options;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
    const { signal, clock } = this.#options;
    if (signal?.aborted) return this.#close("aborted");
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#stopListening = this.#source.onAppend(() => {
      const isWaiting = this.#wanted;
      this.#pump();
      return isWaiting;
    });
    this.#wroteAt = clock.now();
    this.#options.onProbe?.(() => this.#probe());
    this.#options.onYield?.((reason) => this.#finish(reason));
    this.#maintain();
  }

  pull(): void {
    this.#wanted = true;
    this.#pump();
  }

  cancel(): void {
    this.#close("cancelled");
  }

  /** Writes what is new, some each time that the reader asks. */
  #pump(): void {
    try {
      while (this.#wanted && !this.#closed) {
        if (this.#cursor === undefined) this.#greet();
        else if (this.#rest.length > 0) this.#writeRest();
        else if (!this.#readMore(this.#cursor)) return;
      }
    } catch (error) {
      this.#close("failed", error);
    }
  }

  /** Whether there was more to read. */
  #readMore(after: LogPlace): boolean {
    const batch = readBatch(this.#source, after, Math.max(this.#maxWrite(), MIN_BATCH_BYTES));
    if (batch === undefined) {
      this.#credit = BATCH_BYTES;
      return false;
    }
    this.#cursor = batch.to;
    this.#rest = batch.bytes;
    return true;
  }

  #greet(): void {
    const head = this.#source.head();
    const { after, gap } = resumeAt(head, parseRequested(this.#options.lastEventId));
    this.#cursor = this.#told = { epoch: head.epoch, seq: after };
    const from = formatLastEventId(this.#cursor);
    const to = formatLastEventId({ epoch: head.epoch, seq: head.newest });
    const ready = jsonText({ from, to, gap: gap !== undefined });
    this.#write(encoder.encode(
      encodeComment("welcome") + encodeRetry(this.#between(RETRY_MS)) +
        (gap ? encodeMessage({ event: "gap", data: jsonText(gap) }) : "") +
        encodeMessage({ id: from, event: "ready", data: ready }),
    ));
  }

  #writeRest(): void {
    const bytes = this.#rest;
    const size = this.#maxWrite();
    const isLast = bytes.length <= size;
    this.#rest = isLast ? NOTHING : bytes.subarray(size);
    if (isLast) this.#told = this.#cursor;
    this.#credit = Math.max(this.#credit - bytes.length, 0);
    this.#write(isLast ? bytes : bytes.subarray(0, size));
  }

  #maxWrite(): number {
    return this.#credit > 0 ? BATCH_BYTES : this.#options.writeBytes?.() ?? BATCH_BYTES;
  }

  #write(bytes: Uint8Array): void {
    this.#wroteAt = this.#options.clock.now();
    this.#wanted = false;
    this.#options.onWrite?.(bytes.length);
    this.#controller.enqueue(bytes); // calls pull() at once if the reader asks for more
  }

  /** Writes a comment, and the place of the reader if it has moved on without a message. */
  #beat(): void {
    const place = this.#cursor;
    const isTold = place === this.#told;
    this.#told = place;
    this.#write(
      place === undefined || isTold
        ? HEARTBEAT
        : encoder.encode(HEARTBEAT_TEXT + encodeId(formatLastEventId(place))),
    );
  }

  /** Sends heartbeats, and closes the stream when it is too old or its reader stalled. */
  async #maintain(): Promise<void> {
    const { clock, endsAt = Infinity } = this.#options;
    let last = clock.now();
    let ends = last + this.#between(LIFE_MS);
    let pause = this.#between(HEARTBEAT_MS);
    while (!this.#closed) {
      const nextBeat = this.#wroteAt + pause;
      const next = nextBeat > clock.now() ? nextBeat : this.#wroteAt + STALL_MS;
      try {
        await clock.wait(Math.min(next, ends, endsAt) - clock.now(), this.#closing.signal);
      } catch {
        return; // closed
      }
      const now = clock.now();
      if (now < last) { // the clock was set back: move what it has timed
        ends -= last - now;
        this.#wroteAt = Math.min(this.#wroteAt, now);
      }
      last = now;
      if (!this.#wanted && now >= this.#wroteAt + STALL_MS) return this.#close("stalled");
      if (now >= Math.min(ends, endsAt)) {
        return this.#finish(now >= endsAt ? "expired" : "aged");
      }
      if (this.#wanted && now >= this.#wroteAt + pause) {
        this.#beat();
        pause = this.#between(HEARTBEAT_MS);
      }
    }
  }

  #probe(): void {
    const now = this.#options.clock.now();
    if (this.#closed) return;
    if (!this.#wanted) {
      if (now >= this.#wroteAt + PROBE_STALL_MS) this.#close("stalled");
    } else if (now >= this.#probedAt + PROBE_PAUSE_MS) {
      this.#probedAt = now;
      this.#beat();
    }
  }

  /** Ends the stream where its reader can go on later. */
  #finish(reason: CloseReason): void {
    if (this.#wanted && !this.#closed && this.#cursor !== this.#told) this.#beat();
    this.#close(reason);
  }

  #between([min, max]: readonly [number, number]): number {
    return min + this.#options.random() * (max - min);
  }

  #close(reason: CloseReason, error?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopListening();
    this.#closing.abort();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    if (reason !== "cancelled") this.#controller.close();
    this.#options.onClose?.(reason, error);
  }
}
