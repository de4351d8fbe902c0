/**
 * `deno task bench:sse`: the event stream of the Worker's routes, over a real log on disk in bare
 * `workerd serve`, against raw Node http that writes the same frames without a log, against Hono's
 * `streamSSE()` in the same workerd, and against the least that workerd can do: `bare` enqueues
 * shared bytes, and has no log, no filters, and no bound on what waits for a slow reader. A Mercure
 * hub is not among them, since it comes only as a binary for download and from no registry of
 * packages.
 *
 * `each` publishes one event at a time. Node makes one write to each client of it, since the turn
 * ends between two; so does every other server, unless a reader has not yet taken the one before.
 * `batch` publishes 100 in one transaction. The log is on a disk in memory where there is one:
 * Panoptes shows no event before it is durable, and the speed of a disk is not what is compared.
 * Latency is from publishing to receipt, at a fixed rate. The clients are a process of their own
 * that checks every id.
 *
 * Servers and clients share the machine: absolute figures are lower bounds, the ratios are what
 * counts. The servers take turns, and a ratio is the median over rounds.
 *
 * Stalled readers read nothing of a log that is larger than what the kernel buffers, after as many
 * others have read all of it. Their memory is what the server has grown by in the first round; it
 * grows further from round to round, whoever reads, with its log.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { parseArgs } from "node:util";
import { bundleWorker } from "../src/local/build_worker.ts";
import { BareWorkerd } from "../tests/support/bare_workerd.ts";
import { median, printFigures } from "./figures.ts";

const { values: options } = parseArgs({
  options: {
    /** How many clients: a measurement for each. */
    clients: { type: "string", default: "100,1000,5000" },
    /** Which servers. */
    servers: { type: "string", default: "node,bare,panoptes,hono" },
    /** How often each pair of servers takes turns where they are compared. */
    rounds: { type: "string", default: "3" },
    /** How many readers never read; 0 leaves them out. */
    stalled: { type: "string", default: "1000" },
    /** The forms that stalled readers ask for, in turn. */
    forms: { type: "string", default: "text/event-stream,application/x-ndjson,application/json" },
    /** About how many deliveries are one measurement of `each`; of `batch` five times as many. */
    deliveries: { type: "string", default: "200000" },
  },
});
const CLIENTS = options.clients.split(",").filter(Boolean).map(Number);
const NAMES = options.servers.split(",");
const ROUNDS = Number(options.rounds);
const STALLED = Number(options.stalled);
const FORMS = options.forms.split(",");
const TOTAL = Number(options.deliveries);

/** What the clients have measured. */
interface Measured {
  readonly p50: number;
  readonly p99: number;
  readonly each: number;
  readonly batch: number;
  readonly lost: number;
  readonly kbPerClient: number;
}

/** A running server. */
interface Server extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

const SERVERS = {
  node: { open: openNode, path: "/", to: "" },
  bare: { open: () => openWorkerd(), path: "/bare", to: "bare" },
  panoptes: { open: () => openWorkerd(), path: "/v1/events?last_event_id=latest", to: "log" },
  hono: { open: () => openWorkerd(), path: "/hono", to: "hono" },
};
type Name = keyof typeof SERVERS;

const MEMORY_DISK = "/dev/shm";
if (await Deno.stat(MEMORY_DISK).catch(() => undefined)) Deno.env.set("TMPDIR", MEMORY_DISK);

const script = await bundleWorker("bench/sse/worker.ts");
const results = new Map<string, Measured[]>();
const key = (name: Name, clients: number) => `${name} ${clients}`;
for (const clients of CLIENTS) {
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of Object.keys(SERVERS) as Name[]) {
      if (!NAMES.includes(name)) continue;
      if (name === "hono" && (clients > 1_000 || round > 0)) continue; // it takes minutes
      const all = results.get(key(name, clients)) ?? [];
      all.push(await measure(name, clients));
      results.set(key(name, clients), all);
    }
  }
}
print(STALLED > 0 ? await measureStalled() : { mb: NaN, slower: NaN, lost: 0, open: 0 });

async function openNode(): Promise<Server> {
  const child = spawnNode("sse/node_server.mjs");
  const { value: port } = await lines(child.stdout).next();
  return { port: Number(port), pid: child.pid!, [Symbol.asyncDispose]: () => ended(child) };
}

async function openWorkerd(socket?: string): Promise<Server> {
  const workerd = await BareWorkerd.create({
    script,
    durableObjects: { BENCH: "BenchObject" },
    ...(socket !== undefined && { socket }),
  });
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
  const before = await residentBytes(server.pid);
  await using run = clientsOf({ port: server.port, path, to });
  await run.do("follow", { count: clients });
  const kbPerClient = (await residentBytes(server.pid) - before) / 1_024 / clients;
  const warm = await run.do("throughput", { batch: true, total });
  const { p50, p99, missing } = await run.do("latency", { rate, seconds: 4 });
  const each = await run.do("throughput", { batch: false, total });
  const batch = await run.do("throughput", { batch: true, total: 5 * total });
  const lost = warm.missing! + missing! + each.missing! + batch.missing! + batch.wrong!;
  return { p50: p50!, p99: p99!, each: each.rate!, batch: batch.rate!, lost, kbPerClient };
}

