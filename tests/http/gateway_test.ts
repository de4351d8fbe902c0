import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { ApiToken } from "../../src/http/access/api_tokens.ts";
import { createGateway } from "../../src/http/gateway.ts";
import { sha256 } from "../support/api_token.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { LogFixture } from "./log_fixture.ts";

const token = "reader-token-1";
const adminToken = "admin-token-1";
const oldToken = "old-token-1";
const EXPIRES = Date.parse("2026-11-23T10:00:00Z");
const tokens: ApiToken[] = [
  { name: "reader", sha256: await sha256(token), scopes: ["read"] },
  { name: "admin", sha256: (await sha256(adminToken)).toUpperCase(), scopes: ["admin"] },
  { name: "old", sha256: await sha256(oldToken), scopes: ["admin"], expires: EXPIRES },
];
const PATHS = [
  "/",
  "/v1/events",
  "/v1/alerts",
  "/v1/status",
  "/v1/nothing",
  "/metrics",
  "/healthz/x",
];

function gateway(options: Partial<Parameters<typeof createGateway>[0]> = {}) {
  const reports: unknown[] = [];
  let passed = 0;
  const clock = new ManualClock();
  clock.set(EXPIRES);
  const app = createGateway({
    sources: ["default"],
    tokens,
    clock,
    backend: () => {
      passed++;
      return new Response("from the backend");
    },
    report: (error) => reports.push(error),
    ...options,
  });
  return { app, clock, reports, passed: () => passed };
}

const bearer = (value: string) => ({ headers: { Authorization: `Bearer ${value}` } });

Deno.test("createGateway() answers only /healthz while no token is configured", async () => {
  const { app, passed } = gateway({ tokens: [] });
  for (const path of PATHS) {
    for (const init of [{}, bearer(""), bearer("undefined"), bearer(token)]) {
      const response = await app.request(path, init);
      assertEquals(response.status, 401, path);
      assertEquals(response.headers.get("Content-Type"), "application/problem+json");
      const { code, detail } = await response.json();
      assertEquals(code, "no_tokens_configured");
      assert(detail.includes("API_TOKENS"));
    }
  }
  assertEquals(passed(), 0);
  assertEquals(await (await app.request("/healthz")).json(), { status: "ok" });
});

const refusals: [string, Record<string, string>][] = [
  ["no header", {}],
  ["a wrong token", { Authorization: "Bearer wrong" }],
  ["a prefix of the token", { Authorization: `Bearer ${token.slice(0, -1)}` }],
  ["the token and more", { Authorization: `Bearer ${token}x` }],
  ["the hash itself", { Authorization: `Bearer ${tokens[0]!.sha256}` }],
  ["another scheme", { Authorization: `Basic ${btoa(`reader:${token}`)}` }],
  ["the bare token", { Authorization: token }],
  ["two tokens", { Authorization: `Bearer ${token} ${token}` }],
  ["an empty token", { Authorization: "Bearer " }],
  ["a token of 100,000 characters", { Authorization: `Bearer ${"x".repeat(100_000)}` }],
];
for (const [name, headers] of refusals) {
  Deno.test(`createGateway() answers ${name} with 401 and a challenge, without calling the backend`, async () => {
    const { app, passed } = gateway();
    for (const path of PATHS) {
      const response = await app.request(path, { headers });
      assertEquals(response.status, 401);
      assert(response.headers.get("WWW-Authenticate")?.startsWith("Bearer "));
      const { type, code, status } = await response.json();
      assertEquals([type, code, status], [
        "urn:panoptes:problem:unauthorized",
        "unauthorized",
        401,
      ]);
    }
    assertEquals(passed(), 0);
  });
}

Deno.test("createGateway() accepts no token from the query or a cookie", async () => {
  const { app } = gateway();
  const response = await app.request(`/v1/events?access_token=${token}&token=${token}`, {
    headers: { Cookie: `token=${token}` },
  });
  assertEquals(response.status, 401);
});

Deno.test("createGateway() passes an authorized request on, and returns the response unchanged", async () => {
  const answer = new Response("from the backend", { headers: { "X-From": "the log" } });
  const { app } = gateway({ backend: () => answer });
  const response = await app.request("/v1/events", bearer(token));
  assertEquals(response.headers.get("X-From"), "the log");
  assertEquals(await response.text(), "from the backend");
});

Deno.test("createGateway() requires the scope admin for every method but GET and HEAD", async () => {
  for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"]) {
    const { app, passed } = gateway();
    const refused = await app.request("/v1/deliveries/1/redeliver", { method, ...bearer(token) });
    assertEquals([refused.status, (await refused.json()).code], [403, "forbidden"]);
    assertEquals(passed(), 0);
    const authorized = await app.request("/v1/deliveries/1/redeliver", {
      method,
      ...bearer(adminToken),
    });
    assertEquals(authorized.status, 200);
  }
});

