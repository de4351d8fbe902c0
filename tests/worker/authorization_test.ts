import { assert, assertEquals } from "@std/assert";
import { sha256, TOKEN } from "../support/api_token.ts";
import { eventually } from "../support/eventually.ts";
import { WorkerFixture } from "./worker_fixture.ts";

const PATHS = [
  "/v1/events",
  "/v1/alerts",
  "/v1/status",
  "/metrics",
  "/v1/rules",
  "/v1/deliveries",
  "/v1/invalid-events",
  "/assets/nothing.js",
  "/v1/nothing",
];

Deno.test("the Worker reveals nothing without a valid token", async () => {
  await using worker = await WorkerFixture.start();
  await worker.api.publish({ event: "Secret event" });
  await eventually(() => worker.log(), (log) => log.length === 1);
  for (const [index, path] of PATHS.entries()) {
    // Another client for each path: one that fails again and again is told to wait.
    const client = { "CF-Connecting-IP": `192.0.2.${index}` };
    for (
      const authorization of [undefined, "Bearer wrong", `Bearer ${TOKEN}x`, `Basic ${btoa(TOKEN)}`]
    ) {
      const response = await fetch(new URL(path, worker.url), {
        headers: { ...client, ...(authorization && { Authorization: authorization }) },
      });
      const text = await response.text();
      assertEquals(response.status, 401, path);
      assertEquals(response.headers.get("Content-Type"), "application/problem+json");
      assertEquals(JSON.parse(text).code, "unauthorized");
      assert(!text.includes("Secret"));
    }
  }
  assertEquals((await fetch(new URL("/healthz", worker.url))).status, 200);
  const page = await fetch(worker.url);
  assertEquals([page.status, (await page.text()).includes("Secret")], [200, false]);
});

Deno.test("the Worker reveals nothing while no token is configured", async () => {
  for (const API_TOKENS of [undefined, "", "[]"]) {
    await using worker = await WorkerFixture.start({ vars: { API_TOKENS } });
    await worker.api.publish({ event: "Secret event" });
    for (const path of PATHS) {
      const response = await worker.fetch(path);
      const { code, detail } = await response.json();
      assertEquals([response.status, code], [401, "no_tokens_configured"], path);
      assert(detail.includes("API_TOKENS"));
    }
    const health = await fetch(new URL("/healthz", worker.url));
    assertEquals(await health.text(), '{"status":"ok"}');
  }
});

Deno.test("the Worker with an invalid configuration names the settings only to clients with a valid token", async () => {
  await using worker = await WorkerFixture.start({
    vars: { TE_TOKEN: undefined, BACKFILL: "hunter2" },
  });
  const authorized = await worker.fetch("/v1/events");
  const text = await authorized.text();
  assertEquals([authorized.status, JSON.parse(text).variables], [503, ["TE_TOKEN", "BACKFILL"]]);
  assert(!text.includes("hunter2"));
  const unauthorized = await fetch(new URL("/v1/events", worker.url));
  assertEquals(unauthorized.status, 401);
  assert(!(await unauthorized.text()).includes("BACKFILL"));
  assertEquals((await fetch(new URL("/healthz", worker.url))).status, 200);
  await worker.cron(); // it must not fail either
  assert(worker.logs.some((line) => line.includes("BACKFILL")), "the log names the variable");
  assert(!worker.logs.some((line) => line.includes("hunter2")), "the log quotes no value");
});

Deno.test("the Worker refuses changes with a token without the scope admin", async () => {
  await using worker = await WorkerFixture.start({
    vars: {
      API_TOKENS: JSON.stringify([
        { name: "reader", sha256: await sha256(TOKEN), scopes: ["read"] },
      ]),
    },
  });
  const response = await worker.fetch("/v1/deliveries/1/redeliver", { method: "POST" });
  assertEquals([response.status, (await response.json()).code], [403, "forbidden"]);
});

Deno.test("one wrong entry of API_TOKENS locks nobody out, and the status names it", async () => {
  const good = { name: "siem", sha256: await sha256(TOKEN), scopes: ["read"] };
  const tokens = [{ ...good, name: "typo", sha256: "hunter2" }, "hunter2", good];
  await using worker = await WorkerFixture.start({ vars: { API_TOKENS: JSON.stringify(tokens) } });
  const response = await worker.fetch("/v1/status");
  const text = await response.text();
  assertEquals(response.status, 200);
  const { health, reasons } = JSON.parse(text) as {
    health: string;
    reasons: { code: string; about: string }[];
  };
  const refused = reasons.filter(({ code }) => code === "refused_setting");
  assertEquals([health, refused.map(({ about }) => about)], [
    "yellow",
    ["API_TOKENS typo", "API_TOKENS entry 2"],
  ]);
  assert(!text.includes("hunter2"));
});

Deno.test("the Worker's answers carry security headers and no CORS header", async () => {
  await using worker = await WorkerFixture.start();
  for (const path of ["/healthz", "/v1/status", "/v1/nothing"]) {
    const { headers, body } = await worker.fetch(path, {
      headers: { Origin: "https://evil.example" },
    });
    assertEquals(headers.get("X-Content-Type-Options"), "nosniff");
    assertEquals(headers.get("Cache-Control"), "no-store");
    assertEquals(headers.get("Access-Control-Allow-Origin"), null);
    await body?.cancel();
  }
});
