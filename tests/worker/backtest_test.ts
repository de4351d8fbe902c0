import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { panoptes } from "../cli/run_panoptes.ts";
import { bundleOf } from "../support/bundle_of.ts";
import { sha256, TOKEN } from "../support/api_token.ts";
import { eventually } from "../support/eventually.ts";
import { WorkerFixture } from "./worker_fixture.ts";

const ANY = bundleOf(`
title: Anything
id: 929a690e-bef0-4204-a928-ef5e620d6fcc
logsource: { product: thousandeyes, service: audit }
detection: { selection: { event|re: '.' }, condition: selection }
level: low
`);

interface Report {
  events: number;
  alerts: number;
  rules: { id: string; alerts: number; examples: { id: string; summary: string }[] }[];
  changes?: { added: number; removed: number }[];
}

Deno.test("a backtest of the stored log in workerd makes the alerts that the log has, and changes nothing", async () => {
  await using worker = await WorkerFixture.start();
  const ana = { user: "Ana Diaz (ana@example.org)", uid: "9", ipAddress: "192.0.2.44" };
  const now = Date.now();
  for (let n = 0; n < 6; n++) {
    await worker.api.publish({ ...ana, event: "Login failed.", date: now - 90_000 + n * 1_000 });
  }
  await worker.api.publish({ ...ana, event: "Login succeeded.", date: now - 60_000 });
  await worker.api.publish({ ...ana, event: "Test deleted.", date: now - 50_000 });
  await worker.cron();
  await eventually(() => worker.log(), (events) => events.length >= 8);
  const stored = await eventually(() => worker.alerts(), (alerts) => alerts.length > 0);
  const status = async () => {
    const { log } = await worker.json("/v1/status") as {
      log: { events: number; alerts: number; messages: unknown };
    };
    return [log.events, log.alerts, log.messages];
  };
  const before = await status();

  const { code, out, err } = await panoptes(
    ["backtest", "--rules", "rules", "--log", "--since", "1d", "--format", "json"],
    { env: { PANOPTES_URL: worker.url.href, PANOPTES_TOKEN: TOKEN } },
  );
  assertEquals(code, 0, err);
  const report = JSON.parse(out) as Report;
  assertEquals(report.events, (await worker.log()).length);
  const tried = new Map(report.rules.map(({ id, alerts }) => [id, alerts]));
  const byRule = Map.groupBy(stored, ({ alert }) => alert.rule.id);
  for (const [id, alerts] of byRule) assertEquals(tried.get(id), alerts.length, id);
  const examples = report.rules.flatMap(({ examples }) => examples.map(({ id }) => id));
  const ids = new Set(stored.map(({ alert }) => alert.id));
  assert(examples.length > 0);
  assertEquals(examples.filter((id) => !ids.has(id)), []);

  const response = await worker.fetch("/v1/backtest", {
    method: "POST",
    body: JSON.stringify({ rules: ANY, compare: bundleFor("Login") }),
  });
  const last = (await response.text()).trimEnd().split("\n").at(-1) ?? "";
  const compared = (JSON.parse(last) as { report: Report }).report;
  assertEquals(compared.alerts, compared.events);
  assertEquals(compared.changes?.map(({ added, removed }) => [added, removed]), [
    [0, compared.events - 7],
  ]);
  assertEquals(await status(), before);
  assertEquals((await worker.alerts()).length, stored.length);
});

function bundleFor(start: string) {
  return bundleOf(`
title: Anything
id: 929a690e-bef0-4204-a928-ef5e620d6fcc
logsource: { product: thousandeyes, service: audit }
detection: { selection: { event|startswith: ${start} }, condition: selection }
level: low
`);
}

Deno.test("a backtest of the stored log ends when its client leaves, and needs the scope admin", async () => {
  const reader = "a-reader";
  await using worker = await WorkerFixture.start({
    vars: {
      API_TOKENS: JSON.stringify([
        { name: "reader", sha256: await sha256(reader), scopes: ["read"] },
        { name: "tests", sha256: await sha256(TOKEN), scopes: ["admin"] },
      ]),
    },
  });
  const post = (signal?: AbortSignal) =>
    worker.fetch("/v1/backtest", {
      method: "POST",
      body: JSON.stringify({ rules: ANY }),
      ...(signal === undefined ? {} : { signal }),
    });
  const leaving = new AbortController();
  await (await post(leaving.signal)).body!.getReader().read().catch(() => {});
  leaving.abort();
  const response = await eventually(() => post(), ({ status }) => status === 200);
  assertStringIncludes(await response.text(), `"report"`);

  const { code, err } = await panoptes(
    ["backtest", "--rules", "rules", "--log", "--url", worker.url.href],
    { env: { PANOPTES_TOKEN: reader } },
  );
  assertEquals(code, 4);
  assertStringIncludes(err, "403");
  assertStringIncludes(err, "admin");
  assert(!err.includes(reader));
});