Deno.test("createGateway() shows receivers' answers only to admin, however the path is spelt", async () => {
  using fixture = new LogFixture();
  const id = fixture.queueAlert("a");
  const { app } = gateway({ backend: (request) => fixture.app.fetch(request) });
  const spellings = [
    `/v1/deliveries/${id}`,
    `/v1/deliveries/%3${id}`,
    `/v1/deliverie%73/${id}`,
    `/v1//deliveries/${id}`,
    `/v1/deliveries/${id}/`,
    `/v1/deliveries/0${id}`,
    `/v1/x/../deliveries/${id}`,
    `/v1/deliveries/${id}?x=1`,
    `/v1%2fdeliveries%2f${id}`,
    `/V1/deliveries/${id}`,
    `/v1/deliveries/${id}#x`,
    `/v1/deliveries/%2e/${id}`,
  ];
  for (const path of spellings) {
    for (const method of ["GET", "HEAD"]) {
      const { status } = await app.request(path, { method, ...bearer(token) });
      assert(status === 403 || status === 404, `${method} ${path}: ${status}`);
    }
  }
  assertEquals((await app.request(spellings[0]!, bearer(token))).status, 403);
  assertEquals((await app.request(spellings[0]!, bearer(adminToken))).status, 200);
});

Deno.test("createGateway() lets a token with the scope admin read", async () => {
  const { app } = gateway();
  assertEquals((await app.request("/v1/events", bearer(adminToken))).status, 200);
});

Deno.test("createGateway() refuses a token from its expiry on, and says so only to its holder", async () => {
  const { app, clock, passed } = gateway({ misconfigured: ["WEBHOOKS"] });
  clock.set(EXPIRES - 1);
  assertEquals((await app.request("/v1/status", bearer(oldToken))).status, 503);
  clock.set(EXPIRES);
  for (const path of ["/v1/status", "/v1/nothing"]) {
    const refused = await app.request(path, bearer(oldToken));
    const { code, expires } = await refused.json();
    assertEquals([refused.status, code], [401, "token_expired"]);
    assertEquals(expires, "2026-11-23T10:00:00.000Z");
    assert(refused.headers.get("WWW-Authenticate")?.includes(`error="invalid_token"`));
  }
  const guess = await app.request("/v1/status", bearer(`${oldToken}x`));
  assertEquals([guess.status, (await guess.json()).code], [401, "unauthorized"]);
  assertEquals(passed(), 0);
});

Deno.test("createGateway() names invalid settings only to clients with a valid token", async () => {
  const { app, passed } = gateway({ misconfigured: ["WEBHOOKS"] });
  const authorized = await app.request("/v1/events", bearer(token));
  assertEquals(authorized.status, 503);
  const { code, variables } = await authorized.json();
  assertEquals([code, variables], ["misconfigured", ["WEBHOOKS"]]);
  const unauthorized = await app.request("/v1/events");
  assertEquals(unauthorized.status, 401);
  assert(!(await unauthorized.text()).includes("WEBHOOKS"));
  assertEquals((await app.request("/healthz")).status, 200);
  assertEquals(passed(), 0);
});

Deno.test("createGateway() reports an error of the backend, and tells the client nothing about it", async () => {
  const error = new Error("SELECT secret FROM somewhere");
  const { app, reports } = gateway({ backend: () => Promise.reject(error) });
  const response = await app.request("/v1/events", bearer(token));
  const text = await response.text();
  assertEquals([response.status, JSON.parse(text).code], [500, "internal"]);
  assertEquals(text.includes("secret") || text.includes("at "), false);
  assertEquals(reports, [error]);
});

Deno.test("createGateway() sends security headers with every response, and never a CORS header", async () => {
  const { app } = gateway({ misconfigured: [] });
  const answers = [
    await app.request("/healthz", { headers: { Origin: "https://evil.example" } }),
    await app.request("/v1/events", { headers: { Origin: "https://evil.example" } }),
    await app.request("/nothing", {
      headers: { Origin: "https://evil.example", ...bearer(token).headers },
    }),
  ];
  for (const { headers } of answers) {
    assertEquals(headers.get("X-Content-Type-Options"), "nosniff");
    assertEquals(headers.get("Referrer-Policy"), "no-referrer");
    assertEquals(headers.get("Cache-Control"), "no-store");
    assertNotEquals(headers.get("Content-Security-Policy"), null);
    assertEquals([...headers.keys()].filter((name) => name.startsWith("access-control")), []);
  }
  assertEquals(answers[2]!.status, 404);
});

Deno.test("createGateway() answers /healthz with its status only", async () => {
  const { app } = gateway();
  assertEquals(await (await app.request("/healthz?verbose=1")).text(), '{"status":"ok"}');
});

Deno.test("createGateway() passes only declared routes on to the backend", async () => {
  const { app, passed } = gateway();
  for (const path of ["/", "/v1/nothing", "/v1/events/x", "/metrics/x", "/healthz/x"]) {
    assertEquals((await app.request(path, bearer(adminToken))).status, 404, path);
  }
  assertEquals(passed(), 0);
});
