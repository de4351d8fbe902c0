import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type CorrelationInput,
  type CorrelationLimits,
  Correlator,
  encodeGroup,
  MemoryStore,
  parseSigma,
  RuleSet,
  SigmaError,
} from "../../../src/sigma/mod.ts";

const RULES = `
title: Failed login
name: failed
logsource: { product: test }
detection: { selection: { kind: failed }, condition: selection }
---
title: Login
name: login
logsource: { product: test }
detection: { selection: { kind: login }, condition: selection }
`;

function correlation(name: string, body: string): string {
  return `---\ntitle: ${name}\nname: ${name}\ncorrelation: { ${body} }\n`;
}

const MANY =
  "type: event_count, rules: failed, group-by: user, timespan: 60s, condition: { gte: 3 }";

/** Feeds events one call each, with a watermark that stays far behind. */
function setup(documents: string, limits: Partial<CorrelationLimits> = {}) {
  const { rules, correlations, problems } = parseSigma(RULES + documents);
  assertEquals(problems, []);
  const ruleSet = new RuleSet(rules, { baseRules: true });
  const correlator = new Correlator(correlations, rules, { limits });
  const store = new MemoryStore();
  const feed = (events: [second: number, kind: string, user?: string][], watermark = -1e15) => {
    const inputs: CorrelationInput[] = [];
    for (const [second, kind, user] of events) {
      const event = { kind, user: user ?? null };
      const id = `${kind}-${user}-${second}`;
      correlator.collect({ event, time: second * 1_000, id }, ruleSet.match(event), inputs);
    }
    return correlator.correlate(store, inputs, watermark);
  };
  return { rules, correlations, correlator, store, feed };
}

Deno.test("Correlator describes a result: group, times, events, and the part of each rule", () => {
  const { correlations, feed, rules } = setup(
    correlation("many", MANY) +
      correlation(
        "taken_over",
        "type: temporal_ordered, rules: [many, login], group-by: user, timespan: 1h",
      ),
  );
  const { results, tally } = feed([
    [3_600, "failed", "Ana"],
    [3_610, "failed", "Ana"],
    [3_620, "failed", "Ana"],
    [3_700, "login", "Ana"],
    [3_701, "login"],
  ]);
  const events = ["failed-Ana-3600", "failed-Ana-3610", "failed-Ana-3620"];
  assertEquals(tally, { late: 0, ungrouped: 1, valueless: 0, dropped: 0 });
  assertEquals(results, [{
    kind: "window",
    id: '["taken_over","Ana",3600000]',
    document: correlations[1]!,
    group: [{ field: "user", value: "Ana" }],
    slot: 3_600_000,
    first: 3_600_000,
    last: 3_700_000,
    knownAt: 3_700_000,
    value: 2,
    events: [...events, "login-Ana-3700"],
    count: 4,
    parts: [
      {
        document: correlations[0]!,
        first: 3_600_000,
        last: 3_620_000,
        count: 1,
        events,
        results: ['["many","Ana",3600000]'],
      },
      {
        document: rules[1]!,
        first: 3_700_000,
        last: 3_700_000,
        count: 1,
        events: ["login-Ana-3700"],
        results: [],
      },
    ],
  }]);
});

Deno.test("Correlator lists at most maxEvents events, with the true number", () => {
  const { feed } = setup(correlation("many", MANY), { maxEvents: 2 });
  const { results: [result] } = feed([0, 1, 2, 3, 4].map((second) => [second, "failed", "Ana"]));
  assertEquals([result!.count, result!.events], [5, ["failed-Ana-0", "failed-Ana-1"]]);
});

Deno.test("Correlator drops the oldest matches of a group that is full, and counts them", () => {
  const { feed, store } = setup(correlation("many", MANY), { maxMatchesPerGroup: 4 });
  const events = Array.from({ length: 10 }, (_, second): [number, string, string] => [
    second,
    "failed",
    "Ana",
  ]);
  assertEquals(feed(events).tally.dropped, 6);
  assertEquals(store.matches, 4);
});

