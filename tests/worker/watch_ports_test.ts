import { assertEquals, assertRejects } from "@std/assert";
import { nodeSql } from "../../src/server/node_sql.ts";
import { openLog } from "../../src/store/open_log.ts";
import { systemClock } from "../../src/stream/clock.ts";
import { ThousandEyesError } from "../../src/thousandeyes/errors/thousand_eyes_error.ts";
import { type Config, readConfig } from "../../src/worker/config.ts";
import { watchPorts } from "../../src/worker/watch_ports.ts";

const MIB = 1024 * 1024;

/** Those of the settings. */
function endpointsOf({ endpoints, hasUnknownEndpoint }: Config) {
  return { all: endpoints, hasUnknown: hasUnknownEndpoint };
}

const NO_RULES = { matcher: { match: () => [], correlator: undefined }, revision: "none" };

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
  const { config } = readConfig({
    TE_TOKEN: "te-token",
    OWN_HOSTS: "panoptes.example.com",
    PUBLIC_URL: "https://www.example.com",
    WEBHOOK_HOSTS: "example.com",
    WEBHOOKS,
  });
  using sql = nodeSql(":memory:");
  const log = openLog(sql, { now: 0, random: () => 0.5 });
  const options = {
    config: config!,
    log,
    endpoints: endpointsOf(config!),
    rules: NO_RULES,
    clock: systemClock,
    random: () => 0,
  };
  const { attempt, endpoints } = watchPorts(options);
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

Deno.test("watchPorts() links to an alert at PUBLIC_URL, and nowhere without it", () => {
  using sql = nodeSql(":memory:");
  const log = openLog(sql, { now: 0, random: () => 0.5 });
  const linkWith = (env: Record<string, unknown>) => {
    const { config } = readConfig({ TE_TOKEN: "te-token", ...env });
    const ports = {
      config: config!,
      log,
      endpoints: endpointsOf(config!),
      rules: NO_RULES,
      clock: systemClock,
      random: () => 0,
    };
    return watchPorts(ports).linkTo?.("a1");
  };
  assertEquals(linkWith({}), undefined);
  const link = linkWith({ PUBLIC_URL: "https://panoptes.example.com/" });
  assertEquals(link, "https://panoptes.example.com/v1/alerts/a1");
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
  const baseUrl = `http://127.0.0.1:${server.addr.port}/v7`;
  const { config } = readConfig({ TE_TOKEN: "te-token", TE_BASE_URL: baseUrl });
  using sql = nodeSql(":memory:");
  const log = openLog(sql, { now: 0, random: () => 0.5 });
  const options = {
    config: config!,
    log,
    endpoints: endpointsOf(config!),
    rules: NO_RULES,
    clock: systemClock,
    random: () => 0,
  };
  const { readPage, firstPage } = watchPorts(options);
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
  const baseUrl = `http://127.0.0.1:${server.addr.port}/v7`;
  const { config } = readConfig({ TE_TOKEN: "te-token", TE_BASE_URL: baseUrl });
  using sql = nodeSql(":memory:");
  const log = openLog(sql, { now: 0, random: () => 0.5 });
  const options = {
    config: config!,
    log,
    endpoints: endpointsOf(config!),
    rules: NO_RULES,
    clock: systemClock,
    random: () => 0,
  };
  const { readPage, firstPage } = watchPorts(options);
  const { events } = await readPage(firstPage(0, 1_000));
  assertEquals(log.transaction(() => log.record(events, { now: 1 })).recorded.length, 3);
});