/**
 * What many readers that read nothing cost, a third of them in each form, over as many that read.
 * They are connected to a Unix socket, of which the kernel buffers little, so that they stall soon.
 */
async function measureStalled() {
  const { path, to } = SERVERS.panoptes;
  const folder = await Deno.makeTempDir();
  const socket = `${folder}/workerd.sock`;
  await using server = await openWorkerd(socket);
  const { port, pid } = server;
  const origin = `http://127.0.0.1:${port}`;
  for (let n = 0; n < 2; n++) await post(`${origin}/publish?n=100&batch=1&padding=4000`);
  await using run = clientsOf({ port, socket, path, to });
  const streams = async (): Promise<{ open: number; read: number }> =>
    await (await fetch(`${origin}/streams`)).json();
  const publish = () => run.do("throughput", { batch: true, total: 5 * TOTAL });
  /** Connects the readers, and waits until nothing more is read for them. */
  const connect = async (reads: boolean) => {
    await run.do("connect", { count: STALLED, accepts: FORMS, reads });
    for (let before = -1, { read } = await streams(); read !== before;) {
      before = read;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      ({ read } = await streams());
    }
  };
  const leave = async () => {
    await run.do("leave", {});
    while ((await streams()).open > 100) await publish();
  };

  let [wrong, missing, held] = [0, 0, Infinity];
  const rateOf = async () => {
    const rates: number[] = [];
    for (let n = 0; n < 3; n++) {
      const published = await publish();
      rates.push(published.rate!);
      wrong = published.wrong!; // so far
      missing += published.missing!;
    }
    return median(rates);
  };

  await run.do("follow", { count: 100 });
  await connect(true);
  await rateOf();
  const before = await residentBytes(pid);
  await leave();
  // Beside stalled readers is between two measurements without them, so that no drift counts.
  const rounds: number[] = [];
  const grown: number[] = [];
  let alone = await rateOf();
  for (let round = 1; round < 2 * ROUNDS; round++) { // an odd number, for the median
    await connect(false);
    const beside = await rateOf();
    grown.push((await residentBytes(pid) - before) / 1_024 / 1_024);
    held = Math.min(held, (await streams()).open - 100);
    await leave();
    const after = await rateOf();
    rounds.push(1 - 2 * beside / (alone + after));
    alone = after;
  }
  await Deno.remove(folder, { recursive: true });
  const [mb = NaN] = grown;
  return { mb, slower: median(rounds), lost: wrong + missing, open: held };
}

async function post(url: string): Promise<void> {
  await (await fetch(url, { method: "POST" })).body?.cancel();
}

function clientsOf(options: object) {
  const child = spawnNode("sse/clients.mjs", JSON.stringify(options));
  const output = lines(child.stdout);
  return {
    /** Has the clients do something, and returns what they have measured. */
    async do(name: string, options: object): Promise<Partial<Record<string, number>>> {
      child.stdin.write(`${JSON.stringify({ name, ...options })}\n`);
      const { value, done } = await output.next();
      if (done) throw new Error("The clients ended before they had measured everything");
      return JSON.parse(value);
    },
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

function print(stalled: Awaited<ReturnType<typeof measureStalled>>): void {
  const of = (name: Name, clients: number, pick: (one: Measured) => number) =>
    medianOf((results.get(key(name, clients)) ?? []).map(pick));
  const ratio = (what: "each" | "batch", clients: number, to: Name = "node") => {
    const others = results.get(key(to, clients)) ?? [];
    const own = results.get(key("panoptes", clients)) ?? [];
    return round(
      medianOf(own.map((one, index) => one[what] / (others[index]?.[what] ?? NaN))),
      2,
    );
  };
  const lost = [...results.values()].flat().reduce((sum, { lost }) => sum + lost, stalled.lost);
  printFigures({
    title: `${CLIENTS.join(", ")} clients, about ${TOTAL} deliveries, ${ROUNDS} rounds`,
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
      `over the bare stream: batch ${ratio("batch", 1_000, "bare")}, each ${
        ratio("each", 1_000, "bare")
      } at 1000; batch ${ratio("batch", 5_000, "bare")}, each ${
        ratio("each", 5_000, "bare")
      } at 5000`,
      `with ${stalled.open} stalled readers, 100 others were ${
        round(stalled.slower * 100)
      } % slower`,
    ],
    result: {
      sse_batch_1000_vs_node: ratio("batch", 1_000),
      sse_each_1000_vs_node: ratio("each", 1_000),
      sse_5000_vs_node: ratio("each", 5_000),
      sse_batch_5000_vs_node: ratio("batch", 5_000),
      sse_each_1000_vs_hono: round(
        of("panoptes", 1_000, ({ each }) => each) / of("hono", 1_000, ({ each }) => each),
        1,
      ),
      p99_ms_1000: round(of("panoptes", 1_000, ({ p99 }) => p99), 1),
      kb_per_client: round(of("panoptes", 5_000, ({ kbPerClient }) => kbPerClient)),
      stalled_1000_mb: round(stalled.mb, 1),
      stalled_slowdown: round(stalled.slower, 3),
      lost,
    },
  });
}

/** As median(); NaN where nothing was measured, since an option says so. */
function medianOf(values: readonly number[]): number {
  return values.length === 0 ? NaN : median(values);
}

function round(value: number, digits = 0): number {
  return Number(value.toFixed(digits));
}