Deno.test("Correlator drops groups that expire first when there are too many, and counts their matches", () => {
  const { feed, store, correlator } = setup(correlation("many", MANY), { maxGroups: 3 });
  for (let user = 0; user < 10; user++) feed([[user, "failed", `user-${user}`]]);
  const key = correlator.stateKeys[0]!;
  assertEquals(store.groups(key), 3);
  assert(store.load(key, "user-9") && !store.load(key, "user-0"));
  const { tally } = feed([[10, "failed", "user-10"]]);
  assertEquals(tally.dropped, 1);
});

Deno.test("Correlator keeps the limit of matches over all correlations", () => {
  const documents = correlation("many", MANY) + correlation("more", MANY.replace("3", "4"));
  const { feed, store } = setup(documents, { maxMatches: 10 });
  let dropped = 0;
  for (let second = 0; second < 50; second++) {
    dropped += feed([[second, "failed", `user-${second}`]]).tally.dropped;
  }
  assertEquals(store.matches, 10);
  assertEquals(dropped, 90);
});

Deno.test("Correlator drops up to a sixteenth of the maximum more, and then nothing for a while", () => {
  const { feed } = setup(correlation("many", MANY), { maxGroups: 32, maxMatches: 48 });
  const dropped = Array.from(
    { length: 36 },
    (_, user) => feed([[user, "failed", `user-${user}`]]).tally.dropped,
  );
  assertEquals(dropped.slice(32), [3, 0, 0, 3]);
  const { feed: feedAll } = setup(
    correlation("many", MANY) + correlation("more", MANY.replace("3", "4")),
    { maxGroups: 32, maxMatches: 48 },
  );
  const droppedInAll = Array.from(
    { length: 28 },
    (_, user) => feedAll([[user, "failed", `user-${user}`]]).tally.dropped,
  );
  assertEquals(droppedInAll.slice(24), [4, 0, 4, 0]);
});

Deno.test("Correlator forgets groups whose windows have passed, once in each timespan", () => {
  const { feed, store, correlator } = setup(correlation("many", MANY));
  feed([[0, "failed", "Ana"], [30, "failed", "Bo"]], 0);
  feed([], 59_999);
  assertEquals(store.groups(correlator.stateKeys[0]!), 2);
  feed([], 61_000);
  assertEquals(store.groups(correlator.stateKeys[0]!), 1);
  feed([], 91_000);
  assertEquals(store.groups(correlator.stateKeys[0]!), 1);
  feed([], 121_000);
  assertEquals([store.groups(correlator.stateKeys[0]!), store.matches], [0, 0]);
});

Deno.test("Correlator counts late events of conditions that wait", () => {
  const few = MANY.replace("gte: 3", "lt: 3");
  const { feed } = setup(correlation("few", few));
  assertEquals(feed([[0, "failed", "Ana"]], 60_000).results.length, 1);
  const { results, tally } = feed([[0, "failed", "Bo"]], 60_000);
  assertEquals([results.length, tally.late], [0, 1]);
});

Deno.test("Correlator says which rules and correlations alert on their own", () => {
  const plain = setup(
    correlation("many", MANY) +
      correlation("then", "type: temporal, rules: [many, login], group-by: user, timespan: 1h"),
  );
  const alone = ({ rules, correlations, correlator }: typeof plain) =>
    [...rules, ...correlations].filter((each) => correlator.alertsAlone(each))
      .map(({ name }) => name);
  assertEquals(alone(plain), ["then"]);
  const generating = setup(correlation("many", `${MANY}, generate: true`));
  assertEquals(alone(generating), ["failed", "login", "many"]);
});

Deno.test("Correlator keeps state under a key that changes with the meaning of a correlation", () => {
  const keyOf = (body: string) => setup(correlation("many", body)).correlator.stateKeys[0];
  assertEquals(keyOf(MANY), keyOf(`${MANY}, generate: true`));
  assert(keyOf(MANY) !== keyOf(MANY.replace("60s", "61s")));
  assert(keyOf(MANY) !== keyOf(MANY.replace("gte: 3", "gte: 4")));
  const { feed, store, correlator } = setup(correlation("many", MANY));
  feed([[0, "failed", "Ana"]]);
  store.keepOnly(correlator.stateKeys);
  assertEquals(store.matches, 1);
  store.keepOnly([]);
  assertEquals(store.matches, 0);
});

