import { assert, assertEquals, assertRejects } from "@std/assert";
import { readPage } from "../../src/thousandeyes/page/read_page.ts";
import { requestPage } from "../../src/thousandeyes/page/request_page.ts";
import { streamUserEvents } from "../../src/thousandeyes/stream/stream_user_events.ts";
import { ThousandEyesError } from "../../src/thousandeyes/errors/thousand_eyes_error.ts";
import { LeapClock } from "../support/leap_clock.ts";
import { answering, BASE_URL, NOON, ORIGIN, PAGE_URL, TOKEN } from "./api.ts";

const options = (fetch: ReturnType<typeof answering>["fetch"]) => ({
  token: TOKEN,
  baseUrl: BASE_URL,
  fetch,
  clock: new LeapClock(NOON),
  timeoutMs: LeapClock.NEVER,
  random: () => 0.5,
});
const page = () => Response.json({ auditEvents: [] });

/** Everything that an error may show, its causes included. */
function shown(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [error.message, error.stack, JSON.stringify(error), shown(error.cause)].join("\n");
}

Deno.test("requestPage() sends the request that the SDKs send, with the token and without redirects", async () => {
  const { fetch, requests } = answering(page);
  await requestPage(PAGE_URL, options(fetch));
  const { url, init } = requests[0]!;
  const headers = new Headers(init.headers);
  assertEquals(url.href, PAGE_URL.href);
  assertEquals(headers.get("authorization"), `Bearer ${TOKEN}`);
  assertEquals(
    headers.get("accept"),
    "application/hal+json, application/json, application/problem+json",
  );
  assertEquals([init.redirect, init.method, init.body], ["manual", undefined, undefined]);
});

Deno.test("requestPage() calls a token function before every request", async () => {
  const { fetch, requests } = answering(page);
  let count = 0;
  const token = () => Promise.resolve(`token-${++count}`);
  await requestPage(PAGE_URL, { ...options(fetch), token });
  await requestPage(PAGE_URL, { ...options(fetch), token });
  assertEquals(requests.map(({ init }) => new Headers(init.headers).get("authorization")), [
    "Bearer token-1",
    "Bearer token-2",
  ]);
});

Deno.test("requestPage() sends the token only to the origin of baseUrl", async () => {
  const elsewhere = [
    "https://evil.example/v7/audit-user-events",
    "http://api.thousandeyes.test/v7/audit-user-events",
    "https://api.thousandeyes.test:444/v7/audit-user-events",
    "https://user@api.thousandeyes.test/v7/audit-user-events",
    "https://api.thousandeyes.test@evil.example/v7/audit-user-events",
    "blob:https://api.thousandeyes.test/0b7f",
  ];
  for (const href of elsewhere) {
    const { fetch, requests } = answering(page);
    const error = await assertRejects(
      () => requestPage(new URL(href), options(fetch)),
      ThousandEyesError,
    );
    assertEquals([error.code, requests.length], ["foreign_link", 0], href);
  }
});

Deno.test("streamUserEvents() sends the token to no other origin, whatever the API responds", async () => {
  const hrefs = [
    "https://evil.example/?cursor=x",
    "//evil.example/?cursor=x",
    "https://api.thousandeyes.test@evil.example/?cursor=x",
    "http://api.thousandeyes.test/v7/audit-user-events?cursor=x",
    "https://user:pass@api.thousandeyes.test/?cursor=x",
    "\\\\evil.example\\?cursor=x",
  ];
  const answers = [
    ...hrefs.map((href) => () => Response.json({ auditEvents: [{}], _links: { next: { href } } })),
    ...[301, 302, 303, 307, 308].map((status) => () =>
      new Response(null, { status, headers: { location: "https://evil.example/" } })
    ),
    () => new Response("moved", { status: 300, headers: { location: "//evil.example/" } }),
    () => new Response(null, { status: 401, headers: { "www-authenticate": "Bearer" } }),
    () => new Response(null, { status: 200, headers: { refresh: "0; url=https://evil.example/" } }),
  ];
  for (const answer of answers) {
    const { fetch, requests } = answering(answer);
    const events = streamUserEvents({ ...options(fetch), retry: { attempts: 2 } });
    await assertRejects(() => Array.fromAsync(events), ThousandEyesError);
    assert(requests.length >= 1);
    for (const { url, init } of requests) {
      assertEquals([url.origin, url.username], [ORIGIN, ""]);
      assertEquals(init.redirect, "manual");
    }
  }
});

