import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { toAlert } from "../../src/alert/to_alert.ts";
import { OutboxDispatcher } from "../../src/delivery/dispatch_outbox.ts";
import type { Endpoint } from "../../src/delivery/endpoint.ts";
import type { Outcome } from "../../src/delivery/outcome.ts";
import { nodeSql } from "../../src/server/node_sql.ts";
import { DueTimes } from "../../src/store/due_times.ts";
import { EndpointStateTable } from "../../src/store/endpoint_state_table.ts";
import { openLog } from "../../src/store/open_log.ts";
import { endpointReasons, knownEndpoints, stateAt } from "../../src/watch/endpoint_status.ts";
import { endpointOf, HOUR, MINUTE, START } from "../watch/bench_of.ts";
import { ManualClock, settled } from "../support/manual_clock.ts";

const NAMES = ["a", "b"] as const;
type Name = typeof NAMES[number];

/** How a receiver answers; `never` is an attempt whose result nobody learns. */
const ANSWERS = {
  ok: { kind: "ok", status: 204 },
  fails: { kind: "retry", status: 500 },
  refuses: { kind: "permanent", status: 401 },
  gone: { kind: "gone", status: 410 },
  busy: { kind: "throttle", status: 429, retryAfterMs: 2_000 },
  down: { kind: "throttle", status: 503 },
  never: undefined,
} as const satisfies Record<string, Pick<Outcome, "kind" | "status" | "retryAfterMs"> | undefined>;
type Mode = keyof typeof ANSWERS;

/** What the model knows: how the receivers answer, and what was queued. */
interface Model {
  readonly modes: Record<Name, Mode>;
  queued: number;
}

/** The real log and dispatcher, which may be killed at any moment. */
class Real {
  readonly sql = nodeSql(":memory:");
  readonly clock = new ManualClock(START);
  readonly log = openLog(this.sql, { now: START, random: () => 0.5 });
  readonly endpoints: Endpoint[] = NAMES.map((name) => endpointOf(name));
  readonly accepted = new Set<string>();
  #revision = 0;
  #chance = 1;
  /** Until when each row that is being sent may be held by nobody else. */
  readonly #inHand = new Map<string, number>();
  dispatcher = this.#started();

  constructor(readonly modes: Model["modes"]) {}

