import { assertEquals } from "@std/assert";
import type { ApiToken } from "../../src/http/access/api_tokens.ts";
import { createGateway } from "../../src/http/gateway.ts";
import type { RequestFacts } from "../../src/http/request_record.ts";
import { SseReader } from "../support/read_sse.ts";
import { sha256 } from "../support/api_token.ts";
import { LogFixture } from "./log_fixture.ts";

const TOKEN = "s3cret-reader-token";
const OLD = "s3cret-expired-token";
/** A value that must be in no line, in any place where a client can put one. */
const VALUE = "s3cret";

const STREAM = { Accept: "text/event-stream" };
const NDJSON = { Accept: "application/x-ndjson" };

/** The gateway and the log's app together, as one deployment. */
async function deployment() {
  const fixture = new LogFixture();
  await fixture.recordEvents(1, 300);
  const { clock, requests } = fixture;
  const tokens: ApiToken[] = [
    { name: "siem", sha256: await sha256(TOKEN), scopes: ["read"] },
    { name: "old", sha256: await sha256(OLD), scopes: ["read"], expires: clock.now() },
  ];
  let isReachable = true;
  const app = createGateway({
    tokens,
    sources: ["default"],
    clock,
    page: { "/": { type: "text/html", text: "<!doctype html>" } },
    backend(request, _, unreachable) {
      if (isReachable) return fixture.app.fetch(request);
      unreachable();
      return new Response(null, { status: 503 });
    },
    report: (error) => fixture.reports.push(error),
    onRequest: (facts) => requests.push(facts),
  });
  return {
    fixture,
    clock,
    requests,
    fall: () => void (isReachable = false),
    request(path: string, { token = TOKEN, headers = {}, ...init }: RequestInit & {
      token?: string;
      headers?: Record<string, string>;
    } = {}) {
      const authorization = token === "" ? {} : { Authorization: `Bearer ${token}` };
      return Promise.resolve(
        app.request(`http://panoptes.test${path}`, {
          ...init,
          headers: { "CF-Connecting-IP": "192.0.2.7", ...authorization, ...headers },
        }),
      );
    },
    [Symbol.dispose]: () => fixture[Symbol.dispose](),
  };
}

/** The facts that tell requests apart. */
function brief({ token, method, route, status, end }: RequestFacts): string {
  return [token ?? "-", method, route ?? "-", status, end ?? "-"].join(" ");
}

Deno.test("every request is told once, with its token, route and status, and nothing that its client chose", async () => {
  using panoptes = await deployment();
  const { request, requests, fall } = panoptes;
  const asked: [string, Parameters<typeof request>[1]][] = [
    ["/healthz", { token: "" }],
    [`/?${VALUE}`, { token: "" }],
    [`/v1/status?${VALUE}=1`, {}],
    ["/v1/status", {}],
    ["/v1/status", { method: "HEAD" }],
    [`/v1/events?user=${VALUE}&limit=1`, { headers: { Accept: "application/json" } }],
    [`/v1/alerts/${VALUE}`, {}],
    [`/v1/deliveries?endpoint=${VALUE}`, {}],
    [`/v1/events?token=${VALUE}`, { token: `${VALUE}-guess` }],
    ["/v1/status", { token: "" }],
    ["/v1/status", { token: OLD }],
    [`/v1/endpoints/${VALUE}`, { method: "PUT", body: VALUE }],
    [`/${VALUE}`, {}],
    [`/${VALUE}`, { method: VALUE.toUpperCase(), headers: { "CF-Connecting-IP": VALUE } }],
    ["/v1/rules", { method: "PATCH", headers: { "User-Agent": VALUE, Referer: VALUE } }],
  ];
  for (const [path, init] of asked) await (await request(path, init)).text();
  fall();
  await request("/v1/status");
  assertEquals(requests.map(brief), [
    "- GET /healthz 200 -",
    "- GET / 200 -",
    "siem GET /v1/status 400 -",
    "siem GET /v1/status 200 -",
    "siem HEAD /v1/status 200 -",
    "siem GET /v1/events 200 complete",
    "siem GET /v1/alerts/:id 404 -",
    "siem GET /v1/deliveries 200 -",
    "- GET /v1/events 401 -",
    "- GET /v1/status 401 -",
    "old GET /v1/status 401 -",
    "siem PUT /v1/endpoints/:name 403 -",
    "siem GET - 404 -",
    "siem OTHER - 403 -",
    "siem OTHER /v1/rules 403 -",
    "siem GET /v1/status 503 -",
  ]);
  const text = JSON.stringify(requests).toLowerCase();
  assertEquals([text.includes(VALUE), text.includes("authorization")], [false, false]);
});

