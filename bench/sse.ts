/**
 * `deno task bench:sse`: the event stream of the Worker's routes, over a real log on disk in bare
 * `workerd serve`, against raw Node http that writes the same frames without a log, and against
 * Hono's `streamSSE()` in the same workerd.
 *
 * `each` publishes one event at a time, each of which is one write to each client; `batch` publishes
 * 100 in one transaction. The log is on a disk in memory where there is one: Panoptes shows no event
 * before it is durable, and the speed of a disk is not what is compared. Latency is from publishing to receipt, at a fixed rate. The clients are a
 * process of their own that checks every id. Servers and clients share the machine: the absolute
 * figures are lower bounds, the ratios are what counts. Where the servers are compared, they take
 * turns, and the ratio is the median over rounds.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { bundleWorker } from "../src/local/build_worker.ts";
import { BareWorkerd } from "../tests/support/bare_workerd.ts";
import { median, printFigures } from "./figures.ts";

const ROUNDS = Number(Deno.env.get("ROUNDS") ?? 3);
const TOTAL = Number(Deno.env.get("DELIVERIES") ?? 200_000);
const CLIENTS = (Deno.env.get("CLIENTS") ?? "100,1000,5000").split(",").map(Number);
const STALLED = Number(Deno.env.get("STALLED") ?? 1_000);

/** What the clients have measured. */
interface Measured {
  readonly p50: number;
  readonly p99: number;
  readonly each: number;
  readonly batch: number;
  readonly wrong: number;
  readonly missing: number;
  readonly kbPerClient: number;
}

/** A running server. */
interface Server extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

const SERVERS = {
  node: { open: openNode, path: "/", to: "" },
  panoptes: { open: openWorkerd, path: "/v1/events?last_event_id=latest", to: "log" },
  hono: { open: openWorkerd, path: "/hono", to: "hono" },
};
type Name = keyof typeof SERVERS;

const MEMORY_DISK = "/dev/shm";
if (await Deno.stat(MEMORY_DISK).catch(() => undefined)) Deno.env.set("TMPDIR", MEMORY_DISK);

const script = await bundleWorker("bench/sse/worker.ts");
const results = new Map<string, Measured[]>();
const key = (name: Name, clients: number) => `${name} ${clients}`;
for (const clients of CLIENTS) {
  for (let round = 0; round < (clients === 1_000 ? ROUNDS : 1); round++) {
    for (const name of Object.keys(SERVERS) as Name[]) {
      if (name === "hono" && (clients > 1_000 || round > 0)) continue; // it takes minutes
      const all = results.get(key(name, clients)) ?? [];
      all.push(await measure(name, clients));
      results.set(key(name, clients), all);
    }
  }
}
print(await measureStalled());

async function openNode(): Promise<Server> {
  const child = spawnNode("sse/node_server.mjs");
  const { value: port } = await lines(child.stdout).next();
  return { port: Number(port), pid: child.pid!, [Symbol.asyncDispose]: () => ended(child) };
}

async function openWorkerd(): Promise<Server> {
  const workerd = await BareWorkerd.create({ script, durableObjects: { BENCH: "BenchObject" } });
  workerd.start();
  await workerd.ready();
  const port = Number(new URL(workerd.origin).port);
  return { port, pid: workerd.pid!, [Symbol.asyncDispose]: () => workerd[Symbol.asyncDispose]() };
}

async function measure(name: Name, clients: number): Promise<Measured> {
  const { open, path, to } = SERVERS[name];
  await using server = await open();
  const rate = clients <= 100 ? 20 : clients <= 1_000 ? 5 : 1.25;
  const total = name === "hono" ? TOTAL / 4 : TOTAL;
  const options = { port: server.port, path, to, clients, stalled: 0, total, rate, seconds: 4 };
  const before = await residentBytes(server.pid);
  await using run = clientsOf(options);
  await run.next();
  const kbPerClient = (await residentBytes(server.pid) - before) / 1_024 / clients;
  run.go();
  return { ...await run.next() as Omit<Measured, "kbPerClient">, kbPerClient };
}

/**
 * How much memory grows while much more is published than the buffers of readers hold that read
 * nothing, a third of them in each form; and how much they slow others down.
 */
