import type { EndpointConfig } from "../../src/delivery/endpoint.ts";
import { wait } from "../../src/stream/wait.ts";
import { SAMPLE_OPTIONS } from "../support/receivers/sample_options.ts";
import { type AuditedEndpoint, auditRows } from "./audit_rows.ts";
import { fillLog } from "./fill_log.ts";
import type { SenderJob } from "./sender.ts";
import { type SoakEndpoint, soakEndpoints } from "./soak_endpoints.ts";
import { SoakReceivers } from "./soak_receivers.ts";

/** Options of a soak. */
export interface SoakOptions {
  /** How many messages are owed, to all endpoints together. */
  readonly rows: number;
  /** The share of the endpoints whose receivers fail. */
  readonly failing: number;
  /** How often the sender is killed while some fail, at least once. */
  readonly kills: number;
  /** Receives lines about the progress. */
  readonly onProgress?: (line: string) => void;
}

/** The result of a soak. */
export interface SoakReport {
  /** While receivers fail: what is not delivered has to be kept. */
  readonly whileFailing: readonly AuditedEndpoint[];
  /** After all receivers were repaired: everything has to be delivered. */
  readonly afterRepair: readonly AuditedEndpoint[];
  /**
   * How much longer a message to a healthy endpoint takes beside failing ones, as a share of the time
   * without.
   */
  readonly healthySlowdown: number;
  /** Messages that healthy endpoints accepted in a second, beside failing ones. */
  readonly deliveriesPerSecond: number;
}

/** An attempt takes at most so long: the lease of a killed one ends 15 seconds after that. */
const TIMEOUT_MS = 1_000;
/** The share of the messages that are sent between kills: the rest has leases to wait for. */
const BETWEEN_KILLS = 0.9;
/** For how long one sender runs while the other rests. */
const TURN_MS = 2_000;
/** If nothing is accepted for so long, nothing more will be. */
const STALLED_MS = 60_000;

/** One log with its receivers, and the ids that it owes to each endpoint. */
interface Scene {
  readonly path: string;
  readonly endpoints: readonly SoakEndpoint[];
  readonly receivers: SoakReceivers;
  readonly ids: readonly string[];
}