  #started(): OutboxDispatcher {
    return new OutboxDispatcher({
      clock: this.clock,
      random: () => (this.#chance = this.#chance * 48_271 % 2_147_483_647) / 2_147_483_647,
      log: this.log,
      endpoints: this.endpoints,
      attempt: ({ webhookId }, { name, timeoutMs }) => {
        const now = this.clock.now();
        const row = `${name} ${webhookId}`;
        const until = this.#inHand.get(row) ?? -Infinity;
        assert(now >= until, `${row} is in two hands`);
        this.#inHand.set(row, now + timeoutMs + 15_000);
        const state = this.log.endpointStates().get(name);
        assert(state?.state !== "disabled", `${name} is disabled, and was called`);
        assert((state?.holdUntil ?? now) <= now, `${name} was not left alone`);
        if (state?.state === "paused") assertEquals(this.#busy(name, now), 1, "one probe");
        const answer = ANSWERS[this.modes[name as Name]];
        if (answer === undefined) return new Promise(() => {});
        const outcome: Outcome = { ...answer, code: "answered", at: now, durationMs: 1 };
        return Promise.resolve().then(() => {
          this.#inHand.delete(row);
          if (answer.kind === "ok") this.accepted.add(row);
          return outcome;
        });
      },
    });
  }

  #busy(name: string, now: number): number {
    return [...this.#inHand].filter(([row, until]) => row.startsWith(`${name} `) && until > now)
      .length;
  }

  restart(): void {
    this.dispatcher = this.#started();
  }

  changeSettings(name: Name): void {
    const at = NAMES.indexOf(name);
    const url = `https://${name}.example.com/${++this.#revision}`;
    this.endpoints[at] = endpointOf(name, { url });
  }

  queue(name: Name, id: string, level: "low" | "high"): void {
    const rule = { id: "rule", title: "A rule", level };
    const alert = { ...toAlert(rule, { event: "x" }, { identity: id, occurrence: 1 }), id };
    this.log.transaction(() => {
      this.log.addAlerts([{ alert, eventSeq: null, at: null }], this.clock.now());
      this.log.queue([{ webhookId: id, endpoint: name, level }], this.clock.now());
    });
  }

  /** Starts what is due, and lets everything end that can end now. */
  async work(): Promise<number> {
    let started = 0;
    for (let round = 0; round < 100; round++) {
      const some = this.dispatcher.start();
      started += some;
      await settled();
      if (some === 0) return started;
    }
    throw new Error("It goes on for ever");
  }

  /** What must hold at any time. */
  check(): void {
    assertEquals(this.log.dueTimes(), new DueTimes(this.sql).all());
    assertEquals(this.log.endpointStates(), new EndpointStateTable(this.sql).all());
    const now = this.clock.now();
    const states = this.log.endpointStates();
    const { endpoints: queues } = this.log.undelivered();
    for (const known of knownEndpoints(NAMES, states, queues)) {
      const state = known.state === undefined ? "healthy" : stateAt(known.state, now);
      if (state !== "healthy") {
        const reasons = endpointReasons(known, now);
        assert(reasons.some(({ about }) => about === known.name), `${state} silently`);
      }
    }
    const rows = this.log.deliveries({ limit: 1_000 });
    for (const { state, dueAt, token } of rows) {
      assertEquals(dueAt !== null, ["pending", "leased", "waiting"].includes(state));
      assertEquals(token !== null, state === "leased");
    }
    const disabled = new Set(
      [...states.values()].flatMap(({ name, state }) => state === "disabled" ? name : []),
    );
    const owed = rows.filter(({ endpoint, dueAt }) => dueAt !== null && !disabled.has(endpoint));
    const next = this.dispatcher.nextWakeAt();
    assertEquals(next !== undefined, owed.length > 0, "a wake-up is missing, or is for nothing");
    if (next !== undefined) {
      const latest = Math.max(...owed.map(({ dueAt }) => dueAt ?? 0));
      assert(next <= Math.max(latest, now + HOUR), "a due row is forgotten");
    }
  }
}

type Command = fc.AsyncCommand<Model, Real>;

function command(name: string, act: (model: Model, real: Real) => unknown): Command {
  return {
    check: () => true,
    async run(model, real) {
      await act(model, real);
      await settled();
      real.check();
    },
    toString: () => name,
  };
}

const name = fc.constantFrom(...NAMES);
const commands = fc.commands([
  fc.record({
    name,
    level: fc.constantFrom("low" as const, "high" as const),
    count: fc.integer({ min: 1, max: 5 }),
  })
    .map(({ name, level, count }) =>
      command(`queue ${count} ${level} to ${name}`, (model, real) => {
        for (let n = 0; n < count; n++) real.queue(name, `m${model.queued++}`, level);
      })
    ),
  fc.record({ name, mode: fc.constantFrom(...Object.keys(ANSWERS) as Mode[]) }).map((
    { name, mode },
  ) => command(`${name} ${mode}`, (model) => void (model.modes[name] = mode))),
  fc.constant(command("work", (_, real) => real.work())),
  fc.constant(command("wake", async (_, real) => {
    const next = real.dispatcher.nextWakeAt();
    if (next !== undefined) real.clock.set(Math.max(next, real.clock.now()));
    await real.work();
  })),
  fc.nat(20 * MINUTE).map((ms) =>
    command(`${ms} ms later`, (_, real) => real.clock.set(real.clock.now() + ms))
  ),
  fc.constant(command("kill", (_, real) => real.restart())),
  name.map((name) => command(`resume ${name}`, (_, real) => real.dispatcher.resume(name))),
  name.map((name) => command(`change ${name}`, (_, real) => real.changeSettings(name))),
], { maxCommands: 60 });

Deno.test("whatever endpoints do: no row is in two hands, no due row is forgotten, and no endpoint gets into a state silently", async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (commands) => {
      const modes: Model["modes"] = { a: "ok", b: "ok" };
      const model: Model = { modes, queued: 0 };
      const real = new Real(modes);
      try {
        await fc.asyncModelRun(() => ({ model, real }), commands);
        // When everything is well again, everything ends: nothing waits for ever, and nothing spins.
        modes.a = modes.b = "ok";
        real.restart(); // an attempt that never ends holds its connection as long as its process
        for (const name of NAMES) real.dispatcher.resume(name);
        for (let wakes = 0;; wakes++) {
          assert(wakes < 500, "it does not end");
          await real.work();
          const next = real.dispatcher.nextWakeAt();
          if (next === undefined) break;
          assert(next > real.clock.now() || real.dispatcher.inProgress > 0, "it spins");
          real.clock.set(Math.max(next, real.clock.now() + 1));
        }
        for (const { endpoint, webhookId, state } of real.log.deliveries({ limit: 1_000 })) {
          if (state === "delivered") assert(real.accepted.has(`${endpoint} ${webhookId}`));
          else assertEquals(state, "dead");
        }
      } finally {
        real.sql.close();
      }
    }),
    { numRuns: 150 },
  );
});
