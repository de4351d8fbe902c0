import { assertEquals } from "@std/assert";
import type { SigmaRule } from "../../../src/sigma/engine.ts";
import type { UserEvent } from "../../../src/thousandeyes/event/user_event.ts";
import { type Chance, chanceOf } from "../../simulation/chance.ts";
import { pushedRecord } from "../../support/otlp.ts";
import { Bench, eventAt, HOUR, MINUTE } from "../bench_of.ts";

const SEEDS = 100;
const RULE = {
  id: "3d0c7b0e-6e2a-4f9b-9a51-0b6b1f0f4c11",
  title: "Any",
  level: "low",
} as SigmaRule;

function shuffled<T>(list: readonly T[], chance: Chance): T[] {
  return list.map((one) => [chance.next(), one] as const).sort(([a], [b]) => a - b)
    .map(([, one]) => one);
}

/** An event with everything that has two forms, at a time after the start. */
function anyEvent(chance: Chance, at: number): UserEvent {
  const n = chance.int(0, 3);
  const { user: _, ...event } = eventAt(at - at % 1_000);
  return {
    accountGroupName: "Main",
    ...event,
    ...(chance.is(0.5) && { ipAddress: chance.is(0.5) ? "2001:db8::7" : "192.0.2.7" }),
    uid: String(n),
    user: `User ${n} (u${n}@example.com)`,
    ...(chance.is(0.5) && {
      resources: [{ type: "testName", name: "DNS" }, { type: "agentName", name: `A${n}` }],
    }),
  };
}

async function run(seed: number): Promise<void> {
  const chance = chanceOf(seed, "push and poll");
  const sweep = { everyMs: HOUR, reachMs: 5 * HOUR };
  using bench = new Bench({ pollMs: 10 * MINUTE, hourSweep: sweep }, {
    isPushed: true,
    match: () => [{ rule: RULE }],
  });
  bench.api.pageSize = 2 + chance.int(0, 3);
  const pushes: { at: number; events: UserEvent[] }[] = [];
  const start = bench.clock.now();
  for (let i = 0; i < 20; i++) {
    const after = chance.int(0, HOUR);
    const event = anyEvent(chance, after);
    const at = start + after;
    const twins = chance.is(0.3) ? 1 + chance.int(0, 3) : 1;
    for (let twin = 0; twin < twins; twin++) {
      const isLate = chance.is(0.1);
      bench.api.publish({ ...event }, at + chance.int(0, isLate ? 2 * HOUR : MINUTE));
      if (chance.is(0.2)) continue; // never pushed
      const pushedAt = at + chance.int(0, chance.is(0.2) ? 2 * HOUR : 2 * MINUTE);
      pushes.push({ at: pushedAt, events: [event] });
      // Sent again, since its answer was lost: alone, or together with what came after it.
      if (chance.is(0.3)) {
        pushes.push({ at: pushedAt + chance.int(0, HOUR / 2), events: [event, event] });
      }
    }
  }
  pushes.sort((a, b) => a.at - b.at);
  while (pushes.length > 0) {
    const batch = pushes.splice(0, 1 + chance.int(0, 4));
    const now = Math.max(bench.clock.now(), batch[0]?.at ?? 0);
    await bench.run(now - bench.clock.now());
    // It may arrive while a page is being read.
    const page = bench.watch.collector.step();
    const events = shuffled(batch.flatMap(({ events }) => events), chance);
    bench.watch.push(events.map((event) => pushedRecord(event, chance.int(0, 999_999_999))));
    await page;
    if (chance.is(0.1)) bench.restart();
  }
  await bench.run(Math.max(0, start + 4.5 * HOUR - bench.clock.now()));

  bench.assertComplete();
  const alerts = bench.log.alertsAfter(0, 1_000);
  assertEquals(alerts.length, bench.recorded().length);
  assertEquals(new Set(alerts.map(({ id }) => id)).size, alerts.length);
  const { reasons } = bench.watch.status();
  assertEquals(reasons.filter(({ code }) => code === "invalid_events"), []);
}

Deno.test(`push and poll together, shuffled, late and sent again, record each event once, twins included, and alert once: ${SEEDS} seeds`, async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    try {
      await run(seed);
    } catch (error) {
      throw new Error(`Seed ${seed}`, { cause: error });
    }
  }
});
