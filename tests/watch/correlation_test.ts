import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Alert } from "../../src/alert/alert.ts";
import { alertId } from "../../src/alert/alert_id.ts";
import { matchRules } from "../../src/alert/match_rules.ts";
import { toSigmaEvent } from "../../src/alert/to_sigma_event.ts";
import { completeUntil } from "../../src/watch/collector/correlate.ts";
import { newCollectorState } from "../../src/watch/collector/state.ts";
import { watchOptions } from "../../src/watch/watch_options.ts";
import { type CorrelationInput, Correlator, MemoryStore } from "../../src/sigma/engine.ts";
import { parseSigma } from "../../src/sigma/parse.ts";
import { RuleSet } from "../../src/sigma/source_rule_set.ts";
import { parseDate } from "../../src/thousandeyes/event/parse_date.ts";
import type { UserEvent } from "../../src/thousandeyes/event/user_event.ts";
import { Bench, endpointOf, eventAt, HOUR, MINUTE, START } from "./bench_of.ts";
import { runsOf } from "../support/fuzz_settings.ts";

const HEAD = "logsource: { product: thousandeyes, service: audit }";
const { rules, correlations, filters } = parseSigma(`
title: Failed
name: failed
${HEAD}
detection: { selection: { event: Login failed. }, condition: selection }
---
title: Succeeded
name: succeeded
${HEAD}
detection: { selection: { event: Login succeeded. }, condition: selection }
---
title: Burst
name: burst
id: 00000000-0000-4000-8000-000000000001
level: medium
tags: [attack.t1110]
falsepositives: [A forgotten password]
correlation: { type: event_count, rules: failed, group-by: user, timespan: 10m, condition: { gte: 3 } }
---
title: Success after a burst
id: 00000000-0000-4000-8000-000000000002
level: high
panoptes: { summary: "{user.name}: {count} events in {timespan}" }
correlation: { type: temporal_ordered, rules: [burst, succeeded], group-by: user, timespan: 15m, generate: true }
---
title: Failures without a success
id: 00000000-0000-4000-8000-000000000003
level: low
correlation:
  type: temporal
  rules: [failed, succeeded]
  group-by: user
  timespan: 5m
  condition: failed and not succeeded
`);
const [BURST, AFTER, WITHOUT] = correlations.map(({ id }) => id!);

function ports() {
  const { match, correlator } = matchRules({ rules, correlations, filters }, () => {});
  return { match, correlator };
}

function alertsOf(bench: Bench): Alert[] {
  return bench.log.alertsAfter(0, 1e6).map(({ body }) => JSON.parse(body) as Alert);
}

/** The ids of what the correlations find among all events, given in order and at once. */
function expectedIds(events: readonly UserEvent[]): string[] {
  const ruleSet = new RuleSet(rules, { baseRules: true });
  const correlator = new Correlator(correlations, rules);
  const inputs: CorrelationInput[] = [];
  const sorted = events.toSorted((a, b) => parseDate(a.date!)! - parseDate(b.date!)!);
  for (const [index, event] of sorted.entries()) {
    const fields = toSigmaEvent(event);
    const time = parseDate(event.date!)!;
    correlator.collect({ event: fields, time, id: `${index}` }, ruleSet.match(fields), inputs);
  }
  const { results } = correlator.correlate(new MemoryStore(), inputs, Infinity);
  return results.map(({ document, id }) => alertId(document.id!, id, 1)).sort();
}

const succeeded = (ms: number, user?: string) => ({
  ...eventAt(ms, user),
  event: "Login succeeded.",
});

