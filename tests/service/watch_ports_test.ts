import { assertEquals, assertRejects } from "@std/assert";
import { nodeSql } from "../../src/server/node_sql.ts";
import { openLog } from "../../src/store/open_log.ts";
import { ThousandEyesError } from "../../src/thousandeyes/errors/thousand_eyes_error.ts";
import { portsOf } from "./ports_of.ts";

const MIB = 1024 * 1024;

const newLog = (sql: ReturnType<typeof nodeSql>) => openLog(sql, { now: 0, random: () => 0.5 });

Deno.test("watchPorts() never posts to the Worker's own hosts, nor beside those of WEBHOOK_HOSTS", async () => {
  const hosts = [
    "panoptes.example.com",
    "a.panoptes.example.com",
    "www.example.com",
    "example.net",
  ];
  const WEBHOOKS = JSON.stringify([
    { name: "w", url: "https://example.com/", secret: `whsec_${btoa("x".repeat(32))}` },
  ]);
  using sql = nodeSql(":memory:");
  const { attempt, endpoints } = portsOf(newLog(sql), {
    OWN_HOSTS: "panoptes.example.com",
    PUBLIC_URL: "https://www.example.com",
    WEBHOOK_HOSTS: "example.com",
    WEBHOOKS,
  });
  const request = { headers: { "content-type": "application/json" }, body: "{}" };
  const [endpoint] = endpoints;
  assertEquals(endpoints.length, 1);
  for (const host of hosts) {
    // As if it were older than the settings.
    const stored = { ...endpoint!, url: `https://${host}/hook` };
    const outcome = await attempt({ webhookId: "a", request }, stored);
    assertEquals(outcome.code, "url_refused", host);
  }
});

Deno.test("watchPorts() links to no alert without PUBLIC_URL", () => {
  using sql = nodeSql(":memory:");
  assertEquals(portsOf(newLog(sql), {}).linkTo?.("a1"), undefined);
});

Deno.test("watchPorts() accepts pages up to 8 MiB, so that one page fits into the object", async () => {
  let length = 0;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => {
      const start = '{"auditEvents":[],"_links":{},"filler":"';
      return new Response(`${start}${"x".repeat(length - start.length - 2)}"}`);
    },
  );
  using sql = nodeSql(":memory:");
  const { readPage, firstPage } = portsOf(newLog(sql), {
    TE_BASE_URL: `http://127.0.0.1:${server.addr.port}/v7`,
  });
  const url = firstPage(0, 1_000);
  length = 8 * MIB;
  assertEquals((await readPage(url)).bytes, length);
  length += 1;
  const error = await assertRejects(() => readPage(url), ThousandEyesError);
  assertEquals(error.code, "body_too_large");
});

Deno.test("watchPorts() reads the rest of a page beside an event of 5 MB", async () => {
  const large = { event: "Login failed.", user: "u".repeat(5_000_000) };
  const small = { event: "Login succeeded." };
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => Response.json({ auditEvents: [small, large, small] }),
  );
  using sql = nodeSql(":memory:");
  const log = newLog(sql);
  const { readPage, firstPage } = portsOf(log, {
    TE_BASE_URL: `http://127.0.0.1:${server.addr.port}/v7`,
  });
  const { events } = await readPage(firstPage(0, 1_000));
  assertEquals(log.transaction(() => log.record(events, { now: 1 })).recorded.length, 3);
});
