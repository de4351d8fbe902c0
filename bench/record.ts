// deno-lint-ignore-file no-console -- printing is what a benchmark is for
// Pages of 1,000 events through decode, check, record and match, on node:sqlite and inside workerd.
// Run by `deno task bench:record`. The last line is one JSON object; absolute figures depend on the machine.
//
// What is recorded is measured against plain inserts of rows that were made beforehand (see yardstick.ts); the log makes its rows
// itself and looks at every event, and all of that counts. Each ratio is the median over rounds of what was
// measured in the same round.
import { nodeSql } from "../src/deno/node_sql.ts";
import { bundleWorker } from "../src/deno/start/bundle_worker.ts";
import { parseSigma } from "../src/sigma/parse.ts";
import { BareWorkerd } from "../tests/support/bare_workerd.ts";
import { seededRandom } from "./match/random.ts";
import { syntheticRules, toSigma } from "./match/synthetic_rules.ts";
import { EVENTS_PER_PAGE, pageBytes } from "./record/pages.ts";
import { RecordBench, rulesOf, type Step } from "./record/record_bench.ts";
import { yardstick } from "./record/yardstick.ts";

const ROUNDS = Number(Deno.env.get("ROUNDS") ?? 9);
const WARM_UP = 2;
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
/** Rows that workerd's storage wrote, on pages of 1,000 events. */
const written = { fresh: 0, duplicate: 0 };
try {
  workerd.start();
  await workerd.ready();
  await send("/rules", JSON.stringify(rules));
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const note = (name: string, ms: number) => {
      if (round >= 0) times.set(name, [...times.get(name) ?? [], ms]);
    };
    // In turn, so that what else the machine does falls on all of them.
    const parts = [onNode, onYardstick, inWorkerd];
    for (const part of round % 2 === 0 ? parts : parts.reverse()) await part(`${round}`, note);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
print();

type Note = (name: string, ms: number) => void;

function onNode(round: string, note: Note): void {
  const log = (name: string) => nodeSql(`${folder}/${round}-${name}.db`);
  {
    using sql = log("record");
    const bench = new RecordBench(sql, ruleSet);
    for (const step of ["parse", "decode", "record"] as const) {
      note(`node ${step}`, took(() => bench.run(step, 0, PAGES)));
    }
    note("node duplicate", took(() => bench.run("record", 0, PAGES)));
  }
  for (const step of ["pipeline", "alerts"] as const) {
    using sql = log(step);
    const bench = new RecordBench(sql, ruleSet);
    note(`node ${step}`, took(() => bench.run(step, 0, PAGES)));
  }
}

function onYardstick(round: string, note: Note): void {
  using plain = yardstick(`${folder}/${round}-plain.db`, PAGES);
  note("plain new", took(() => plain.insert()));
  note("plain duplicate", took(() => plain.insert()));
}

async function inWorkerd(round: string, note: Note): Promise<void> {
  for (const log of [`${round}`, `${round}-pipeline`, `${round}-alerts`]) await run(log, "make");
  for (const step of ["make", "parse", "decode", "record"] as const) {
    const { ms, rows } = await run(round, step);
    note(`workerd ${step}`, ms);
    if (step === "record") written.fresh = rows;
  }
  const again = await run(round, "record");
  note("workerd duplicate", again.ms);
  written.duplicate = again.rows;
  for (const step of ["pipeline", "alerts"] as const) {
    note(`workerd ${step}`, (await run(`${round}-${step}`, step)).ms);
  }
}

async function run(log: string, step: Step): Promise<{ ms: number; rows: number }> {
  const start = performance.now();
  const { rows } = await send(`/run?log=${log}&step=${step}&from=0&pages=${PAGES}`);
  return { ms: performance.now() - start, rows: rows as number };
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
  const bytes = pageBytes(0).length / EVENTS_PER_PAGE;
  console.log(
    `${PAGES} pages of ${EVENTS_PER_PAGE} events of ${
      Math.round(bytes)
    } bytes, ${RULES} rules, ${ROUNDS} rounds`,
  );
  console.table(Object.fromEntries(
    [...times].map(([name, all]) => {
      const ms = median((time) => time(name));
      return [name, {
        "us/event": Number((ms / EVENTS * 1_000).toFixed(2)),
        "events/s": Math.round(EVENTS / ms * 1_000),
        "best round, us/event": Number((Math.min(...all) / EVENTS * 1_000).toFixed(2)),
      }];
    }),
  ));
  /** What the log adds to decoding, against the plain way. */
  const against = (place: "node" | "workerd", step: "record" | "duplicate") =>
    round(median((time) =>
      (time(`${place} ${step}`) - time(`${place} decode`)) /
      time(`plain ${step === "record" ? "new" : "duplicate"}`)
    ));
  const inWorkerd = (step: Step) =>
    round(median((time) =>
      (time(`workerd ${step}`) - time("workerd make")) /
      (time("workerd parse") - time("workerd make"))
    ));
  const onNode = (step: Step) => round(median((time) => time(`node ${step}`) / time("node parse")));
  console.log(JSON.stringify({
    record_ratio_vs_node_sqlite: against("workerd", "record"),
    duplicate_ratio_vs_node_sqlite: against("workerd", "duplicate"),
    record_ratio_on_node: against("node", "record"),
    rows_per_new_event: round(written.fresh / EVENTS),
    rows_per_duplicate: round(written.duplicate / EVENTS),
    pipeline_events_per_s: Math.round(EVENTS / median((time) => time("node pipeline")) * 1_000),
    pipeline_vs_json_parse: onNode("pipeline"),
    pipeline_with_alerts_vs_json_parse: onNode("alerts"),
    pipeline_workerd_vs_json_parse: inWorkerd("pipeline"),
  }));
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
