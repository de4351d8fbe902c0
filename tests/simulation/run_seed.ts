import { setImmediate } from "node:timers";
import { BUGS } from "./bugs.ts";
import { chanceOf } from "./chance.ts";
import { check } from "./check.ts";
import { Disturber } from "./disturber.ts";
import { History } from "./history.ts";
import { type Plan, planOf, type RunOptions } from "./plan.ts";
import { publish } from "./publish.ts";
import { ServiceLog } from "./service_log.ts";
import { SseClient } from "./sse_client.ts";
import { SsePlace } from "./sse_place.ts";
import { Storage } from "./storage.ts";
import { VirtualTime } from "./virtual_time.ts";
import { World } from "./world.ts";

/** The result of one seed. */
export interface RunResult {
  readonly plan: Plan;
  /** One line for each violation. */
  readonly violations: readonly string[];
  /** What happened, if the history was kept. */
  readonly history: readonly string[];
  /** Events published, alerts raised, processes started, requests answered. */
  readonly counts: {
    readonly events: number;
    readonly alerts: number;
    readonly lives: number;
    readonly requests: number;
  };
}

const HISTORY_LINES = 3_000;

/** Simulates one seed from its start to its check. */
export async function runSeed(options: RunOptions): Promise<RunResult> {
  const plan = planOf(options);
  const { bug } = options;
  if (bug !== undefined && !Object.hasOwn(BUGS, bug)) {
    throw new RangeError(
      `Cannot simulate the bug "${bug}": not one of ${Object.keys(BUGS).join(", ")}`,
    );
  }
  const time = new VirtualTime(plan.start, plan.onWire ? macrotask : undefined);
  const history = new History(options.keepsHistory === true ? HISTORY_LINES : 0, () => time.now);
  using storage = new Storage(plan);
  const published = publish(plan);
  const world = new World({
    plan,
    time,
    history,
    storage,
    published,
    bug: bug === undefined ? { about: "none" } : BUGS[bug]!,
  });
  using _ = new ServiceLog((line) => world.hear(line));
  const disturber = new Disturber(plan, time, history, storage, world);
  disturber.begin();
  startClients(plan, time, history, world);
  if (plan.kinds.has("push")) void world.pusher.run();
  await time.run(plan.end);
  world.finish();
  await macrotask(); // clients notice, and the service tells of their requests
  return {
    plan,
    violations: check({ plan, published, world, storage }),
    history: history.lines(),
    counts: {
      events: published.length,
      alerts: world.books.alerts.rows.size,
      lives: world.lives,
      requests: world.api.requests,
    },
  };
}

function startClients(plan: Plan, time: VirtualTime, history: History, world: World): void {
  const chance = chanceOf(plan.seed, "clients");
  const clients = chance.int(1, 3);
  for (let n = 0; n < clients; n++) {
    const table = n === 0 ? "events" : chance.pick(["events", "alerts"] as const);
    const place = new SsePlace(table, world.books);
    world.places.push(place);
    const client = new SseClient({
      name: `client ${n}`,
      table,
      chance: chanceOf(plan.seed, `client ${n}`),
      clock: time.clockOf({ alive: true }, () => 0),
      history,
      place,
      misbehaves: () => plan.kinds.has("clients") && time.now < plan.calm,
      staysFrom: plan.end - 300_000,
      // A client that reconnects soon sees most effects of restarts.
      pauseMs: (plan.end - plan.start) / chance.pick(plan.onDisk ? [25, 150] : [3, 10, 25]),
      server: () => world.server,
    });
    void client.run();
  }
}

/** Lets work run that takes more than microtasks, such as streams and signatures. */
function macrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