Deno.test("the collector alerts about a correlation once, with its story, and base rules stay silent", async () => {
  using bench = new Bench({}, { ...ports(), endpoints: [endpointOf("siem")] });
  const user = "Ana Diaz (ana@example.org)";
  bench.api.pageSize = 50;
  await bench.run(4 * MINUTE);
  for (let n = 0; n < 4; n++) bench.api.publish(eventAt(n * MINUTE, user));
  bench.api.publish(succeeded(5 * MINUTE, user), START + 5 * MINUTE);
  await bench.run(HOUR);
  const alerts = alertsOf(bench);
  const burst = alerts.filter(({ rule }) => rule.id === BURST);
  assertEquals(
    burst.map(({ level, rule, group, eventCount, backfilled }) => [
      level,
      rule.tags,
      rule.falsepositives,
      group,
      eventCount,
      backfilled,
    ]),
    [[
      "medium",
      ["attack.t1110"],
      ["A forgotten password"],
      [{ field: "user", value: user }],
      4,
      false,
    ]],
  );
  const [after, ...others] = alerts.filter(({ rule }) => rule.id === AFTER);
  assertEquals(others, []);
  assertEquals(after!.summary, "Ana Diaz: 5 events in 5 minutes");
  assertEquals(after!.firstAt, new Date(START).toISOString());
  assertEquals(after!.lastAt, new Date(START + 5 * MINUTE).toISOString());
  assertEquals(after!.parts!.map(({ ruleId, count }) => [ruleId, count]), [[BURST, 1], [
    "succeeded",
    1,
  ]]);
  assertEquals(after!.events.map(({ event }) => event.event), [
    ...Array(4).fill("Login failed."),
    "Login succeeded.",
  ]);
  assert(after!.events.every(({ id }) => id?.startsWith(bench.log.head().epoch)));
  assert(!alerts.some(({ rule }) => rule.title === "Failed"), "a base rule has alerted");
  assertEquals(
    bench.log.deliveries({ limit: 100 }).map(({ webhookId }) => webhookId).sort(),
    alerts.map(({ id }) => id).sort(),
  );
});

const anEvent = fc.record({
  second: fc.nat(40 * 60),
  user: fc.constantFrom("a", "b"),
  isSuccess: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
  delaySeconds: fc.oneof(fc.constant(0), fc.nat(14 * 60)),
});

/** Whether events give the same alerts, late and restarted, as all of them in order and at once. */
const sameAlerts = (portsOf: typeof ports) =>
  fc.asyncProperty(
    fc.array(anEvent, { minLength: 1, maxLength: 40 }),
    fc.integer({ min: 1, max: 7 }),
    fc.array(fc.nat(9), { maxLength: 20 }),
    async (events, pageSize, restarts) => {
      using bench = new Bench({}, portsOf());
      bench.api.pageSize = pageSize;
      for (const { second, user, isSuccess, delaySeconds } of events) {
        const at = second * 1_000;
        bench.api.publish(
          isSuccess ? succeeded(at, user) : eventAt(at, user),
          START + at + delaySeconds * 1_000,
        );
      }
      for (const steps of restarts) {
        for (let n = 0; n < steps; n++) {
          const next = await bench.watch.collector.step();
          if (next > bench.clock.now()) bench.clock.set(next);
        }
        bench.restart();
      }
      await bench.run(3 * HOUR);
      const found = alertsOf(bench).filter(({ group }) => group !== undefined);
      assertEquals(found.map(({ id }) => id).sort(), expectedIds(bench.recorded()));
    },
  );

Deno.test("the collector finds the same correlations whatever the order, the pages and the restarts", async () => {
  const numRuns = runsOf(60);
  await fc.assert(sameAlerts(ports), { numRuns });
});

Deno.test("the same check notices a late match that is forgotten, and a state that is not kept", async () => {
  const forgetful = () => {
    const { match, correlator } = ports();
    const collect = correlator!.collect.bind(correlator);
    let newest = -Infinity;
    correlator!.collect = (occurrence, matches, inputs) => {
      newest = Math.max(newest, occurrence.time);
      if (occurrence.time > newest - 5 * MINUTE) collect(occurrence, matches, inputs);
    };
    return { match, correlator };
  };
  const volatile = () => {
    const { match, correlator } = ports();
    const correlate = correlator!.correlate.bind(correlator);
    correlator!.correlate = (store, inputs, watermark) => {
      const fresh = new MemoryStore();
      fresh.watermark = store.watermark;
      const outcome = correlate(fresh, inputs, watermark);
      store.watermark = fresh.watermark;
      return outcome;
    };
    return { match, correlator };
  };
  for (const broken of [forgetful, volatile]) {
    const { failed } = await fc.check(sameAlerts(broken), { numRuns: 200, endOnFailure: true });
    assert(failed, broken.name);
  }
});

