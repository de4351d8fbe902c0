import { assert, assertEquals, assertMatch } from "@std/assert";
import { EventSource } from "eventsource";
import { createEventSource } from "eventsource-client";
import { createParser } from "eventsource-parser";
import { wait } from "../../src/stream/wait.ts";
import type { Target } from "./target.ts";

/** One promise of the event streams, and what shows it; it throws if it is broken. */
export interface SseCase {
  readonly name: string;
  /** What it cannot do without: somebody who publishes events. */
  readonly needs?: "publish";
  /** It mostly waits, for heartbeats and reconnections: 8 seconds and more. */
  readonly waits?: true;
  run(target: Target): Promise<void>;
}

const PROBLEM = "application/problem+json";
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads the text of a stream until something is in it. */
async function textUntil(response: Response, isThere: (text: string) => boolean): Promise<string> {
  const reader = response.body!.getReader();
  let text = "";
  while (!isThere(text)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`The stream ended after ${JSON.stringify(text.slice(-300))}`);
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}

/** The blocks of a stream, each with its lines. */
const blocksOf = (text: string) =>
  text.split("\n\n").slice(0, -1).map((block) => block.split("\n"));

/** A fetch whose streams break after some bytes: now and then, in the middle of anything. */
function breakingFetch(
  bytes: readonly number[],
): { fetch: typeof fetch; connections: () => number } {
  let connections = 0;
  return {
    connections: () => connections,
    async fetch(input, init) {
      const response = await fetch(input, init);
      let left = bytes[connections++] ?? Infinity;
      const cut = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          controller.enqueue(chunk.subarray(0, left));
          left -= chunk.length;
          if (left <= 0) controller.terminate();
        },
      });
      return new Response(response.body?.pipeThrough(cut) ?? null, response);
    },
  };
}

/** Where the streams of clients break: within the greeting, early, and after many events. */
const BREAKS = [40, 700, 5_000, 90_000];