Deno.test("requestPage() that is aborted rejects with the reason, whatever the network says", async () => {
  const stop = new AbortController();
  const reason = new Error("stop");
  const fetch = () => {
    stop.abort(reason);
    return Promise.reject(new TypeError("connection closed"));
  };
  const aborted = requestPage(PAGE_URL, { ...options(fetch), signal: stop.signal });
  assertEquals(await aborted.catch((error) => error), reason);
});

Deno.test("requestPage() refuses a redirect and cancels its body", async () => {
  let cancelled = false;
  const body = new ReadableStream({ cancel: () => void (cancelled = true) });
  const { fetch } = answering(() =>
    new Response(body, { status: 301, headers: { location: "/v8" } })
  );
  const error = await assertRejects(() => requestPage(PAGE_URL, options(fetch)), ThousandEyesError);
  assertEquals([error.code, error.status, error.retryable], ["redirect_refused", 301, false]);
  assert(cancelled);
});

Deno.test("requestPage() rejects an invalid token, and never repeats it", async () => {
  for (const token of ["", "two words", "line\r\nX-Injected: 1", "é", "a\u0000b"]) {
    const { fetch, requests } = answering(page);
    for (const given of [token, () => token]) {
      const error = await assertRejects(
        () => requestPage(PAGE_URL, { ...options(fetch), token: given }),
        TypeError,
        token === "" ? "the token is missing" : "not visible ASCII",
      );
      assert(token === "" || !shown(error).includes(token));
    }
    assertEquals(requests.length, 0);
  }
});

Deno.test("readPage() reveals the token in no error, even if the far end repeats it", async () => {
  const answers = [
    () => Response.json({ title: `Bad token ${TOKEN}`, detail: TOKEN }, { status: 401 }),
    () => new Response(`<title>${TOKEN}</title>`, { status: 403 }),
    () => Response.json({ errors: [{ message: TOKEN, field: TOKEN }] }, { status: 400 }),
    () => Promise.reject(new TypeError("fetch failed")),
  ];
  for (const answer of answers) {
    const { fetch } = answering(answer);
    const error = await assertRejects(
      () => readPage(PAGE_URL, { ...options(fetch), retry: { attempts: 1 } }),
      ThousandEyesError,
    );
    assert(!shown(error).includes(TOKEN), shown(error));
  }
});

Deno.test("requestPage() rejects a body that is too large, and cancels the rest", async () => {
  let sent = 0;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 1_000;
      controller.enqueue(new Uint8Array(1_000));
    },
    cancel: () => void (cancelled = true),
  });
  const { fetch } = answering(() => new Response(body));
  const error = await assertRejects(
    () => requestPage(PAGE_URL, { ...options(fetch), maxBytes: 5_000 }),
    ThousandEyesError,
  );
  assertEquals([error.code, error.retryable], ["body_too_large", false]);
  assert(cancelled && sent < 20_000);
});