Deno.test("the collector decides what waits only when everything in its window has been read", async () => {
  using bench = new Bench({}, ports());
  bench.api.publish(eventAt(0));
  bench.api.publish(succeeded(MINUTE), START + 14 * MINUTE);
  const found = () => alertsOf(bench).flatMap(({ rule, group }) => group ? [rule.id] : []);
  await bench.run(HOUR);
  assertEquals(found(), []);
  bench.api.publish(eventAt(HOUR));
  await bench.run(19 * MINUTE);
  assertEquals(found(), []);
  await bench.run(4 * MINUTE);
  assertEquals(found(), [WITHOUT]);
});

Deno.test("completeUntil() ends before the first gap, unless that has been unreadable for a day", () => {
  const options = watchOptions({ backfillMs: 30 * 24 * HOUR });
  const state = newCollectorState(START, options);
  assertEquals(completeUntil(state, START, options), START - 30 * 24 * HOUR - 1);
  const read = { ...state, backlog: [] };
  assertEquals(completeUntil(read, START, options), START - options.overlapMs);
  const skipped = [{ from: START - 2 * HOUR, to: START - HOUR, retryAt: START }];
  assertEquals(completeUntil({ ...read, skipped }, START, options), START - 2 * HOUR - 1);
  const later = START + 23 * HOUR;
  const on = { ...read, skipped, lowWater: later };
  assertEquals(completeUntil(on, later, options), later - options.overlapMs);
});

Deno.test("a correlation about the past is marked as such, and delivered to nobody", async () => {
  const options = { backfillMs: 24 * HOUR };
  using bench = new Bench(options, { ...ports(), endpoints: [endpointOf("siem")] });
  for (let n = 0; n < 4; n++) bench.api.publish(eventAt(-HOUR + n * MINUTE));
  await bench.run(2 * HOUR);
  const alerts = alertsOf(bench);
  assertEquals(alerts.map(({ rule, backfilled }) => [rule.id, backfilled]), [
    [BURST, true],
    [WITHOUT, true],
  ]);
  assertEquals(bench.log.deliveries({ limit: 10 }), []);
});

Deno.test("items that are not valid events count for correlations", async () => {
  using bench = new Bench({}, ports());
  const items = [0, 1, 2].map((n) => ({ ...eventAt(n * MINUTE), accountGroupName: 7 + n }));
  bench.api.faults.push((page) => ({
    ...page,
    invalid: items.map((value) => ({ value, issues: ["accountGroupName is not a string"] })),
  }));
  await bench.run(MINUTE);
  const [alert] = alertsOf(bench);
  assertEquals([alert!.rule.id, alert!.eventCount], [BURST, 3]);
  assertEquals(
    alert!.events.map(({ id, event }) => [id, event as unknown]),
    items.map((item) => [null, item]),
  );
});

Deno.test("matches without a field of group-by or a date are counted, and so are late ones", async () => {
  using bench = new Bench({}, ports());
  const { user: _, ...anonymous } = eventAt(0);
  const { date: __, ...undated } = eventAt(0);
  bench.api.publish(anonymous);
  bench.api.faults.push((page) => ({ ...page, events: [...page.events, undated] }));
  await bench.run(MINUTE);
  const incomplete = bench.state.counts.matchesIncomplete;
  assert(incomplete >= 2, `${incomplete}`);
  bench.api.publish(eventAt(MINUTE), START + 2 * HOUR); // a sweep finds it
  await bench.run(5 * HOUR);
  assert(bench.state.counts.matchesLate >= 1);
});

Deno.test("a correlation that fails keeps no event out of the log, and is told", async () => {
  const { match, correlator } = ports();
  correlator!.correlate = () => {
    throw new TypeError("broken");
  };
  using bench = new Bench({}, { match, correlator });
  bench.api.publish(eventAt(0));
  await bench.run(MINUTE);
  bench.assertComplete();
  assertEquals(bench.state.failures.rules?.message, "Cannot match an event: broken");
});
