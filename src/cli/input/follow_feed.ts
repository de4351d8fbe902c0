import { createParser } from "eventsource-parser";
import type { Gap } from "../../sse/resume_at.ts";
import { fullJitter } from "../../stream/full_jitter.ts";
import { wait } from "../../stream/wait.ts";
import { MAX_LINE_LENGTH } from "./answer_lines.ts";
import { type Instance, RefusedError } from "./instance.ts";

/** One of the two feeds. */
export type FeedName = "events" | "alerts";

/** An entry of a feed, or what is lost before those that follow. */
export type FeedEntry =
  | { readonly id: string; readonly value: Readonly<Record<string, unknown>> }
  | { readonly gap: Gap };

/** What arrived at once. */
export interface FeedBatch {
  readonly entries: readonly FeedEntry[];
  /** The id to continue after. */
  readonly place: string;
}

/** What is followed, and who is told how it goes. */
export interface FollowOptions {
  readonly feed: FeedName;
  /** Filters. */
  readonly query: URLSearchParams;
  /** The id to continue after, `earliest` or `latest`. */
  readonly after: string;
  readonly signal: AbortSignal;
  /** Called once when the stream cannot be read, and once when it can again. */
  onOutage(reason: string | null): void;
}

/** The service sends a comment at least every 25 seconds. */
const SILENCE_MS = 60_000;
const MAX_DELAY_MS = 30_000;

/**
 * Follows a feed of a running Panoptes for ever: where the stream ends or fails, it is opened again
 * after the last id, so each entry comes once.
 *
 * @param instance Where it runs.
 * @param options What to follow.
 * @returns What arrives, until the signal is aborted.
 * @throws {RefusedError} If it refuses what is asked, which no waiting mends.
 */
export async function* followFeed(
  instance: Instance,
  { feed, query, after, signal, onOutage }: FollowOptions,
): AsyncGenerator<FeedBatch> {
  let place = after;
  let failures = 0;
  let delayMs = 1_000;
  while (!signal.aborted) {
    try {
      const response = await instance.request(`/v1/${feed}?${query}`, {
        headers: { "Accept": "text/event-stream", "Last-Event-ID": place },
        signal,
      });
      if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
        await response.body?.cancel();
        throw instance.failure("the answer is not an event stream");
      }
      for await (const step of read(response, signal)) {
        if (step.retryMs !== undefined) delayMs = step.retryMs;
        if (step.refusal !== undefined) throw instance.failure(step.refusal);
        if (step.place === undefined) continue;
        if (failures > 0) onOutage(null);
        failures = 0;
        place = step.place;
        yield { entries: step.entries, place };
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isFinal(error)) throw error;
      failures++;
      if (failures === 1) onOutage(instance.failure(error).message);
    }
    const backoff = failures === 0
      ? 0
      : fullJitter({ attempt: failures, baseMs: delayMs, capMs: MAX_DELAY_MS, random });
    await wait(Math.min(delayMs, MAX_DELAY_MS) + backoff, signal).catch(() => {});
  }
}

const random = () => Math.random();

/** What no waiting mends; a proxy or a deployment in progress answers otherwise. */
function isFinal(error: unknown): boolean {
  return error instanceof RefusedError && error.code !== undefined && !error.mayPass;
}

interface Step {
  readonly entries: FeedEntry[];
  place?: string;
  retryMs?: number;
  refusal?: string;
}

/** Reads an event stream, one step for each piece that arrives. */
async function* read({ body }: Response, signal: AbortSignal): AsyncGenerator<Step> {
  if (body === null) return;
  let step: Step = { entries: [] };
  const parser = createParser({
    maxBufferSize: MAX_LINE_LENGTH,
    onId: (id) => step.place = id,
    onRetry: (ms) => step.retryMs = ms,
    onEvent({ id = "", event, data }) {
      if (event === "audit" || event === "alert") {
        step.entries.push({ id, value: JSON.parse(data) });
      } else if (event === "gap") step.entries.push({ gap: JSON.parse(data) });
      else if (event === "overloaded") step.refusal = JSON.parse(data).detail ?? "it is overloaded";
    },
  });
  const reader = body.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await withinSilence(reader.read());
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      yield step;
      step = { entries: [] };
    }
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}

async function withinSilence<Value>(read: Promise<Value>): Promise<Value> {
  const over = new AbortController();
  const silence = wait(SILENCE_MS, over.signal).then(() => {
    throw new Error(`the stream is silent for ${SILENCE_MS / 1_000} s`);
  });
  silence.catch(() => {}); // nobody waits for it once something has arrived
  try {
    return await Promise.race([read, silence]);
  } finally {
    over.abort();
  }
}
