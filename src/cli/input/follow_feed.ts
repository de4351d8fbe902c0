import { createParser } from "eventsource-parser";
import type { Gap } from "../../sse/resume_at.ts";
import { wait } from "../../stream/wait.ts";
import { MAX_LINE_LENGTH } from "./answer_lines.ts";
import type { SourceError } from "../exit_code.ts";
import { note } from "../output/terminal.ts";
import type { Instance } from "./instance.ts";
import { Retries } from "./retries.ts";

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

/** What is followed. */
export interface FollowOptions {
  readonly feed: FeedName;
  /** Filters. */
  readonly query: URLSearchParams;
  /** The id to continue after, `earliest` or `latest`. */
  readonly after: string;
  readonly signal: AbortSignal;
}

/** The service sends a comment at least every 25 seconds. */
const SILENCE_MS = 60_000;

/**
 * Follows a feed of a running Panoptes for ever: where the stream ends or fails, it is opened again
 * after the last id, so each entry comes once.
 *
 * @param instance Where it runs.
 * @param options What to follow.
 * @returns What arrives, until the signal is aborted.
 * @throws {SourceError} If it refuses what is asked, or something else answers from the beginning.
 */
export async function* followFeed(
  instance: Instance,
  { feed, query, after, signal }: FollowOptions,
): AsyncGenerator<FeedBatch> {
  let place = after;
  const tell = (message: string) => note(`${feed}: ${message}`);
  const retries = new Retries({ maxTries: Infinity, signal, tell });
  while (!signal.aborted) {
    let failure: SourceError | undefined;
    try {
      const response = await instance.request(`/v1/${feed}?${query}`, {
        headers: { "Accept": "text/event-stream", "Last-Event-ID": place },
        signal,
      });
      for await (const step of read(response, signal)) {
        if (step.retryMs !== undefined) retries.delayMs = step.retryMs;
        if (step.refusal !== undefined) throw instance.failure(step.refusal);
        if (step.place === undefined) continue;
        retries.progressed();
        place = step.place;
        yield { entries: step.entries, place };
      }
    } catch (error) {
      failure = instance.failure(error);
    }
    if (signal.aborted) return;
    await retries.pause(failure).catch((error) => {
      if (!signal.aborted) throw error;
    });
  }
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