Deno.test("readPage() retries what may succeed the next time, and nothing else", async () => {
  const failures: [string, () => Response | Promise<Response>, boolean][] = [
    ["408", () => new Response(null, { status: 408 }), true],
    ["429", () => new Response(null, { status: 429 }), true],
    ["500", () => new Response(null, { status: 500 }), true],
    ["502", () => new Response("<html>", { status: 502 }), true],
    ["503", () => new Response(null, { status: 503 }), true],
    ["504", () => new Response(null, { status: 504 }), true],
    ["no connection", () => Promise.reject(new TypeError("connection refused")), true],
    ["a body cut off", () =>
      new Response(
        new ReadableStream({ start: (controller) => controller.error(new Error("reset")) }),
      ), true],
    ["JSON cut short", () => new Response('{"auditEvents":['), true],
    ["400", () => new Response(null, { status: 400 }), false],
    ["401", () => new Response(null, { status: 401 }), false],
    ["403", () => new Response(null, { status: 403 }), false],
    ["404", () => new Response(null, { status: 404 }), false],
    ["a wrong shape", () => Response.json({}), false],
    ["a redirect", () => new Response(null, { status: 302 }), false],
  ];
  for (const [name, failure, repeated] of failures) {
    const { fetch, requests } = answering(failure, failure, page);
    const reading = readPage(PAGE_URL, options(fetch));
    if (repeated) assertEquals((await reading).events, [], name);
    else await assertRejects(() => reading, ThousandEyesError);
    assertEquals(requests.length, repeated ? 3 : 1, name);
  }
});

Deno.test("readPage() stops after the maximum number of attempts, with the last error and its cause", async () => {
  const cause = new TypeError("connection refused");
  const { fetch, requests } = answering(() => Promise.reject(cause));
  const given = { ...options(fetch), retry: { attempts: 3, baseMs: 100, capMs: 150 } };
  const error = await assertRejects(() => readPage(PAGE_URL, given), ThousandEyesError);
  assertEquals([error.code, error.cause, requests.length], ["network", cause, 3]);
  assertEquals(given.clock.waits, [50, 75]); // half of 100, half of the cap
});

Deno.test("readPage() gives each request its own timeout, and retries", async () => {
  let aborted = 0;
  const hang = (_url: URL, { signal }: RequestInit) =>
    new Promise<Response>((_, reject) =>
      signal!.addEventListener("abort", () => {
        aborted++;
        reject(signal!.reason);
      })
    );
  const error = await assertRejects(
    () => readPage(PAGE_URL, { ...options(hang), timeoutMs: 9_000, retry: { attempts: 3 } }),
    ThousandEyesError,
    "no complete response within 9000 ms",
  );
  assertEquals([error.code, error.retryable, aborted], ["timeout", true, 3]);
});

Deno.test("readPage() waits for the reset after a 429, and a little longer", async () => {
  const limited = () =>
    new Response(null, {
      status: 429,
      headers: { "x-organization-rate-limit-reset": String(Date.parse(NOON) / 1_000 + 20) },
    });
  const { fetch } = answering(limited, page);
  const given = options(fetch);
  await readPage(PAGE_URL, given);
  assertEquals(given.clock.waits, [20_000 + 1_000 + 500]);
});

Deno.test("readPage() waits about a minute in total after 429s that name no time", async () => {
  const { fetch, requests } = answering(() => new Response(null, { status: 429 }));
  const given = { ...options(fetch), random: () => 0.999 };
  const error = await assertRejects(() => readPage(PAGE_URL, given), ThousandEyesError);
  assertEquals([error.code, requests.length], ["rate_limited", 5]);
  const waited = given.clock.waits.reduce((sum, ms) => sum + ms, 0);
  assert(waited > 60_000 && waited < 130_000, String(waited));
});

Deno.test("readPage() cuts a reset that only a wrong clock explains", async () => {
  const limited = () =>
    new Response(null, {
      status: 429,
      headers: { "x-organization-rate-limit-reset": String(Date.parse(NOON) / 1_000 + 7_200) },
    });
  const { fetch } = answering(limited, page);
  const given = options(fetch);
  await readPage(PAGE_URL, given);
  assertEquals(given.clock.waits, [65_000 + 1_500]);
});

Deno.test("readPage() does not wait out a Retry-After of an hour, but says when", async () => {
  const { fetch, requests } = answering(() =>
    new Response(null, { status: 503, headers: { "retry-after": "3600" } })
  );
  const error = await assertRejects(() => readPage(PAGE_URL, options(fetch)), ThousandEyesError);
  assertEquals([error.code, error.retryAt, requests.length], [
    "unavailable",
    Date.parse(NOON) + 3_600_000,
    1,
  ]);
});