/** The promises, by what they are about. */
export const SSE_CASES: readonly SseCase[] = [
  {
    name: "auth: nothing is readable without a token, with another one, or with one in the query",
    async run(target) {
      const { signal } = target;
      const at = (path: string) => target.url(path);
      const secret = target.authorization.authorization.slice("Bearer ".length);
      for (const path of ["/v1/events", "/v1/alerts", "/v1/events?event=x", "/v1/status"]) {
        for (const accept of ["text/event-stream", "application/json", "application/x-ndjson"]) {
          const tries: [URL, Record<string, string>][] = [
            [at(path), {}],
            [at(path), { authorization: `Bearer ${secret}x` }],
            [at(path), { authorization: `Basic ${btoa(`x:${secret}`)}` }],
            [at(path), { cookie: `token=${secret}` }],
            [at(`${path}${path.includes("?") ? "&" : "?"}access_token=${secret}`), {}],
          ];
          for (const [address, headers] of tries) {
            const response = await fetch(address, { headers: { accept, ...headers }, signal });
            const body = await response.text();
            assertEquals(response.headers.get("content-type"), PROBLEM);
            // Where the address of clients is known, one that guesses too often is told so.
            const { code } = JSON.parse(body);
            const isGuessing = response.status === 429 && code === "too_many_failures";
            assert(response.status === 401 || isGuessing, `${response.status} ${body}`);
            assert(!body.includes(secret), "the answer repeats a secret");
          }
        }
      }
    },
  },
  {
    name: "forms: Accept selects an event stream, NDJSON or JSON, and anything else is refused",
    async run(target) {
      for (
        const [accept, type] of [
          ["*/*", "text/event-stream; charset=utf-8"],
          ["text/event-stream", "text/event-stream; charset=utf-8"],
          ["application/json;q=0.9, text/event-stream;q=0.5", "application/json"],
          ["application/x-ndjson", "application/x-ndjson"],
          ["application/xml", PROBLEM],
        ] as const
      ) {
        for (const method of ["GET", "HEAD"]) {
          for (const path of ["/v1/events?last_event_id=latest", "/v1/alerts?after=latest"]) {
            const response = await target.fetch(path, { accept }, method);
            await response.body?.cancel();
            const { status, headers } = response;
            assertEquals(
              [status, headers.get("content-type")],
              [type === PROBLEM ? 406 : 200, type],
              `${method} ${path} as ${accept}`,
            );
            assert(headers.get("vary")?.toLowerCase().includes("accept"), "Vary");
          }
        }
      }
      const lines = await target.sample(100);
      const { events, next } = await (await target.fetch("/v1/events?limit=100", {
        accept: "application/json",
      })).json();
      assertEquals(events, lines);
      assertEquals(next, lines.at(-1)?.id);
    },
  },
  {
    name: "bytes: a comment at once, retry, then ready; every block is well-formed UTF-8",
    async run(target) {
      const sample = await target.sample(50);
      const response = await target.fetch("/v1/events", { accept: "text/event-stream" });
      assertEquals(response.headers.get("cache-control"), "no-cache, no-transform");
      assertEquals(response.headers.get("x-accel-buffering"), "no");
      const last = sample.at(-1)!.id;
      const text = await textUntil(response, (text) => text.includes(`id: ${last}\n`));
      assert(!/[\r\0\u0085\u2028\u2029\ufeff]/.test(text), "a character that ends a line");
      const [welcome, retry, ready, ...rest] = blocksOf(text);
      assertMatch(welcome!.join(), /^: /);
      assertMatch(retry!.join(), /^retry: \d{1,6}$/);
      assertEquals(ready![1], "event: ready");
      for (const block of rest) {
        if (block.length === 1) {
          assertMatch(block[0]!, /^(: |id: [\w-]+\.\d+$)/);
          continue;
        }
        assertEquals(block.map((line) => line.slice(0, line.indexOf(": "))), [
          "id",
          "event",
          "data",
        ]);
        JSON.parse(block[2]!.slice("data: ".length));
      }
      const { id, data } = { id: ready![0]!.slice(4), data: JSON.parse(ready![2]!.slice(6)) };
      assertEquals([data.from, data.gap], [id, false]);
    },
  },
  {
    name: "replay: a stream has what NDJSON and pages have, in the same order, each entry once",
    async run(target) {
      const sample = await target.sample();
      const reader = await target.stream("/v1/events");
      const [ready, ...messages] = await reader.take(1 + sample.length);
      await reader.cancel();
      assertEquals(ready?.event, "ready");
      assertEquals(
        messages.map(({ id, event, data }) => [id, event, JSON.parse(data)]),
        sample.map(({ id, event }) => [id, "audit", event]),
      );
      const paged: unknown[] = [];
      let after = "earliest";
      while (paged.length < sample.length) {
        const response = await target.fetch(`/v1/events?limit=97&after=${after}`, {
          accept: "application/json",
        });
        const { events, next, more, gap } = await response.json();
        assertEquals(gap, null);
        paged.push(...events);
        after = next;
        if (!more) break;
      }
      assertEquals(paged.slice(0, sample.length), sample);
    },
  },
  {
    name:
      "replay: whoever resumes after any id receives the next one first, by header and by query",
    async run(target) {
      const sample = await target.sample();
      for (const share of [0, 0.1, 0.5, 0.9]) {
        const index = Math.floor(share * (sample.length - 2));
        const [{ id }, next] = [sample[index]!, sample[index + 1]!];
        const paths = ["last_event_id", "lastEventId", "after"].map((name) => `${name}=${id}`);
        for (const query of ["", ...paths]) {
          const reader = await target.stream(`/v1/events?${query}`, query === "" ? id : undefined);
          const [ready, first] = await reader.take(2);
          await reader.cancel();
          assertEquals([ready?.event, ready?.id, first?.id], ["ready", id, next.id], query);
        }
      }
    },
  },
  {
    name: "replay: a client that reads block by block is never asked to parse half a character",
    async run(target) {
      const sample = await target.sample(200);
      const response = await target.fetch("/v1/events", { accept: "text/event-stream" });
      const last = sample.at(-1)!.id;
      const text = await textUntil(response, (text) => text.includes(`id: ${last}\n`));
      const bytes = new TextEncoder().encode(text.slice(0, text.lastIndexOf("\n\n") + 2));
      const ids: string[] = [];
      const parser = createParser({ onId: (id) => ids.push(id), onEvent() {} });
      const whole = new TextDecoder();
      for (const byte of bytes) parser.feed(whole.decode(Uint8Array.of(byte), { stream: true }));
      assertEquals(ids.slice(1, sample.length + 1), sample.map(({ id }) => id));
    },
  },
  {
    name: "live join: what is published while a stream replays arrives, each event once, in order",
    needs: "publish",
    async run(target) {
      const before = await target.sample();
      const reader = await target.stream("/v1/events");
      const more = 60;
      const publishing = target.publish(more / 2);
      const seen = (await reader.take(1 + before.length + more / 2)).slice(1);
      await publishing;
      await target.publish(more / 2);
      seen.push(...await reader.take(more / 2));
      await reader.cancel();
      const ids = seen.map(({ id }) => id ?? "");
      assertEquals(ids, Array.from(ids, (_, n) => target.idAt(ids[0]!, (first) => first + n)));
      assertEquals(
        (await target.lines("/v1/events")).slice(0, ids.length).map(({ id }) => id),
        ids,
      );
    },
  },
  {
    name: "clients: eventsource-client reconnects by itself and receives every event once",
    waits: true,
    async run(target) {
      const sample = await target.sample();
      const breaking = breakingFetch(BREAKS);
      const seen: string[] = [];
      const source = createEventSource({
        url: target.url("/v1/events"),
        headers: target.authorization,
        fetch: breaking.fetch as never,
      });
      const close = () => source.close();
      target.signal.addEventListener("abort", close);
      for await (const { event, id } of source) {
        if (event === "audit") seen.push(id ?? "");
        if (seen.length >= sample.length) break;
      }
      target.signal.removeEventListener("abort", close);
      close();
      assertEquals(seen, sample.map(({ id }) => id));
      assert(breaking.connections() > 2, `${breaking.connections()} connections`);
    },
  },
  {
    name: "clients: eventsource, which follows the standard to the letter, does too",
    waits: true,
    async run(target) {
      const sample = await target.sample();
      const breaking = breakingFetch(BREAKS);
      const seen: string[] = [];
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const source = new EventSource(target.url("/v1/events"), {
        fetch: (url, init) =>
          breaking.fetch(url, { ...init, headers: { ...init.headers, ...target.authorization } }),
      });
      const stop = () => reject(target.signal.reason);
      target.signal.addEventListener("abort", stop);
      source.addEventListener("audit", ({ lastEventId }) => {
        seen.push(lastEventId);
        if (seen.length >= sample.length) resolve();
      });
      try {
        await promise;
      } finally {
        source.close();
        target.signal.removeEventListener("abort", stop);
      }
      assertEquals(seen.slice(0, sample.length), sample.map(({ id }) => id));
      assert(breaking.connections() > 2, `${breaking.connections()} connections`);
    },
  },
  {
    name:
      "gap: an id of another log, from the future, or none at all is answered with a gap, then everything",
    async run(target) {
      const [first] = await target.sample(10);
      const before = target.idAt(first!.id, (seq) => seq - 1);
      const future = target.idAt(first!.id, () => 9_000_000_000_000);
      for (
        const [asked, told] of [["other.5", "other.5"], [future, future], ["?", null]] as const
      ) {
        const reader = await target.stream("/v1/events", asked);
        const [gap, ready, entry] = await reader.take(3);
        await reader.cancel();
        assertEquals([gap?.event, gap?.id], ["gap", undefined]);
        assertEquals(JSON.parse(gap!.data), { requested: told, from: before, lost: null });
        assertEquals([ready?.event, ready?.id], ["ready", before]);
        assertEquals(JSON.parse(ready!.data).gap, true);
        assertEquals(entry?.id, first!.id);
        const path = `/v1/events?limit=1&after=${encodeURIComponent(asked)}`;
        const page = await target.fetch(path, { accept: "application/json" });
        const body = await page.json();
        if (told === null) assertEquals([page.status, body.code], [400, "invalid_request"]);
        else assertEquals(body.gap, { requested: told, from: before, lost: null });
      }
    },
  },
  {
    name: "stalled readers: whoever reads nothing delays nobody else",
    async run(target) {
      const sample = await target.sample();
      const { hostname, port, protocol, pathname, host } = target.url("/v1/events");
      const { authorization } = target.authorization;
      const request =
        `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${authorization}` +
        "\r\nAccept: text/event-stream\r\n\r\n";
      const stalled: Deno.Conn[] = [];
      try {
        for (let n = 0; n < 5; n++) {
          const connection = protocol === "https:"
            ? await Deno.connectTls({ hostname, port: Number(port || 443) })
            : await Deno.connect({ hostname, port: Number(port || 80) });
          stalled.push(connection);
          await connection.write(new TextEncoder().encode(request));
        }
        const reader = await target.stream("/v1/events");
        const messages = await reader.take(1 + sample.length);
        await reader.cancel();
        assertEquals(messages.slice(1).map(({ id }) => id), sample.map(({ id }) => id));
      } finally {
        for (const connection of stalled) connection.close();
      }
    },
  },
  {
    name:
      "filters: all forms have exactly the events that match, with the ids that they have without a filter",
    async run(target) {
      const sample = await target.sample();
      const { event } = sample[Math.floor(sample.length / 2)]!.event;
      const text = String(event);
      const same = sample.filter(({ event: { event } }) =>
        String(event).toLowerCase() === text.toLowerCase()
      );
      const escaped = text.replaceAll(/[*?\\]/g, "\\$&");
      const query = new URLSearchParams({ event: escaped }).toString();
      const lines = await target.lines(`/v1/events?${query}&limit=${same.length}`);
      assertEquals(lines, same);
      const reader = await target.stream(`/v1/events?${query}`);
      const messages = await reader.take(1 + same.length);
      await reader.cancel();
      assertEquals(messages.slice(1).map(({ id }) => id), same.map(({ id }) => id));
      // From the middle, and by another condition at the same time.
      const middle = same[same.length >> 1]!;
      const rest = same.slice((same.length >> 1) + 1);
      const resumed = await target.lines(
        `/v1/events?${query}&event|exists=true&after=${middle.id}&limit=${
          Math.max(rest.length, 1)
        }`,
      );
      assertEquals(resumed.slice(0, rest.length), rest);
    },
  },
  {
    name: "filters: the id moves on although nothing matches",
    waits: true,
    async run(target) {
      const latest = await target.stream("/v1/events", "latest");
      const newest = (await latest.next())?.id ?? "";
      await latest.cancel();
      const path = "/v1/events?event=no-event-has-this-text";
      assertEquals(await target.lines(path), []);
      const page = await (await target.fetch(path, { accept: "application/json" })).json();
      assertEquals(page.events, []);
      assert(page.more || seqOf(page.next) >= seqOf(newest), page.next);
      // At the latest with the next comment: within 25 seconds.
      const response = await target.fetch(path, { accept: "text/event-stream" });
      let last = "";
      const parser = createParser({ onId: (id) => last = id, onEvent() {} });
      let fed = 0;
      await textUntil(response, (text) => {
        parser.feed(text.slice(fed));
        fed = text.length;
        return last !== "" && seqOf(last) >= seqOf(newest);
      });
    },
  },
  {
    name: "filters: what is wrong with one is told by name, in every form",
    async run(target) {
      const path = "/v1/events?evnt|contains=x&event|contain=y&since=now&limits=1";
      for (const accept of ["text/event-stream", "application/json", "application/x-ndjson"]) {
        const response = await target.fetch(path, { accept });
        const { code, detail } = await response.json();
        assertEquals([response.status, code], [400, "invalid_request"]);
        for (const name of ["evnt|contains", "event|contain", "since", "limits"]) {
          assert(detail.includes(name), `${name} in ${detail}`);
        }
      }
    },
  },
  {
    name: "a stream stays open: within 25 seconds without an event there is a comment",
    waits: true,
    async run(target) {
      const path = "/v1/alerts?last_event_id=latest";
      const response = await target.fetch(path, { accept: "text/event-stream" });
      await textUntil(response, (text) => {
        const [, ...later] = text.split("event: ready");
        return /\n\n: |\nevent: alert\n/.test(later.join(""));
      });
    },
  },
];

function seqOf(id: string): number {
  return Number(id.slice(id.lastIndexOf(".") + 1));
}

/** The time for one case, in milliseconds: a heartbeat takes up to 25 seconds. */
const CASE_MS = 120_000;

/**
 * Runs one case.
 *
 * @param one The case.
 * @param open Makes the deployment whose requests end with a signal.
 * @param signal Ends it.
 */
export async function runSseCase(
  { run }: SseCase,
  open: (signal: AbortSignal) => Target,
  signal?: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const signals = [over.signal, AbortSignal.timeout(CASE_MS), ...(signal ? [signal] : [])];
  try {
    await run(open(AbortSignal.any(signals)));
  } finally {
    over.abort();
    await wait(0); // what it has left open closes
  }
}
