import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type CorrelationInput,
  type CorrelationLimits,
  type CorrelationResult,
  type CorrelationStore,
  Correlator,
  MemoryStore,
  parseSigma,
  RuleSet,
} from "../../../src/sigma/mod.ts";
import { TextStore } from "./text_store.ts";
import { runsOf } from "../../support/fuzz_settings.ts";

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const RUNS = runsOf(300);

type Given = readonly [day: number, user: string | undefined, ip: string | string[]];

function load(newValue: string, more = "", limits: Partial<CorrelationLimits> = {}) {
  const { rules, correlations } = parseSigma(`
title: New
id: new
name: new
logsource: { product: test }
detection: { selection: { event: Login }, condition: selection }
panoptes: { new_value: { ${newValue} } }
${more}`);
  const ruleSet = new RuleSet(rules, { baseRules: true });
  const correlator = new Correlator(correlations, rules, { limits });
  let count = 0;
  function feed(
    store: CorrelationStore,
    given: readonly Given[],
    day: number,
    event = "Login",
  ): CorrelationResult[] {
    const inputs: CorrelationInput[] = [];
    for (const [day, user, ip] of given) {
      const fields = { event, ...(user === undefined ? {} : { user }), ip };
      const occurrence = { event: fields, time: START + day * DAY, id: `e${count++}` };
      correlator.collect(occurrence, ruleSet.match(fields), inputs);
    }
    const outcome = correlator.correlate(store, inputs, START + day * DAY);
    tally = outcome.tally;
    return outcome.results;
  }
  let tally = { late: 0, ungrouped: 0, valueless: 0, dropped: 0 };
  return { rules, correlator, feed, tally: () => tally };
}

const USER_IP = "field: ip, group-by: user, learn: 14d";
const idsOf = (results: readonly CorrelationResult[]) => results.map(({ id }) => id);

Deno.test("new_value: a value after the time to learn is found at once, once, with its group", () => {
  const { feed, rules } = load(USER_IP);
  const store = new MemoryStore();
  assertEquals(feed(store, [[0, "Ana", "a"], [13, "Ana", "b"], [14, "Ana", "c"]], 14.5), []);
  const [result] = feed(store, [[20, "Ana", "d"], [20, "Ana", "c"]], 15);
  assertEquals(result, {
    kind: "new_value",
    id: '["new","Ana","d"]',
    document: rules[0]!,
    group: [{ field: "user", value: "Ana" }, { field: "ip", value: "d" }],
    slot: START + 20 * DAY,
    first: START + 20 * DAY,
    last: START + 20 * DAY,
    knownAt: START + 20 * DAY,
    value: 4,
    events: ["e3"],
    count: 1,
    parts: [],
  });
  assertEquals(feed(store, [[21, "Ana", "d"], [22, "Ana", "a"]], 23), []);
});

Deno.test("new_value: a group that is new learns, however old the rule is", () => {
  const { feed } = load(USER_IP);
  const store = new MemoryStore();
  feed(store, [[0, "Ana", "a"]], 100);
  assertEquals(feed(store, [[100, "Ben", "a"], [113, "Ben", "b"]], 113), []);
  assertEquals(idsOf(feed(store, [[115, "Ben", "c"]], 115)), ['["new","Ben","c"]']);
});

Deno.test("new_value: without group-by, the rule learns once for all", () => {
  const { feed } = load("field: user, learn: 14d");
  const store = new MemoryStore();
  assertEquals(feed(store, [[0, "Ana", ""], [3, "Ben", ""]], 20), []);
  assertEquals(idsOf(feed(store, [[30, "Cem", ""], [31, "Ana", ""]], 31)), ['["new","Cem"]']);
});

Deno.test("new_value: a value waits until everything up to the end of learning is known", () => {
  const { feed } = load(USER_IP);
  const store = new MemoryStore();
  // Newest first, as a backfill reads: nothing is known of the days before.
  assertEquals(feed(store, [[20, "Ana", "b"], [19, "Ana", "a"]], -1), []);
  assertEquals(feed(store, [[0, "Ana", "a"], [2, "Ana", "a"]], 13), []);
  assertEquals(idsOf(feed(store, [], 14)), ['["new","Ana","b"]']);
});

