import { assert, assertEquals, assertRejects } from "@std/assert";
import * as v from "valibot";
import { attempt, type AttemptOptions } from "../../src/delivery/attempt.ts";
import { EndpointSchema } from "../../src/delivery/endpoint.ts";
import { ManualClock } from "../support/manual_clock.ts";

const endpoint = v.parse(EndpointSchema, {
  name: "siem",
  url: "https://siem.example.com/T0KEN",
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
});
const request = {
  headers: { "content-type": "application/json" },
  body: '{"type":"alert.created"}',
};
const message = { webhookId: "a1b2", request };

type Answer = (url: URL, init: RequestInit) => Promise<Response> | Response;

function attemptAt(answer: Answer, options: Partial<AttemptOptions> = {}) {
  const clock = new ManualClock(1_000_000);
  const calls: { url: URL; init: RequestInit }[] = [];
  const called = Promise.withResolvers<void>();
  const outcome = attempt(message, endpoint, {
    clock,
    fetch: async (url, init) => {
      calls.push({ url, init });
      called.resolve();
      return await answer(url, init);
    },
    ...options,
  });
  return { outcome, calls, called: called.promise, clock };
}

Deno.test("attempt() posts the exact bytes with the three headers, and nothing more than needed", async () => {
  const { outcome, calls, clock } = attemptAt(() => new Response(null, { status: 202 }));
  assertEquals(await outcome, {
    kind: "ok",
    code: "answered",
    status: 202,
    at: 1_000_000,
    durationMs: 0,
  });
  const { url, init } = calls[0]!;
  assertEquals(url.href, endpoint.url);
  assertEquals([init.method, init.redirect], ["POST", "manual"]);
  assertEquals(new TextDecoder().decode(init.body as Uint8Array<ArrayBuffer>), request.body);
  assertEquals(Object.keys(init.headers!).sort(), [
    "content-type",
    "user-agent",
    "webhook-id",
    "webhook-signature",
    "webhook-timestamp",
  ]);
  assertEquals(calls.length, 1);
  assertEquals(clock.pending, 0);
});

Deno.test("attempt() appends the path that the format asks for, as it is", async () => {
  for (
    const [url, path, expected] of [
      ["https://siem.example.com/given?a=b", "/_bulk", "/given/_bulk?a=b"],
      ["https://siem.example.com/given/", "/_bulk", "/given/_bulk"],
      ["https://siem.example.com", "/$&/$1", "/$&/$1"],
    ]
  ) {
    const urls: string[] = [];
    await attempt({ webhookId: "a1b2", request: { ...request, path: path! } }, {
      ...endpoint,
      url: url!,
    }, {
      clock: new ManualClock(),
      fetch: (url) => {
        urls.push(url.pathname + url.search);
        return Promise.resolve(new Response());
      },
    });
    assertEquals(urls, [expected]);
  }
});

Deno.test("attempt() follows no redirect: a 302 is an outcome", async () => {
  const { outcome, calls } = attemptAt(() =>
    new Response(null, { status: 302, headers: { location: "https://169.254.169.254/" } })
  );
  const { kind, status } = await outcome;
  assertEquals([kind, status, calls.length], ["permanent", 302, 1]);
});

Deno.test("attempt() reports what Retry-After asks for, but not with a success", async () => {
  const answer = (status: number) =>
    attemptAt(() => new Response(null, { status, headers: { "retry-after": "7" } })).outcome;
  assertEquals((await answer(429)).retryAfterMs, 7_000);
  assertEquals((await answer(503)).retryAfterMs, 7_000);
  assertEquals((await answer(200)).retryAfterMs, undefined);
});

Deno.test("attempt() gives up on a receiver that never answers after the endpoint's timeout", async () => {
  for (const heedsItsSignal of [true, false]) {
    const { outcome, called, clock } = attemptAt((_, { signal }) =>
      new Promise((_, reject) => {
        if (heedsItsSignal) signal!.addEventListener("abort", () => reject(signal!.reason));
      })
    );
    await called;
    clock.advance(14_999);
    assertEquals(clock.pending, 1);
    clock.advance(1);
    const { kind, code, durationMs } = await outcome;
    assertEquals([kind, code, durationMs], ["retry", "timed_out", 15_000]);
    assertEquals(clock.pending, 0);
  }
});

Deno.test("attempt() discards an answer that arrives after the timeout", async () => {
  const cancelled = Promise.withResolvers<void>();
  const late = Promise.withResolvers<Response>();
  const { outcome, called, clock } = attemptAt(() => late.promise);
  await called;
  clock.advance(15_000);
  assertEquals((await outcome).code, "timed_out");
  late.resolve(new Response(new ReadableStream({ cancel: () => cancelled.resolve() })));
  await cancelled.promise; // never settles, and so fails, if nobody cancels
});

Deno.test("attempt() counts a 200 as delivered even if its body never ends", async () => {
  const readOn = Promise.withResolvers<void>();
  let cancelled = false;
  const { outcome, clock } = attemptAt(() =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode("half")),
        pull: () => readOn.resolve(),
        cancel: () => void (cancelled = true),
      }),
    )
  );
  await readOn.promise;
  clock.advance(15_000);
  const { kind, excerpt } = await outcome;
  assertEquals([kind, excerpt, cancelled], ["ok", "half", true]);
});

