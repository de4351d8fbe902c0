/**
 * How our iterators and streams behave, as promises that hold in every runtime. Web standards only:
 * this module runs in Deno and in workerd alike, against a far end that is a real HTTP server.
 */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { MemorySource } from "../support/memory_source.ts";
import { subscribe } from "../../src/sse/subscribe.ts";
import { streamOf } from "../../src/stream/stream_of.ts";
import { systemClock } from "../../src/stream/clock.ts";
import { wait } from "../../src/stream/wait.ts";
import { streamUserEvents } from "../../src/thousandeyes/stream/stream_user_events.ts";
import type { StreamUserEventsOptions } from "../../src/thousandeyes/stream/stream_user_events_options.ts";
import { ThousandEyesError } from "../../src/thousandeyes/errors/thousand_eyes_error.ts";
import { userEventStream } from "../../src/thousandeyes/stream/user_event_stream.ts";
import { ManualClock } from "../support/manual_clock.ts";
import type { Seen } from "./contract_server.ts";

/** One promise and what shows it; it throws if it is broken. */
export interface ContractCase {
  name: string;
  run(far: FarEnd): Promise<void>;
}

/** The far end of one case. */
export class FarEnd {
  readonly #origin: string;
  readonly #key: string;
  /** Another origin, which must never see the token. */
  readonly other: string;

  constructor(origin: string, otherOrigin: string, key: string) {
    this.#origin = origin;
    this.#key = key;
    this.other = `${otherOrigin}/same/${key}/v7/audit-user-events`;
  }

  /** Options that read from a scenario. */
  reading(scenario: string, options: Partial<StreamUserEventsOptions> = {}) {
    const baseUrl = `${this.#origin}/${scenario}/${this.#key}/v7`;
    return { token: TOKEN, baseUrl, window: "1h", random: () => 0, ...options };
  }

  /** What the far end has seen. */
  async seen(origin = this.#origin): Promise<Seen> {
    return await (await fetch(`${origin}/seen/${this.#key}`)).json();
  }

  /** Waits until the far end has seen it; the suite's own time limit ends it if it never does. */
  async until(what: (seen: Seen) => boolean): Promise<void> {
    while (!what(await this.seen())) await wait(5);
  }
}

const TOKEN = "contract-token-that-goes-nowhere-else";
const STOP = new Error("the caller has enough");

/** A source that says what became of it. */
function instrumented(items: readonly number[], then: "wait" | "throw" | "end" = "end") {
  const log: string[] = [];
  async function* source(signal: AbortSignal): AsyncGenerator<number> {
    log.push("opened");
    try {
      yield* items;
      if (then === "throw") throw STOP;
      if (then === "wait") await wait(600_000, signal);
    } finally {
      log.push("closed");
    }
  }
  return { source, log };
}

async function eventsOf(
  events: AsyncIterable<{ event?: string }>,
): Promise<(string | undefined)[]> {
  const seen: (string | undefined)[] = [];
  for await (const { event } of events) seen.push(event);
  return seen;
}

async function textUntil(stream: ReadableStream<Uint8Array>, mark: string): Promise<string> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let text = "";
  while (!text.includes(mark)) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}

const subscriber = { clock: systemClock, random: () => 0.5 };

