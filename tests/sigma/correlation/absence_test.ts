import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type CorrelationInput,
  type CorrelationStore,
  Correlator,
  MemoryStore,
  parseSigma,
  RuleSet,
  type UnreadRange,
} from "../../../src/sigma/mod.ts";
import { TextStore } from "./text_store.ts";
import { runsOf } from "../../support/fuzz_settings.ts";

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);
const RUNS = runsOf(300);

/** Hours since the start, and the group. */
type Given = readonly [hour: number, user?: string];

function load(absence: string) {
  const { rules } = parseSigma(`
title: Silent
id: silent
logsource: { product: test }
detection: { selection: { event: Beat }, condition: selection }
panoptes: { absence: { ${absence} } }
`);
  const ruleSet = new RuleSet(rules, { baseRules: true });
  const correlator = new Correlator([], rules);
  const found: string[] = [];
  let late = 0;
  function feed(
    store: CorrelationStore,
    given: readonly Given[],
    hour: number,
    unread: readonly UnreadRange[] = [],
  ): string[] {
    const inputs: CorrelationInput[] = [];
    for (const [hour, user] of given) {
      const event = { event: "Beat", ...(user === undefined ? {} : { user }) };
      const occurrence = { event, time: START + hour * HOUR, id: `${hour}` };
      correlator.collect(occurrence, ruleSet.match(event), inputs);
    }
    const outcome = correlator.correlate(store, inputs, START + hour * HOUR, unread);
    late += outcome.tally.late;
    const now = outcome.results.map(({ group, first, last, events }) =>
      [
        ...group.map(({ value }) => value),
        `${(first - START) / HOUR}-${(last - START) / HOUR}`,
        ...events.map((event) => `after ${event}`),
      ].join(" ")
    );
    found.push(...now);
    return now;
  }
  return { correlator, feed, late: () => late };
}

Deno.test("absence: one alert when nothing has matched for the time, and the next after a match", () => {
  const { feed } = load("for: 24h");
  const store = new MemoryStore();
  assertEquals(feed(store, [[0], [5]], 28), []);
  assertEquals(feed(store, [], 29), ["5-29 after 5"]);
  assertEquals(feed(store, [], 200), []);
  assertEquals(feed(store, [[201]], 210), []);
  assertEquals(feed(store, [], 230), ["201-225 after 201"]);
});

Deno.test("absence: a match exactly at the end of the time breaks the silence", () => {
  const { feed } = load("for: 24h");
  assertEquals(feed(new MemoryStore(), [[0], [24]], 40), []);
});

Deno.test("absence: without a match ever, the time runs from when the log was first complete", () => {
  const { feed } = load("for: 24h");
  const store = new MemoryStore();
  assertEquals(feed(store, [], 3), []);
  assertEquals(feed(store, [], 26), []);
  assertEquals(feed(store, [], 27), ["3-27"]);
  assertEquals(feed(store, [], 500), []);
});

Deno.test("absence: each group falls silent by itself, and one that never spoke is not missed", () => {
  const { feed } = load("for: 24h, group-by: user");
  const store = new MemoryStore();
  feed(store, [[0, "Ana"], [0, "Ben"], [20, "Ben"]], 23);
  assertEquals(feed(store, [], 30), ["Ana 0-24 after 0"]);
  assertEquals(feed(store, [[60, "Ana"]], 61), ["Ben 20-44 after 20"]);
  assertEquals(store.matches, 1);
});

Deno.test("absence: what could not be read may have held a match, so silence begins behind it", () => {
  const { feed } = load("for: 24h");
  const store = new MemoryStore();
  const unread = [{ from: START + 10 * HOUR, to: START + 12 * HOUR }];
  assertEquals(feed(store, [[0]], 35, unread), []);
  assertEquals(feed(store, [], 36, unread), ["12-36 after 0"]);
});

Deno.test("absence: what comes when its silence is decided is too late, and counted", () => {
  const { feed, late } = load("for: 24h");
  const store = new MemoryStore();
  feed(store, [[0]], 40);
  assertEquals(feed(store, [[10]], 41), []);
  assertEquals(late(), 1);
  // Its own silence is still open.
  assertEquals(feed(store, [[20]], 43), []);
  assertEquals(late(), 1);
  assertEquals(feed(store, [], 44), ["20-44 after 20"]);
});

Deno.test("absence: what is kept of a group is bounded, however many matches it has", () => {
  const { feed } = load("for: 24h");
  const store = new MemoryStore();
  feed(store, Array.from({ length: 5_000 }, (_, n) => [n / 60] as const), -1);
  assert(store.matches <= 10, `${store.matches}`);
});

Deno.test("absence: matches that are taken in together decide the same as one by one", () => {
  fc.assert(fc.property(fc.array(fc.nat(200), { minLength: 1, maxLength: 30 }), (hours) => {
    const together = load("for: 24h");
    const alone = load("for: 24h");
    const [one, other] = [new MemoryStore(), new MemoryStore()];
    together.feed(one, hours.map((hour) => [hour] as const), -1);
    for (const hour of hours) alone.feed(other, [[hour]], -1);
    assertEquals(together.feed(one, [], 300), alone.feed(other, [], 300));
  }));
});

Deno.test("absence: at the end of all input, a gap counts and the end does not", () => {
  const { feed } = load("for: 24h");
  assertEquals(feed(new MemoryStore(), [[0], [30]], Infinity), ["0-24 after 0"]);
});

const anEvent = fc.record({
  hour: fc.nat(300),
  user: fc.constantFrom("Ana", "Ben"),
  delay: fc.nat(30),
  again: fc.option(fc.nat(8)),
});

Deno.test(`absence finds what a naive evaluation finds, in any order, batching and restarts (${RUNS} cases)`, () => {
  const END = 400;
  let compared = 0;
  fc.assert(
    fc.property(
      fc.array(anEvent, { maxLength: 40 }),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 10, maxLength: 10 }),
      fc.integer({ min: 5, max: 60 }),
      (events, batches, span) => {
        const { feed, late } = load(`for: ${span}h, group-by: user`);
        const expected = new Set<string>();
        for (const { user, hour } of events) {
          const isBroken = events.some((each) =>
            each.user === user && each.hour > hour && each.hour <= hour + span
          );
          if (!isBroken && hour + span <= END) {
            expected.add(`${user} ${hour}-${hour + span} after ${hour}`);
          }
        }
        const arrivals = events.flatMap((event) => {
          const once = { ...event, at: event.hour + event.delay, isFirst: true };
          return event.again === null
            ? [once]
            : [once, { ...once, at: once.at + event.again, isFirst: false }];
        }).sort((a, b) => a.at - b.at);
        const store = new TextStore();
        const found: string[] = [];
        for (let at = 0, batch = 0; at < arrivals.length; batch++) {
          const size = batches[batch % batches.length]!;
          const now = arrivals.slice(at, at + size);
          at += size;
          const coming = arrivals.slice(at).flatMap(({ isFirst, hour }) => isFirst ? hour : []);
          const given = now.map(({ hour, user }) => [hour, user] as const);
          found.push(...feed(store, given, Math.min(...coming, END) - 0.5));
        }
        found.push(...feed(store, [], END));
        assertEquals(found.sort(), [...expected].sort());
        const repeats = arrivals.filter(({ isFirst }) => !isFirst).length;
        assert(late() <= repeats);
        compared += expected.size;
      },
    ),
    { numRuns: RUNS },
  );
  assert(compared > RUNS / 2, String(compared));
});