Deno.test("attempt() reads no more than 4 KiB of an endless answer, and cancels it", async () => {
  let pulled = 0;
  let cancelled = false;
  const { outcome } = attemptAt(() =>
    new Response(
      new ReadableStream({
        pull(controller) {
          pulled += 1_000;
          controller.enqueue(new Uint8Array(1_000).fill(0x61));
        },
        cancel: () => void (cancelled = true),
      }),
      { status: 500 },
    )
  );
  const { kind, excerpt } = await outcome;
  assertEquals([kind, excerpt, cancelled], ["retry", "a".repeat(4_096), true]);
  assert(pulled <= 7_000);
});

Deno.test("attempt() does not reveal the URL in a network error", async () => {
  const { outcome } = attemptAt(() => {
    throw new TypeError(`error sending request for url (${endpoint.url}): dns error: no such host`);
  });
  const result = await outcome;
  assertEquals([result.kind, result.code], ["retry", "name_unknown"]);
  assert(!JSON.stringify(result).includes("T0KEN"));
});

Deno.test("attempt() rejects with the caller's own reason when the caller aborts", async () => {
  const reason = new Error("shutting down");
  const stop = new AbortController();
  const { outcome, called, clock } = attemptAt(() => new Promise(() => {}), {
    signal: stop.signal,
  });
  await called;
  stop.abort(reason);
  const error = await assertRejects(() => outcome);
  assert(error === reason);
  assertEquals(clock.pending, 0);

  const { outcome: second, calls } = attemptAt(() => new Response(), { signal: stop.signal });
  assert(await assertRejects(() => second) === reason);
  assertEquals(calls, []);
});

Deno.test("attempt() checks the URL again, and sends nothing to one that must not be called", async () => {
  const changed = [
    { url: "https://10.0.0.1/T0KEN" },
    { url: "http://siem.example.com/T0KEN" },
    { url: "http://127.0.0.1:1/T0KEN" },
  ];
  for (const change of changed) {
    const result = await attempt(message, { ...endpoint, ...change }, {
      clock: new ManualClock(),
      fetch: () => {
        throw new Error("must not be called");
      },
    });
    assertEquals([result.kind, result.code], ["permanent", "url_refused"]);
  }
  const { outcome, calls } = attemptAt(() => new Response(), { refusedHosts: ["example.com"] });
  assertEquals((await outcome).code, "url_refused");
  assertEquals(calls, []);
});

Deno.test("attempt() sends nothing to a name if one of its addresses is private", async () => {
  const asked: string[] = [];
  const resolveTo = (addresses: string[]) => ({
    resolve: (host: string) => {
      asked.push(host);
      return Promise.resolve(addresses);
    },
  });
  const answer = () => new Response();
  assertEquals(
    (await attemptAt(answer, resolveTo(["1.1.1.1", "2606:4700::1"])).outcome).kind,
    "ok",
  );
  for (
    const address of ["10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::a00:1"]
  ) {
    const { outcome, calls } = attemptAt(answer, resolveTo(["1.1.1.1", address]));
    assertEquals((await outcome).code, "url_refused");
    assertEquals(calls, []);
  }
  const { outcome, calls } = attemptAt(answer, resolveTo([]));
  assertEquals([(await outcome).code, calls.length], ["name_unknown", 0]);
  assertEquals(new Set(asked), new Set(["siem.example.com"]));
});

Deno.test("attempt() includes the name lookup in the timeout", async () => {
  const asked = Promise.withResolvers<void>();
  const { outcome, clock } = attemptAt(() => new Response(), {
    resolve: () => {
      asked.resolve();
      return new Promise(() => {});
    },
  });
  await asked.promise;
  clock.advance(15_000);
  assertEquals((await outcome).code, "timed_out");
});

Deno.test("attempt() follows no redirect over real HTTP either, and reports a refused connection", async () => {
  let followed = false;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    if (new URL(request.url).pathname === "/inside") followed = true;
    return new Response(null, { status: 307, headers: { location: "/inside" } });
  });
  const { port } = server.addr;
  const local = { ...endpoint, url: `http://127.0.0.1:${port}/`, allowHttpLoopback: true };
  const clock = new ManualClock(Date.now());
  const redirected = await attempt(message, local, { clock });
  assertEquals([redirected.kind, redirected.status, followed], ["permanent", 307, false]);
  await server.shutdown();
  const refused = await attempt(message, local, { clock });
  assertEquals([refused.kind, refused.code], ["retry", "connection_refused"]);
});

Deno.test("attempt() appends the path and the query of a request to those of the endpoint's URL", async () => {
  const urls: string[] = [];
  for (const url of ["https://a.example.com", "https://a.example.com/v2/?key=a%20b"]) {
    await attempt(
      { webhookId: "a1b2", request: { ...request, path: "/x/close", query: { by: "a&b" } } },
      { ...endpoint, url },
      {
        clock: new ManualClock(1_000_000),
        fetch: ({ href }) => {
          urls.push(href);
          return Promise.resolve(new Response());
        },
      },
    );
  }
  assertEquals(urls, [
    "https://a.example.com/x/close?by=a%26b",
    "https://a.example.com/v2/x/close?key=a+b&by=a%26b",
  ]);
});
