/// <reference path="../../src/worker/cloudflare.d.ts" />
// The routes over a real log in a Durable Object on disk, with an entry that records events at once;
// and, to compare with, in the same object: Hono's streamSSE(), and a stream that does nothing else.
import { DurableObject, type DurableObjectNamespace } from "cloudflare:workers";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { type ApiToken, withHolder } from "../../src/http/access/api_tokens.ts";
import { LogFeed } from "../../src/http/feed/log_feed.ts";
import type { LogAccess } from "../../src/http/log_access.ts";
import { createLogApp } from "../../src/http/log_app.ts";
import { StreamLimit } from "../../src/http/access/stream_limit.ts";
import { openLog } from "../../src/store/open_log.ts";
import { systemClock } from "../../src/stream/clock.ts";
import { durableObjectSql } from "../../src/worker/durable_object_sql.ts";
import { frameOf, usualEvent } from "./events.mjs";

const READER: ApiToken = { name: "bench", sha256: "", scopes: ["admin"] };
// deno-lint-ignore no-console
const report = (error: unknown) => console.error(error);

export class BenchObject extends DurableObject {
  #log = openLog(durableObjectSql(this.ctx.storage), { now: Date.now(), random: Math.random });
  #events = new LogFeed({
    log: {
      ...this.#log,
      eventsAfter: (...query) => {
        const rows = this.#log.eventsAfter(...query);
        this.#read += rows.length;
        return rows;
      },
    },
    entry: "event",
    durable: () => this.ctx.storage.sync(),
    clock: systemClock,
    report,
  });
  #streams = new StreamLimit(50_000, systemClock);
  /** How many entries were read from the log. */
  #read = 0;
  #app = createLogApp({
    log: { events: this.#events } as unknown as LogAccess,
    streams: this.#streams,
    clock: systemClock,
    random: Math.random,
    report,
  });
  #hono = new HonoHub();
  #bare = new BareHub();

  override async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/hono") return this.#hono.app.fetch(request);
    if (pathname === "/bare") return this.#bare.open();
    if (pathname === "/streams") {
      return Response.json({ open: this.#streams.counts().open, read: this.#read });
    }
    if (pathname !== "/publish") return this.#app.fetch(withHolder(request, READER));
    const count = Number(searchParams.get("n"));
    const isBatch = searchParams.get("batch") === "1";
    const to = searchParams.get("to");
    if (to === "hono") await this.#hono.publish(count, isBatch);
    else if (to === "bare") await this.#bare.publish(count, isBatch);
    else await this.#publish(count, isBatch, Number(searchParams.get("padding") ?? 0));
    return new Response("ok");
  }

  async #publish(count: number, isBatch: boolean, padding: number): Promise<void> {
    const from = this.#log.head().newest + 1;
    const events = Array.from({ length: count }, (_, index) => usualEvent(from + index, padding));
    for (const page of isBatch ? [events] : events.map((event) => [event])) {
      this.#log.transaction(() => this.#log.record(page, { now: Date.now() }));
      await this.ctx.storage.sync();
    }
  }
}

/** What Hono's users would write. */
class HonoHub {
  #seq = 0;
  #streams = new Set<{ write(text: string): Promise<unknown> }>();
  app = new Hono().get("/hono", (context) =>
    streamSSE(context, async (stream) => {
      this.#streams.add(stream);
      stream.onAbort(() => void this.#streams.delete(stream));
      await stream.write(frameOf(this.#seq, "ready"));
      await new Promise(() => {});
    }));

  async publish(count: number, isBatch: boolean): Promise<void> {
    const frames = Array.from({ length: count }, () => frameOf(++this.#seq, "audit"));
    for (const text of isBatch ? [frames.join("")] : frames) {
      await Promise.all([...this.#streams].map((stream) => stream.write(text)));
    }
  }
}

/** The least that a stream can do in workerd: no log, no filters, no limits, and no end to a queue. */
class BareHub {
  #seq = 0;
  #encoder = new TextEncoder();
  #controllers = new Set<ReadableStreamDefaultController<Uint8Array>>();

  open(): Response {
    let controller: ReadableStreamDefaultController<Uint8Array>;
    const stream = new ReadableStream<Uint8Array>({
      start: (own) => {
        this.#controllers.add(controller = own);
        own.enqueue(this.#encoder.encode(frameOf(this.#seq, "ready")));
      },
      cancel: () => void this.#controllers.delete(controller),
    });
    return new Response(stream, { headers: { "content-type": "text/event-stream" } });
  }

  async publish(count: number, isBatch: boolean): Promise<void> {
    const frames = Array.from({ length: count }, () => frameOf(++this.#seq, "audit"));
    for (const text of isBatch ? [frames.join("")] : frames) {
      const bytes = this.#encoder.encode(text);
      for (const controller of this.#controllers) controller.enqueue(bytes);
      await new Promise((resolve) => setTimeout(resolve, 0)); // or one write takes all
    }
  }
}

export default {
  fetch(request: Request, env: { BENCH: DurableObjectNamespace }): Response | Promise<Response> {
    if (new URL(request.url).pathname === "/healthz") return new Response("ok");
    return env.BENCH.getByName("bench").fetch(request);
  },
};