Deno.test("new_value: what comes too late to be learned is known from then on, and counted", () => {
  const { feed, tally } = load(USER_IP);
  const store = new MemoryStore();
  feed(store, [[0, "Ana", "a"]], 20);
  assertEquals(feed(store, [[5, "Ana", "late"]], 21), []);
  assertEquals(tally().late, 1);
  assertEquals(feed(store, [[25, "Ana", "late"]], 25), []);
});

Deno.test("new_value: networks stand for addresses, in one form each", () => {
  const { feed, tally } = load(`${USER_IP}, network: true`);
  const store = new MemoryStore();
  feed(store, [[0, "Ana", "192.0.2.1"], [1, "Ana", "2001:db8:7::1"]], 20);
  const known = ["192.0.255.3", "::ffff:192.0.3.1", "2001:DB8:7:9::2", "2001:db8:0007::"];
  assertEquals(feed(store, known.map((ip) => [20, "Ana", ip] as const), 20), []);
  const found = feed(store, [[21, "Ana", "192.1.2.1"], [21, "Ana", "2001:db8:8::1"]], 21);
  assertEquals(idsOf(found), ['["new","Ana","192.1.0.0/16"]', '["new","Ana","2001:db8:8::/48"]']);
  feed(store, [[22, "Ana", "unknown"], [22, undefined, "192.9.9.9"]], 22);
  assertEquals([tally().valueless, tally().ungrouped], [1, 1]);
});

Deno.test("new_value: each value of a list counts, and a long one is cut", () => {
  const { feed } = load(USER_IP);
  const store = new MemoryStore();
  feed(store, [[0, "Ana", ["a", "b"]]], 20);
  const long = "x".repeat(5_000);
  const found = feed(store, [[20, "Ana", ["b", "c", long]]], 20);
  assertEquals(found.length, 2);
  assert(found.every(({ id }) => id.length < 300));
});

Deno.test("new_value: state is bounded: by group, groups and in all; what is dropped is counted", () => {
  const limits = { maxMatchesPerGroup: 8, maxGroups: 3, maxMatches: 20 };
  const { feed, tally } = load(USER_IP, "", limits);
  const store = new MemoryStore();
  feed(store, Array.from({ length: 10 }, (_, n) => [0, "Ana", `v${n}`] as const), 0);
  assertEquals([tally().dropped, store.matches], [2, 8]);
  feed(store, ["Ben", "Cem", "Dora", "Eva"].map((user, n) => [n + 1, user, "v"] as const), 5);
  assertEquals(tally().dropped > 0, true);
  assert(store.matches <= 20);
  // A group that was dropped learns anew, and makes no flood.
  assertEquals(feed(store, [[30, "Ana", "new"]], 30), []);
});

Deno.test("new_value: a group without a match for more than a year is forgotten, and learns anew", () => {
  const { feed } = load(USER_IP);
  const store = new MemoryStore();
  feed(store, [[0, "Ana", "a"], [50, "Ana", "a"]], 60);
  feed(store, [], 449);
  assertEquals(store.matches, 1);
  feed(store, [], 451);
  assertEquals(store.matches, 0);
  assertEquals(feed(store, [[460, "Ana", "b"]], 460), []);
});

Deno.test("new_value: a correlation takes the rule as it alerts: only new values count", () => {
  const { correlator, rules } = load(
    USER_IP,
    `---
title: Created
name: created
logsource: { product: test }
detection: { selection: { event: Created }, condition: selection }
---
title: A new network, then a token
id: both
correlation: { type: temporal_ordered, rules: [new, created], group-by: user, timespan: 1h }
`,
  );
  const ruleSet = new RuleSet(rules, { baseRules: true });
  const store = new MemoryStore();
  const found: string[] = [];
  const give = (event: string, day: number, ip: string) => {
    const inputs: CorrelationInput[] = [];
    const fields = { event, user: "Ana", ip };
    const time = START + day * DAY;
    correlator.collect({ event: fields, time, id: `${day}` }, ruleSet.match(fields), inputs);
    const { results } = correlator.correlate(store, inputs, time);
    found.push(...results.map(({ document, events }) => `${document.id} ${events}`));
  };
  give("Login", 0, "a");
  give("Login", 20, "a");
  give("Created", 20.01, "a");
  give("Login", 21, "b");
  give("Created", 21.01, "b");
  assertEquals(found, ["both 21,21.01"]);
  assertEquals(correlator.alertsAlone(rules[0]!), false);
});