async function measureStalled(): Promise<{ mb: number; slower: number; lost: number }> {
  const { path, to } = SERVERS.panoptes;
  await using server = await openWorkerd();
  const options = {
    port: server.port,
    path,
    to,
    clients: 100,
    stalled: STALLED,
    total: 5 * TOTAL,
  };
  await using run = clientsOf({ ...options, rate: 0, seconds: 0 });
  await run.next();
  run.go();
  await run.next();
  const before = await residentBytes(server.pid);
  run.go();
  const { before: alone, after, wrong, missing } = await run.next() as Record<string, number>;
  const mb = (await residentBytes(server.pid) - before) / 1_024 / 1_024;
  return { mb, slower: 1 - after! / alone!, lost: wrong! + missing! };
}

function clientsOf(options: object) {
  const child = spawnNode("sse/clients.mjs", JSON.stringify(options));
  const output = lines(child.stdout);
  return {
    async next(): Promise<unknown> {
      const { value, done } = await output.next();
      if (done) throw new Error("The clients ended before they had measured everything");
      return JSON.parse(value);
    },
    go: () => void child.stdin.write("\n"),
    [Symbol.asyncDispose]: () => ended(child),
  };
}

function spawnNode(file: string, ...args: string[]) {
  const path = new URL(file, import.meta.url).pathname;
  return spawn("node", [path, ...args], { stdio: ["pipe", "pipe", "inherit"] });
}

function lines(input: Readable): AsyncIterator<string> {
  return createInterface({ input })[Symbol.asyncIterator]();
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await exit;
}

async function residentBytes(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? NaN) * 1_024;
}

function print(stalled: { mb: number; slower: number; lost: number }): void {
  const of = (name: Name, clients: number, pick: (one: Measured) => number) =>
    medianOf((results.get(key(name, clients)) ?? []).map(pick));
  const ratio = (what: "each" | "batch", clients: number) => {
    const node = results.get(key("node", clients)) ?? [];
    const own = results.get(key("panoptes", clients)) ?? [];
    return round(medianOf(own.map((one, index) => one[what] / node[index]![what])), 2);
  };
  const lost = [...results.values()].flat().reduce(
    (sum, { wrong, missing }) => sum + wrong + missing,
    stalled.lost,
  );
  printFigures({
    title: `${CLIENTS.join(", ")} clients, about ${TOTAL} deliveries, ${ROUNDS} rounds at 1000`,
    table: Object.fromEntries([...results.keys()].map((name) => {
      const [server, clients] = name.split(" ") as [Name, string];
      const value = (pick: (one: Measured) => number) => of(server, Number(clients), pick);
      return [name, {
        "each, deliveries/s": round(value(({ each }) => each)),
        "batch, deliveries/s": round(value(({ batch }) => batch)),
        "p50 ms": round(value(({ p50 }) => p50), 1),
        "p99 ms": round(value(({ p99 }) => p99), 1),
        "KB/client": round(value(({ kbPerClient }) => kbPerClient)),
      }];
    })),
    notes: [
      `with ${STALLED} stalled readers, 100 others were ${round(stalled.slower * 100)} % slower`,
    ],
    result: {
      sse_batch_1000_vs_node: ratio("batch", 1_000),
      sse_each_1000_vs_node: ratio("each", 1_000),
      sse_5000_vs_node: ratio("each", 5_000),
      sse_each_1000_vs_hono: round(
        of("panoptes", 1_000, ({ each }) => each) / of("hono", 1_000, ({ each }) => each),
        1,
      ),
      p99_ms_1000: round(of("panoptes", 1_000, ({ p99 }) => p99), 1),
      kb_per_client: round(of("panoptes", 5_000, ({ kbPerClient }) => kbPerClient)),
      stalled_1000_mb: round(stalled.mb, 1),
      lost,
    },
  });
}

/** As median(); NaN where nothing was measured, since `CLIENTS` says so. */
function medianOf(values: readonly number[]): number {
  return values.length === 0 ? NaN : median(values);
}

function round(value: number, digits = 0): number {
  return Number(value.toFixed(digits));
}