Deno.test("a request is told with the bytes of its answer, the client, and how long it took", async () => {
  using panoptes = await deployment();
  const { request, requests, clock } = panoptes;
  const body = await (await request("/v1/rules")).text();
  assertEquals(requests, [{
    token: "siem",
    client: "192.0.2.7",
    method: "GET",
    route: "/v1/rules",
    status: 200,
    bytes: new TextEncoder().encode(body).length,
    startedAt: new Date(clock.now()).toISOString(),
    durationMs: 0,
    streamMs: null,
    end: null,
  }]);
  const lines = await request("/v1/events", { headers: NDJSON });
  await clock.pass(5_000);
  const { byteLength } = await lines.arrayBuffer();
  const [, facts] = requests;
  assertEquals([facts?.bytes, facts?.durationMs, facts?.streamMs], [byteLength, 0, 5_000]);
});

/** How a stream can end, for each form. */
const ENDS: [
  string,
  Record<string, string>,
  (body: ReadableStream, pass: (ms: number) => Promise<void>) => Promise<unknown>,
][] = [
  ["cancelled", STREAM, (body) => body.cancel()],
  ["cancelled", NDJSON, (body) => body.cancel()],
  ["stalled", STREAM, (_, pass) => pass(30_000)],
  ["stalled", NDJSON, (_, pass) => pass(60_000)],
  ["aged", STREAM, (body, pass) => {
    const read = new Response(body).text();
    return pass(900_000).then(() => read);
  }],
];
for (const [end, headers, stop] of ENDS) {
  Deno.test(`a stream (${headers["Accept"]}) is told when it has ended: ${end}`, async () => {
    using panoptes = await deployment();
    const { request, requests, clock } = panoptes;
    const { body } = await request("/v1/events", { headers });
    await clock.pass(1_000);
    assertEquals(requests, []);
    const startedAt = clock.now();
    await stop(body!, (ms) => clock.pass(ms));
    assertEquals(requests.map(brief), [`siem GET /v1/events 200 ${end}`]);
    const { streamMs } = requests[0]!;
    assertEquals(streamMs !== null && streamMs <= clock.now() - startedAt + 1_000, true);
  });
}

Deno.test("an event stream ends as usual when its token expires, with the id that its reader has reached", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 3);
  const expires = fixture.clock.now() + 45_000;
  const reader = new SseReader(
    (await fixture.request("/v1/events", { headers: STREAM, expires })).body!,
  );
  const read = [];
  for (let n = 0; n < 4; n++) read.push(await reader.next());
  const last = reader.next();
  await fixture.clock.pass(44_999);
  assertEquals([fixture.open, fixture.requests.length], [1, 0]);
  await fixture.clock.pass(1);
  assertEquals(await last, undefined);
  assertEquals(read.at(-1)?.id, `${fixture.epoch}.3`);
  assertEquals([fixture.open, fixture.clock.pending], [0, 0]);
  assertEquals(fixture.requests.map(brief), ["siem GET /v1/events 200 expired"]);
});

Deno.test("any other long answer fails when its token expires, and cannot be mistaken for complete", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 300);
  const expires = fixture.clock.now() + 5_000;
  const { body } = await fixture.request("/v1/events", { headers: NDJSON, expires });
  const reader = body!.getReader();
  await reader.read();
  await fixture.clock.pass(5_000);
  const outcome = await reader.read().then(() => "read", (error: Error) => error.message);
  assertEquals(outcome, "The token has expired");
  assertEquals(fixture.requests.map(brief), ["siem GET /v1/events 200 expired"]);
});
