/**
 * A log with something of everything, as the present version writes it: `deno task log:sample`
 * keeps it in `tests/testdata/logs`, for the later versions that have to read it.
 *
 * @module
 */
import { matchRules } from "../../src/alert/match_rules.ts";
import type { NodeSql } from "../../src/server/node_sql.ts";
import { parseSigma } from "../../src/sigma/parse.ts";
import { MIGRATIONS } from "../../src/store/migrate.ts";
import type { SqlRow } from "../../src/store/sql.ts";
import { Bench, endpointOf, eventAt, MINUTE, START } from "./bench_of.ts";
import { Receiver } from "./receiver.ts";

const RULES = parseSigma(`
title: Failed
name: failed
id: 00000000-0000-4000-8000-000000000001
level: high
logsource: { product: thousandeyes, service: audit }
detection: { selection: { event: Login failed. }, condition: selection }
panoptes: { suppress: { by: [user], for: 1h } }
---
title: Burst
id: 00000000-0000-4000-8000-000000000002
level: critical
correlation: { type: event_count, rules: failed, group-by: user, timespan: 10m, condition: { gte: 3 } }
`);

/** How the log of the sample is watched. */
export function sampleBench(sql?: NodeSql) {
  const receiver: Receiver = new Receiver(() => bench);
  const { match, correlator } = matchRules(RULES, () => {});
  const bench: Bench = new Bench({ suppressesByDefault: true }, {
    endpoints: ["siem", "pager", "chat"].map((name) => endpointOf(name)),
    attempt: receiver.attempt,
    match,
    correlator,
  }, sql);
  receiver.answering = ({ endpoint }) => endpoint === "siem" ? "ok" : "retry";
  return { bench, receiver };
}

/** When the sample ends. */
export const SAMPLE_END = START + 10 * MINUTE;

/** Lets a watch fill the log. */
export async function fillSample({ bench, receiver }: ReturnType<typeof sampleBench>) {
  for (const second of [0, 0, 1]) bench.api.publish(eventAt(second * 1_000)); // twins
  bench.api.publish(eventAt(2_000, 'Ana "A" \u2028 <b> (ana@example.com)'));
  await bench.pass(2 * MINUTE);
  receiver.answering = ({ endpoint }) =>
    ({ siem: "ok", pager: "retry", chat: "permanent" } as const)[endpoint];
  bench.api.publish(eventAt(2 * MINUTE, "late"));
  await bench.pass(8 * MINUTE);
  const { log } = bench;
  const [first] = log.alertsAfter(0, 1);
  log.transaction(() => {
    log.keepInvalid([{ value: { event: 7 }, issues: ["event must be a string"] }], SAMPLE_END);
    log.changeAlert(first?.id ?? "", {
      state: "acknowledged",
      by: "ana",
      at: new Date(SAMPLE_END).toISOString(),
      note: "Known",
    });
    log.addSilence({
      id: "quiet",
      rule: null,
      fields: { user: ["nobody"] },
      until: "2100-01-01T00:00:00.000Z",
      by: "ana",
      reason: "A sample",
      createdAt: new Date(SAMPLE_END).toISOString(),
    }, SAMPLE_END);
    log.saveEndpoint({ name: "stored", config: { url: "https://example.com/" }, at: 1, by: "ana" });
    log.addChange({ at: 1, by: "ana", what: "endpoint.created", about: "stored", details: [] });
  });
}

/** What has to be in the log again after a later version has opened it. */
export function factsOf({ log }: Pick<Bench, "log">) {
  return {
    epoch: log.head().epoch,
    counts: { ...log.counts(), bytes: 0 },
    events: log.eventsAfter(0, 100),
    alerts: log.alertsAfter(0, 100).map(({ body, ...alert }) => {
      const { id, title, events } = JSON.parse(body);
      return { ...alert, body: { id, title, events: events.length } };
    }),
    deliveries: log.deliveries({ limit: 100 }).map(({ webhookId, endpoint, state, attempt }) =>
      `${webhookId} ${endpoint} ${state} ${attempt}`
    ),
    silences: log.silences(SAMPLE_END).map(({ id }) => id),
    endpoints: log.storedEndpoints(),
    changes: log.changes(Number.MAX_SAFE_INTEGER, 100),
    invalid: log.invalidEvents(0, 100).map(({ body }) => body),
    groups: log.sql.all(`SELECT key, groups, matches FROM correlations ORDER BY key`),
  };
}

/** A database as SQL statements, one on each line. */
export function dump(sql: NodeSql): string {
  const tables = sql.all<{ name: string; sql: string }>(
    `SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
      ORDER BY type = 'index', name`,
  );
  const lines = tables.flatMap(({ name, sql: made }) => {
    const statement = made.replace(/\s+/g, " ");
    if (made.startsWith("CREATE INDEX")) return [statement];
    const columns = sql.all<{ name: string }>(`SELECT name FROM pragma_table_info(?)`, name);
    const values = columns.map(({ name }) => `quote("${name}")`).join(` || ', ' || `);
    const rows = sql.all<SqlRow & { row: string }>(`SELECT ${values} AS row FROM ${name}`);
    return [statement, ...rows.map(({ row }) => `INSERT INTO ${name} VALUES (${row})`)];
  });
  return lines.map((line) => `${line};\n`).join("");
}

if (import.meta.main) {
  const root = new URL("../../", import.meta.url);
  const { version } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const sample = sampleBench();
  using bench = sample.bench;
  await fillSample(sample);
  const folder = new URL("tests/testdata/logs/", root);
  await Deno.mkdir(folder, { recursive: true });
  const facts = { schema: MIGRATIONS.length, ...factsOf(bench) };
  await Deno.writeTextFile(new URL(`${version}.sql`, folder), dump(bench.sql));
  await Deno.writeTextFile(
    new URL(`${version}.json`, folder),
    `${JSON.stringify(facts, null, 2)}\n`,
  );
}