Deno.test("correlations refuse what rules that look back do not have", () => {
  const problemsOf = (history: string, correlation: string) => {
    const { rules, correlations, problems } = parseSigma(`
title: Base
name: base
logsource: { product: test }
detection: { selection: { event: Login }, condition: selection }
panoptes: { ${history} }
---
title: Many
correlation: { rules: base, timespan: 1h, ${correlation} }
`);
    assertEquals(problems, []);
    const found: string[] = [];
    new Correlator(correlations, rules, { onProblem: ({ message }) => found.push(message) });
    return found;
  };
  const count = "type: event_count, condition: { gte: 2 }";
  assertEquals(problemsOf(`new_value: { ${USER_IP} }`, `${count}, group-by: [user, ip]`), []);
  assertEquals(problemsOf(`new_value: { ${USER_IP} }`, `${count}, group-by: aid`), [
    "Many: The results of 'base' have no field 'aid': it groups by user, ip",
  ]);
  assertEquals(problemsOf("absence: { for: 1h }", count), [
    "Many: 'base' is about the absence of events, so it has no matches",
  ]);
});

const anEvent = fc.record({
  hour: fc.nat(100),
  user: fc.constantFrom("Ana", "Ben"),
  ip: fc.constantFrom("a", "b", "c", "d", "e"),
  delay: fc.nat(8),
  again: fc.option(fc.nat(8)),
});

Deno.test(`new_value finds what a naive evaluation finds, in any order, batching and restarts (${RUNS} cases)`, () => {
  const HOUR = 3_600_000;
  const LEARN = 24;
  let compared = 0;
  fc.assert(
    fc.property(
      fc.array(anEvent, { maxLength: 40 }),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 10, maxLength: 10 }),
      (events, batches) => {
        const { correlator, rules } = load(`field: ip, group-by: user, learn: ${LEARN}h`);
        const ruleSet = new RuleSet(rules, { baseRules: true });
        const expected = new Set<string>();
        for (const { user, ip } of events) {
          const own = events.filter((each) => each.user === user);
          const begin = Math.min(...own.map(({ hour }) => hour));
          const first = Math.min(...own.filter((each) => each.ip === ip).map(({ hour }) => hour));
          if (first > begin + LEARN) expected.add(JSON.stringify(["new", user, ip]));
        }
        const arrivals = events.flatMap((event, index) => {
          const once = { ...event, id: `${index}`, at: event.hour + event.delay, isFirst: true };
          return event.again === null
            ? [once]
            : [once, { ...once, at: once.at + event.again, isFirst: false }];
        }).sort((a, b) => a.at - b.at);
        const store = new TextStore();
        const found: string[] = [];
        for (let at = 0, batch = 0; at < arrivals.length; batch++) {
          const size = batches[batch % batches.length]!;
          const inputs: CorrelationInput[] = [];
          for (const { user, ip, hour, id } of arrivals.slice(at, at + size)) {
            const event = { event: "Login", user, ip };
            const time = START + hour * HOUR;
            correlator.collect({ event, time, id }, ruleSet.match(event), inputs);
          }
          at += size;
          const coming = arrivals.slice(at).flatMap(({ isFirst, hour }) => isFirst ? hour : []);
          const watermark = START + Math.min(...coming, 200) * HOUR - 1;
          const { results, tally } = correlator.correlate(store, inputs, watermark);
          assertEquals(tally.late, 0);
          found.push(...idsOf(results));
        }
        found.push(...idsOf(correlator.correlate(store, [], START + 200 * HOUR).results));
        assertEquals(found.sort(), [...expected].sort());
        compared += expected.size;
      },
    ),
    { numRuns: RUNS },
  );
  assert(compared > RUNS / 2, String(compared));
});