/**
 * Delivers many messages by a process that is killed again and again, to receivers of which some
 * fail; then audits what became of each message. Another process does the same without failing
 * receivers, and the two take turns every two seconds, so that whatever else the machine does meets
 * both: what the one accomplishes less in a second is what failing receivers cost the healthy ones.
 * Between its turns a sender rests with nothing under way: one that was stopped in the middle of an
 * attempt would give up a healthy receiver that has answered meanwhile.
 */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const { rows, failing, kills, onProgress = () => {} } = options;
  const all = soakEndpoints(failing);
  const healthy = all.filter(({ behaviour }) => behaviour === "healthy");
  const alerts = Math.ceil(rows / all.length);
  const folder = await Deno.makeTempDir({ prefix: "panoptes-soak-" });
  try {
    await using beside = await SoakReceivers.start(all);
    await using alone = await SoakReceivers.start(healthy);
    const scene = (name: string, endpoints: readonly SoakEndpoint[], receivers: SoakReceivers) => {
      const path = `${folder}/${name}.sqlite`;
      return { path, endpoints, receivers, ids: fillLog(path, alerts, endpoints.map(nameOf)) };
    };
    const scenes = {
      beside: scene("beside", all, beside),
      alone: scene("alone", healthy, alone),
    };
    onProgress(`${alerts} alerts, ${all.length - healthy.length} of ${all.length} endpoints fail`);

    const quota = Math.floor(BETWEEN_KILLS * alerts * healthy.length / kills);
    const total = { beside: newTally(), alone: newTally() };
    for (let life = 1; life <= kills; life++) {
      await liveAndDie(scenes, quota, life % 2 === 0 ? "beside" : "alone", total);
      onProgress(
        `life ${life}: ${textOf(total.beside)} beside failing endpoints, ${
          textOf(total.alone)
        } without`,
      );
    }
    const { path, ids, receivers } = scenes.beside;
    await liveUntil(scenes.beside, healthy, []);
    const whileFailing = auditRows(path, ids, all, receivers.arrivals);
    onProgress("healthy endpoints have everything; the others are repaired");
    await receivers.repair();
    const faulty = all.filter(({ behaviour }) => behaviour !== "healthy");
    await liveUntil(scenes.beside, all, faulty.map(nameOf));
    return {
      whileFailing,
      afterRepair: auditRows(path, ids, all, receivers.arrivals),
      healthySlowdown: rateOf(total.alone) / rateOf(total.beside) - 1,
      deliveriesPerSecond: rateOf(total.beside),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const nameOf = ({ name }: SoakEndpoint) => name;

/** Which of two senders: the one beside failing receivers, or the one without. */
type Side = "beside" | "alone";

/** How much healthy endpoints have accepted, in how long. */
interface Tally {
  accepted: number;
  ms: number;
}

const newTally = (): Tally => ({ accepted: 0, ms: 0 });
const rateOf = ({ accepted, ms }: Tally) => accepted / ms * 1_000;
const textOf = (tally: Tally) => `${tally.accepted} accepted, ${rateOf(tally).toFixed(0)} a second`;

/**
 * Runs both senders in turn until healthy endpoints have accepted so many from each, then kills them
 * at work. The first turn goes to `first`.
 */
async function liveAndDie(
  { beside, alone }: Readonly<Record<Side, Scene>>,
  quota: number,
  first: Side,
  total: Readonly<Record<Side, Tally>>,
): Promise<void> {
  const left = { beside: quota, alone: quota };
  let turnOf: Side | undefined;
  let isDone = new AbortController();
  const working = new Set<Side>();
  let atWork = Promise.withResolvers<void>();
  const accepted = (side: Side) => {
    if (side === turnOf) total[side].accepted++;
    if (working.add(side).size === 2) atWork.resolve();
    if (--left[side] <= 0 && side === turnOf) isDone.abort();
  };
  const healthy = new Set(alone.endpoints.map(nameOf));
  beside.receivers.onAccepted = (name) => healthy.has(name) && accepted("beside");
  alone.receivers.onAccepted = () => accepted("alone");
  await using one = startSender(beside, []);
  await using other = startSender(alone, []);
  const senders = { beside: one, alone: other };
  const bothWork = () => Promise.race([atWork.promise, one.ended, other.ended]);
  await bothWork();
  await Promise.all([one.rest(), other.rest()]);
  let side = first;
  while (left.beside > 0 || left.alone > 0) {
    if (left[side] > 0) {
      const sender = senders[side];
      isDone = new AbortController();
      await sender.goOn();
      turnOf = side;
      const begun = performance.now();
      await Promise.race([wait(TURN_MS, isDone.signal).catch(() => {}), sender.ended]);
      total[side].ms += performance.now() - begun;
      turnOf = undefined;
      await sender.rest();
    }
    side = side === "beside" ? "alone" : "beside";
  }
  working.clear();
  atWork = Promise.withResolvers();
  await Promise.all([one.goOn(), other.goOn()]);
  await bothWork();
}

/** Runs a sender until these endpoints have accepted everything, or nothing more comes. */
async function liveUntil(
  scene: Scene,
  endpoints: readonly SoakEndpoint[],
  repaired: readonly string[],
): Promise<void> {
  let at = performance.now();
  scene.receivers.onAccepted = () => void (at = performance.now());
  await using _ = startSender(scene, repaired);
  const isDone = () =>
    endpoints.every(({ name }) =>
      (scene.receivers.arrivals.get(name)?.accepted.size ?? 0) >= scene.ids.length
    );
  while (!isDone() && performance.now() - at < STALLED_MS) await wait(100);
}

/** A sender in a process of its own, which is killed at the end of the block. */
function startSender({ path, endpoints, receivers }: Scene, repaired: readonly string[]) {
  const job: SenderJob = {
    path,
    repaired,
    endpoints: endpoints.map(({ name, behaviour, secret }): EndpointConfig => ({
      name,
      url: receivers.url(name),
      ...(behaviour === "lies"
        ? { format: "splunk-hec", options: SAMPLE_OPTIONS["splunk-hec"] }
        : { secret }),
      timeoutMs: TIMEOUT_MS,
      allowHttpLoopback: true,
    })),
  };
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      "--quiet",
      new URL("sender.ts", import.meta.url).pathname,
      JSON.stringify(job),
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const orders = process.stdin.getWriter();
  const answers = process.stdout.getReader();
  const order = Uint8Array.of(0);
  let isKilled = false;
  const ended = process.status.then(({ code }): never => {
    if (isKilled) return undefined as never;
    throw new Error(`The sender ended by itself, with the exit code ${code}`);
  });
  ended.catch(() => {});
  return {
    ended,
    async rest() {
      await orders.write(order);
      await answers.read();
    },
    goOn: () => orders.write(order),
    async [Symbol.asyncDispose]() {
      isKilled = true;
      process.kill("SIGKILL");
      await process.status;
      await Promise.allSettled([orders.close(), answers.cancel()]);
    },
  };
}
