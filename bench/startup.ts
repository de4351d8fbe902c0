/**
 * `deno task bench:startup [other.js…]`: the processor time that the start of the Worker takes in
 * real workerd, over a Worker that does nothing (Linux only).
 *
 * - `start`: from the start of the process to the first answer of `/healthz`: the script is parsed
 *   and its top level has run.
 * - `first status`: from then to the first answer of `/v1/status`: the settings are read, the
 *   object has opened its database, and the rules are loaded.
 *
 * Each Worker is started as often as the others, in turn. Arguments are Workers of other versions
 * to compare with, bundled into one file.
 *
 * @module
 */
import { bundleWorker } from "../src/local/build_worker.ts";
import { sha256 } from "../tests/support/api_token.ts";
import { BareWorkerd } from "../tests/support/bare_workerd.ts";
import { cpuTime } from "./cpu_time.ts";
import { median, printFigures } from "./figures.ts";

const ROUNDS = Number(Deno.env.get("ROUNDS") ?? 15);
const TOKEN = "bench-token";

/** The same classes, and nothing else. */
const EMPTY = `
import { DurableObject } from "cloudflare:workers";
export class EventLogObject extends DurableObject {
  fetch() {
    this.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS t (x)");
    return new Response("ok");
  }
}
export class LogDirectory extends DurableObject {}
export default {
  fetch(request, env) {
    return request.url.endsWith("/healthz")
      ? new Response("ok")
      : env.EVENT_LOG.getByName("log").fetch(request);
  },
};
`;

const scripts = new Map([
  ["empty", EMPTY],
  ["Panoptes", await bundleWorker("src/worker/mod.ts", true)],
  ...await Promise.all(
    Deno.args.map(async (path) =>
      [path.replace(/^.*\/|\.js$/g, ""), await Deno.readTextFile(path)] as const
    ),
  ),
]);

interface Start {
  /** Milliseconds. */
  start: number;
  /** Milliseconds. */
  status: number;
}

const starts = new Map<string, Start[]>();
for (let round = -1; round < ROUNDS; round++) { // the first fills the caches of the disk
  for (const [name, script] of scripts) {
    const measured = await startOnce(script);
    if (round >= 0) starts.set(name, [...starts.get(name) ?? [], measured]);
  }
}

async function startOnce(script: string): Promise<Start> {
  await using workerd = await BareWorkerd.create({
    script,
    vars: {
      TE_TOKEN: "made-up",
      TE_BASE_URL: "http://127.0.0.1:9", // nobody answers
      API_TOKENS: JSON.stringify([{
        name: "bench",
        sha256: await sha256(TOKEN),
        scopes: ["read"],
      }]),
    },
  });
  workerd.start();
  await workerd.ready();
  const start = cpuTime(workerd.pid!);
  const response = await fetch(`${workerd.origin}/v1/status`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`Cannot measure: ${response.status} ${text}`);
  return { start, status: cpuTime(workerd.pid!) - start };
}

/** The median of the differences to the empty Worker in the same round. */
function overEmpty(name: string, pick: (start: Start) => number): number {
  const empty = starts.get("empty")!;
  return Number(
    median(starts.get(name)!.map((one, round) => pick(one) - pick(empty[round]!))).toFixed(1),
  );
}

const result: Record<string, number> = {};
const table: Record<string, unknown> = {};
for (const [name, script] of scripts) {
  const startMs = overEmpty(name, ({ start }) => start);
  const statusMs = overEmpty(name, ({ status }) => status);
  table[name] = {
    "script, kB": Number((script.length / 1000).toFixed(1)),
    "start, ms": Number(median(starts.get(name)!.map(({ start }) => start)).toFixed(1)),
    "over empty, ms": startMs,
    "first status over empty, ms": statusMs,
  };
  if (name === "empty") continue;
  const label = name === "Panoptes" ? "startup" : `startup ${name}`;
  result[`${label}_cpu_ms`] = startMs;
  result[`${label}_first_status_cpu_ms`] = statusMs;
}
printFigures({
  title: `Processor time of a start in workerd, median of ${ROUNDS}`,
  table,
  notes: ["All of workerd's threads count; Cloudflare limits the start of a script to 1 s."],
  result,
});