/** The promises, in the order of the rules they come from. */
export const CONTRACT: readonly ContractCase[] = [
  {
    name: "a signal that is already aborted rejects with its reason, before any request",
    async run(far) {
      const events = streamUserEvents(far.reading("pages", { signal: AbortSignal.abort(STOP) }));
      assertEquals(await events.next().catch((reason) => reason), STOP);
      assertEquals((await far.seen()).requests, 0);
    },
  },
  {
    name: "an abort while a request is in flight rejects with its reason and ends the request",
    async run(far) {
      const stop = new AbortController();
      const events = streamUserEvents(far.reading("hang", { signal: stop.signal }));
      const next = events.next().catch((reason) => reason);
      await far.until(({ requests }) => requests === 1);
      stop.abort(STOP);
      assertEquals(await next, STOP);
      await far.until(({ cancelled }) => cancelled === 1);
      assertEquals(await events.next(), { done: true, value: undefined });
    },
  },
  {
    name: "an abort while a body is read rejects with its reason and ends the body",
    async run(far) {
      const stop = new AbortController();
      const events = streamUserEvents(far.reading("hang-body", { signal: stop.signal }));
      const next = events.next().catch((reason) => reason);
      await far.until(({ requests }) => requests === 1);
      await wait(20);
      stop.abort(STOP);
      assertEquals(await next, STOP);
      await far.until(({ cancelled }) => cancelled === 1);
    },
  },
  {
    name: "an abort during the wait before a retry rejects with its reason",
    async run(far) {
      const stop = new AbortController();
      const events = streamUserEvents(far.reading("busy", { signal: stop.signal }));
      const next = events.next().catch((reason) => reason);
      await far.until(({ requests }) => requests === 1);
      await wait(20);
      stop.abort(STOP);
      assertEquals(await next, STOP);
      assertEquals((await far.seen()).requests, 1);
    },
  },
  {
    name: "an abort during the wait between two passes rejects with its reason",
    async run(far) {
      const stop = new AbortController();
      const events = streamUserEvents(
        far.reading("same", { signal: stop.signal, follow: 600_000 }),
      );
      await events.next();
      await events.next();
      const third = events.next().catch((reason) => reason);
      await wait(20);
      stop.abort(STOP);
      assertEquals(await third, STOP);
    },
  },
  {
    name: "an abort between two items rejects the next one",
    async run(far) {
      const stop = new AbortController();
      const events = streamUserEvents(far.reading("pages", { signal: stop.signal }));
      assert(!(await events.next()).done);
      stop.abort(STOP);
      assertEquals(await events.next().catch((reason) => reason), STOP);
      assertEquals(await events.next(), { done: true, value: undefined });
    },
  },
  {
    name: "a request that takes too long times out, and the retry has a timeout of its own",
    async run(far) {
      for (const scenario of ["hang", "hang-body"]) {
        const options = far.reading(scenario, { timeoutMs: 30, retry: { attempts: 2 } });
        const error = await assertRejects(() => eventsOf(streamUserEvents(options)));
        assert(error instanceof ThousandEyesError);
        assertEquals(error.code, "timeout");
      }
      assertEquals((await far.seen()).requests, 4);
      await far.until(({ cancelled }) => cancelled === 4);
    },
  },
  {
    name: "break closes the source once, and nothing more is requested",
    async run(far) {
      const { source, log } = instrumented([1, 2, 3]);
      for await (const item of streamOf(source)) if (item === 2) break;
      assertEquals(log, ["opened", "closed"]);
      for await (const _ of streamUserEvents(far.reading("pages"))) break;
      assertEquals((await far.seen()).requests, 1);
    },
  },
  {
    name: "when the consumer throws, its error wins and the source is closed",
    async run(far) {
      const { source, log } = instrumented([1, 2, 3]);
      await assertRejects(
        async () => {
          for await (const _ of streamOf(source)) throw STOP;
        },
        Error,
        STOP.message,
      );
      assertEquals(log, ["opened", "closed"]);
      await assertRejects(
        async () => {
          for await (const _ of streamUserEvents(far.reading("pages"))) throw STOP;
        },
        Error,
        STOP.message,
      );
    },
  },
  {
    name: "a source throws once, after the items before it, and is then done",
    async run(far) {
      const events = streamUserEvents(far.reading("bad-second"));
      assertEquals((await events.next()).value?.event, "Event 0.1");
      assertEquals((await events.next()).value?.event, "Event 0.2");
      const error = await assertRejects(() => events.next());
      assert(error instanceof ThousandEyesError);
      assertEquals(error.code, "forbidden");
      assertEquals(await events.next(), { done: true, value: undefined });
      const reader = streamOf(instrumented([1], "throw").source).getReader();
      assertEquals((await reader.read()).value, 1);
      await assertRejects(() => reader.read(), Error, STOP.message);
    },
  },
  {
    name: "return() before next() requests nothing",
    async run(far) {
      const events = streamUserEvents(far.reading("pages"));
      assertEquals(await events.return(), { done: true, value: undefined });
      assertEquals(await events.next(), { done: true, value: undefined });
      assertEquals((await far.seen()).requests, 0);
    },
  },
  {
    name: "cancel() with a read pending settles, ends the read and closes the source",
    async run(far) {
      const { source, log } = instrumented([], "wait");
      const reader = streamOf(source).getReader();
      const read = reader.read();
      await wait(0);
      await reader.cancel(STOP);
      assertEquals((await read).done, true);
      assertEquals(log, ["opened", "closed"]);
      const events = userEventStream(far.reading("hang")).getReader();
      const first = events.read();
      await far.until(({ requests }) => requests === 1);
      await events.cancel(STOP);
      assertEquals((await first).done, true);
      await far.until(({ cancelled }) => cancelled === 1);
    },
  },
  {
    name: "an idle consumer causes no request",
    async run(far) {
      const events = streamUserEvents(far.reading("pages"));
      const stream = userEventStream(far.reading("pages"));
      await wait(20);
      assertEquals((await far.seen()).requests, 0);
      await events.next();
      await events.next(); // the last event of the first page
      await wait(20);
      assertEquals((await far.seen()).requests, 1);
      await events.return();
      await stream.cancel();
    },
  },
  {
    name: "an empty page with a next link does not end the stream",
    async run(far) {
      const seen = ["Event 0.1", "Event 0.2", "Event 2.1", "Event 2.2"];
      assertEquals(await eventsOf(streamUserEvents(far.reading("pages"))), seen);
      assertEquals(await eventsOf(userEventStream(far.reading("pages"))), seen);
    },
  },
  {
    name: "misuse throws at the call",
    run(far) {
      const wrong = far.reading("pages", { startDate: "2026-01-01T00:00:00Z" });
      assertThrows(() => streamUserEvents(wrong), TypeError, "cannot be combined");
      assertThrows(() => userEventStream(wrong), TypeError, "cannot be combined");
      return Promise.resolve();
    },
  },
  {
    name: "the same page twice yields each event once",
    async run(far) {
      const stop = new AbortController();
      const options = far.reading("same", { follow: 1, signal: stop.signal });
      const seen: unknown[] = [];
      await assertRejects(
        async () => {
          for await (
            const { event } of streamUserEvents({
              ...options,
              async onPage() {
                if ((await far.seen()).requests === 4) stop.abort(STOP);
              },
            })
          ) seen.push(event);
        },
        Error,
        STOP.message,
      );
      // Oldest first: of events without dates, the API sends the newest first.
      assertEquals(seen, ["Event 0.2", "Event 0.1"]);
    },
  },
  {
    name: "a truncated body is requested again, and nothing of it is yielded twice",
    async run(far) {
      const events = await eventsOf(streamUserEvents(far.reading("cut-body")));
      assertEquals(events, ["Event 0.1", "Event 0.2"]);
      assertEquals((await far.seen()).requests, 2);
    },
  },
  {
    name: "a body that is too large is rejected",
    async run(far) {
      const options = far.reading("large", { maxBytes: 1_000 });
      const error = await assertRejects(() => eventsOf(streamUserEvents(options)));
      assert(error instanceof ThousandEyesError);
      assertEquals(error.code, "body_too_large");
      assertEquals((await far.seen()).requests, 1);
    },
  },
  {
    name: "the runtime's own fetch works as an option",
    async run(far) {
      const options = far.reading("same", { fetch: globalThis.fetch });
      assertEquals((await eventsOf(streamUserEvents(options))).length, 2);
    },
  },
  {
    name: "a redirect to another origin is not followed, and the token not sent there",
    async run(far) {
      const options = far.reading("redirect", { aid: far.other });
      const error = await assertRejects(() => eventsOf(streamUserEvents(options)));
      assert(error instanceof ThousandEyesError);
      assertEquals(error.code, "redirect_refused");
      assertEquals((await far.seen(new URL(far.other).origin)).requests, 0);
      assertEquals((await far.seen()).authorizations, [`Bearer ${TOKEN}`]);
    },
  },
  {
    name: "a next link to another origin is not followed, and the token not sent there",
    async run(far) {
      const events = streamUserEvents(far.reading("foreign", { aid: far.other }));
      await events.next();
      await events.next();
      const error = await assertRejects(() => events.next());
      assert(error instanceof ThousandEyesError);
      assertEquals(error.code, "foreign_link");
      assertEquals((await far.seen(new URL(far.other).origin)).requests, 0);
    },
  },
  {
    name: "a slow subscriber is closed, and another is unaffected",
    async run() {
      const clock = new ManualClock();
      const log = new MemorySource();
      const closed: string[] = [];
      const slow = subscribe(log, {
        clock,
        random: () => 0.5,
        onClose: (reason) => closed.push(reason),
      });
      const other = subscribe(log, { clock, random: () => 0.5 });
      const read = textUntil(other, "the last");
      log.append(JSON.stringify("one"));
      for (let second = 0; second < 62; second++) {
        await clock.pass(1_000);
        await wait(0); // for what runs between two turns of the event loop only
      }
      log.append(JSON.stringify("the last"));
      const text = await read;
      assertEquals(closed, ["stalled"]);
      assertEquals(await new Response(slow).text(), "");
      assert(text.includes('data: "one"'));
    },
  },
  {
    name: "a subscriber that returns with a known id continues after it",
    async run() {
      const log = new MemorySource(3);
      const text = await textUntil(
        subscribe(log, { ...subscriber, lastEventId: "k3.2" }),
        "id: k3.3\n",
      );
      assert(!text.includes("event: gap"));
      assert(!text.includes("Event 2"));
      assert(text.includes("Event 3"));
    },
  },
  {
    name: "a subscriber that returns with an unknown id is told of the gap",
    async run() {
      const log = new MemorySource(3);
      const text = await textUntil(
        subscribe(log, { ...subscriber, lastEventId: "gone.2" }),
        "id: k3.3\n",
      );
      assert(text.indexOf("event: gap") > 0);
      assert(text.indexOf("event: gap") < text.indexOf("event: ready"));
      assert(text.includes("Event 1"));
    },
  },
  {
    name: "a subscriber without an id gets all that is kept",
    async run() {
      const text = await textUntil(subscribe(new MemorySource(3), subscriber), "id: k3.3\n");
      assert(!text.includes("event: gap"));
      assert(text.includes("Event 1"));
    },
  },
];

/** How long one case may take: a broken promise is often one that never settles. */
const LIMIT_MS = 10_000;

/** Runs one case. */
export async function runCase(
  { name, run }: ContractCase,
  { origin, otherOrigin }: { origin: string; otherOrigin: string },
): Promise<void> {
  const key = `${name.replace(/\W+/g, "-").slice(0, 40)}-${crypto.randomUUID()}`;
  const done = new AbortController();
  const late = wait(LIMIT_MS, done.signal).then(() => {
    throw new Error(`Not settled within ${LIMIT_MS} ms`);
  });
  late.catch(() => {}); // also when it is over in time
  try {
    await Promise.race([run(new FarEnd(origin, otherOrigin, key)), late]);
  } finally {
    done.abort();
  }
}

/** Runs every case and says what came of each: "ok", or the error. */
export async function runContract(
  far: { origin: string; otherOrigin: string },
): Promise<Record<string, string>> {
  const results: Record<string, string> = {};
  for (const one of CONTRACT) {
    try {
      await runCase(one, far);
      results[one.name] = "ok";
    } catch (error) {
      results[one.name] = error instanceof Error ? error.stack ?? error.message : String(error);
    }
  }
  return results;
}