Deno.test("Correlator throws every problem with its place, or reports them and loads the others", () => {
  const text = RULES + correlation("many", MANY) +
    correlation("a", MANY.replace("failed", "nobody")) +
    correlation("b", MANY.replace("failed", "a"));
  const { rules, correlations } = parseSigma(text, { file: "rules/many.yml" });
  const error: SigmaError = assertThrows(
    () => new Correlator(correlations, rules),
    SigmaError,
  );
  assertEquals(
    error.problems.map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`),
    ["rules/many.yml:18:42 correlation-reference"],
  );
  const seen: string[] = [];
  const correlator = new Correlator(correlations, rules, {
    onProblem: ({ message }) => seen.push(message),
  });
  assertEquals(seen, ["a: No rule or correlation has the id or name 'nobody'"]);
  assertEquals(correlator.correlations.map(({ name }) => name), ["many"]);
});

Deno.test("Correlator does not load correlations whose status is not wanted", () => {
  const text = RULES +
    correlation("many", MANY).replace("title:", "status: deprecated\ntitle:");
  const { rules, correlations } = parseSigma(text);
  const correlator = new Correlator(correlations, rules);
  assertEquals([correlator.correlations.length, correlator.skipped.length], [0, 1]);
  assertEquals(correlator.alertsAlone(rules[0]!), true);
});

Deno.test("Correlator counts a rule with several conditions once for an event", () => {
  const text = RULES.replace("condition: selection", "condition: [selection, selection]") +
    correlation("many", MANY.replace("gte: 3", "gte: 2"));
  const { rules, correlations } = parseSigma(text);
  const correlator = new Correlator(correlations, rules);
  const inputs: CorrelationInput[] = [];
  const event = { kind: "failed", user: "Ana" };
  const matches = new RuleSet(rules, { baseRules: true }).match(event);
  assertEquals(matches.length, 2);
  correlator.collect({ event, time: 0, id: "a" }, matches, inputs);
  assertEquals(inputs.length, 1);
});

Deno.test("a burst of 10,000 matches takes no time that grows with its square", () => {
  // Each of these took minutes if it went over the window for each match.
  const bodies = [
    "type: event_count, rules: failed, timespan: 1d, condition: { gte: 5000 }",
    "type: event_count, rules: failed, timespan: 1d, condition: { lt: 5000 }",
    "type: value_count, rules: failed, timespan: 1d, condition: { field: user, gte: 5000 }",
    "type: value_count, rules: failed, timespan: 1d, condition: { field: user, lt: 5000 }",
    "type: value_median, rules: failed, timespan: 1d, condition: { field: user, gt: 5000 }",
    "type: value_sum, rules: failed, timespan: 1d, condition: { field: user, lt: 5000 }",
    "type: temporal, rules: [failed, login], timespan: 1d",
    "type: temporal_ordered, rules: [failed, login], timespan: 1d",
    "type: temporal, condition: failed and not login, timespan: 1d",
  ];
  const times = bodies.map((body) => {
    const { feed } = setup(correlation("burst", body));
    const start = performance.now();
    for (let second = 0; second < 10_000; second++) {
      feed([[second, "failed", String(second)]], (second - 60) * 1_000);
    }
    feed([], 1e15);
    return performance.now() - start;
  });
  assert(Math.max(...times) < 20_000, times.map(Math.round).join(" "));
});

Deno.test("encodeGroup() keeps a waiting group short", () => {
  const { feed, store, correlator } = setup(correlation("many", MANY));
  feed([[1_764_000_000, "failed", "Ana"]]);
  const text = encodeGroup(store.load(correlator.stateKeys[0]!, "Ana")!);
  assertEquals(text, '{"t":1764000000000,"d":[0],"e":["failed-Ana-1764000000"]}');
});
