// deno-lint-ignore-file no-console -- printing is what a benchmark is for
// Pages of 1,000 events through decode, check, record and match, on node:sqlite and inside workerd.
// Run by `deno task bench:record`. The last line is one JSON object; absolute figures depend on the machine.
//
// The yardstick of the record step is node:sqlite with one prepared INSERT OR IGNORE per event, an
// AUTOINCREMENT key and a unique text: rows that were made beforehand, without a look at what they say.
import { nodeSql } from "../src/deno/node_sql.ts";
import { bundleWorker } from "../src/deno/start/bundle_worker.ts";
import { parseSigma } from "../src/sigma/parse.ts";
import { BareWorkerd } from "../tests/support/bare_workerd.ts";
import { seededRandom } from "./match/random.ts";
import { syntheticRules, toSigma } from "./match/synthetic_rules.ts";
import { EVENTS_PER_PAGE, pageBytes } from "./record/pages.ts";
import { RecordBench, rulesOf, type Step } from "./record/record_bench.ts";

const ROUNDS = Number(Deno.env.get("ROUNDS") ?? 5);
const PAGES = 20;
const EVENTS = PAGES * EVENTS_PER_PAGE;
const RULES = 3_000;

const rules = syntheticRules(RULES, seededRandom(7))
  .flatMap((rule) => parseSigma(toSigma(rule)).rules);
const ruleSet = rulesOf(rules);
const folder = await Deno.makeTempDir({ prefix: "panoptes-bench-" });
await using workerd = await BareWorkerd.create({
  script: await bundleWorker("bench/record/worker.ts"),
  durableObjects: { BENCH: "BenchObject" },
});

/** Milliseconds by name, one for each round. */
const times = new Map<string, number[]>();
const rows = { fresh: 0, duplicate: 0 };
try {
  workerd.start();
  await workerd.ready();
  await send("/rules", JSON.stringify(rules));
  for (let page = 0; page < PAGES; page++) pageBytes(page);
  await run("warm", "make");
  for (let round = -1; round < ROUNDS; round++) await oneRound(round); // the first only warms up
} finally {
  await Deno.remove(folder, { recursive: true });
}
print();

async function oneRound(round: number): Promise<void> {
  const note = (name: string, ms: number) => {
    if (round >= 0) times.set(name, [...times.get(name) ?? [], ms]);
  };
  {
    using sql = nodeSql(`${folder}/${round}.db`);
    const bench = new RecordBench(sql, ruleSet);
    for (const step of ["parse", "decode", "record"] as const) {
      note(`node ${step}`, took(() => bench.run(step, 0, PAGES)));
    }
    note("node duplicate", took(() => bench.run("record", 0, PAGES)));
  }
  {
    using sql = nodeSql(`${folder}/${round}-pipeline.db`);
    const bench = new RecordBench(sql, ruleSet);
    note("node pipeline", took(() => bench.run("pipeline", 0, PAGES)));
  }
  {
    using sql = nodeSql(`${folder}/${round}-yardstick.db`);
    const insert = yardstick(sql);
    note("yardstick new", took(insert));
    note("yardstick duplicate", took(insert));
  }
  for (const step of ["make", "parse", "decode", "record"] as const) {
    const { ms, written } = await run(`${round}`, step);
    note(`workerd ${step}`, ms);
    if (step === "record") rows.fresh = written;
  }
  const again = await run(`${round}`, "record");
  note("workerd duplicate", again.ms);
  rows.duplicate = again.written;
  note("workerd pipeline", (await run(`${round}-pipeline`, "pipeline")).ms);
}

function yardstick(sql: ReturnType<typeof nodeSql>): () => void {
  sql.run(
    `CREATE TABLE events (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
      ts TEXT NOT NULL, body TEXT NOT NULL)`,
  );
  const pages = Array.from({ length: PAGES }, (_, page) => {
    const { auditEvents } = JSON.parse(new TextDecoder().decode(pageBytes(page)));
    return auditEvents.map((event: { date: string }, index: number) => [
      `${Date.parse(event.date).toString(36)}-${
        Math.imul(page * EVENTS_PER_PAGE + index, 2654435761).toString(16).padStart(24, "0")
      }`,
      event.date,
      JSON.stringify(event),
    ]) as [string, string, string][];
  });
  return () => {
    for (const page of pages) {
      sql.transaction(() => {
        for (const row of page) {
          sql.run("INSERT OR IGNORE INTO events (id, ts, body) VALUES (?, ?, ?)", ...row);
        }
      });
    }
  };
}

async function run(log: string, step: Step): Promise<{ ms: number; written: number }> {
  const start = performance.now();
  const { rows } = await send(`/run?log=${log}&step=${step}&from=0&pages=${PAGES}`);
  return { ms: performance.now() - start, written: rows as number };
}

async function send(path: string, body?: string): Promise<Record<string, unknown>> {
  const method = body === undefined ? "GET" : "POST";
  const response = await fetch(`${workerd.origin}${path}`, { method, ...(body && { body }) });
  const text = await response.text();
  if (!response.ok) throw new Error(`Cannot measure in workerd: ${response.status} ${text}`);
  return text.startsWith("{") ? JSON.parse(text) : {};
}

function took(body: () => unknown): number {
  const start = performance.now();
  body();
  return performance.now() - start;
}

/** The median over rounds of what `pick` makes of the times of one round. */
function median(pick: (time: (name: string) => number) => number): number {
  const values = Array.from(
    { length: ROUNDS },
    (_, round) => pick((name) => times.get(name)![round]!),
  ).sort((a, b) => a - b);
  return values[ROUNDS >> 1]!;
}

function print(): void {
  console.log(`${EVENTS} events in pages of ${EVENTS_PER_PAGE}, ${RULES} rules, ${ROUNDS} rounds`);
  console.table(Object.fromEntries(
    [...times.keys()].map((name) => {
      const ms = median((time) => time(name));
      return [name, {
        "us/event": Number((ms / EVENTS * 1_000).toFixed(2)),
        "events/s": Math.round(EVENTS / ms * 1_000),
      }];
    }),
  ));
  const inWorkerd = (step: string) => (time: (name: string) => number) =>
    (time(`workerd ${step}`) - time("workerd decode")) /
    time(`yardstick ${step === "record" ? "new" : "duplicate"}`);
  console.log(JSON.stringify({
    record_ratio_vs_node_sqlite: round(median(inWorkerd("record"))),
    duplicate_ratio_vs_node_sqlite: round(median(inWorkerd("duplicate"))),
    record_ratio_on_node: round(
      median((time) => (time("node record") - time("node decode")) / time("yardstick new")),
    ),
    rows_per_new_event: round(rows.fresh / EVENTS),
    rows_per_duplicate: round(rows.duplicate / EVENTS),
    pipeline_events_per_s: Math.round(EVENTS / median((time) => time("node pipeline")) * 1_000),
    pipeline_vs_json_parse: round(median((time) => time("node pipeline") / time("node parse"))),
    pipeline_workerd_vs_json_parse: round(
      median((time) =>
        (time("workerd pipeline") - time("workerd make")) /
        (time("workerd parse") - time("workerd make"))
      ),
    ),
  }));
}

function round(value: number): number {
  return Number(value.toFixed(3));
}
