import { assert, assertEquals, assertMatch } from "@std/assert";
import { alertId } from "../../src/alert/alert_id.ts";
import { matchRules } from "../../src/alert/match_rules.ts";
import { parseSigma } from "../../src/sigma/parse.ts";
import { identityOf } from "../../src/thousandeyes/event/event_identity.ts";
import { decodePage } from "../../src/thousandeyes/page/decode_page.ts";
import { Bench, eventAt, HOUR, MINUTE, START } from "./bench_of.ts";

const { rules, filters } = parseSigma(`
title: Test deleted
id: test-deleted
logsource: { product: thousandeyes, service: audit }
detection:
  selection: { 'event|contains': delet, resources.type: testName }
  condition: selection
level: high
---
title: Stranger
id: stranger
logsource: { product: thousandeyes, service: audit }
detection: { selection: { 'user.email|endswith': '@evil.example' }, condition: selection }
---
title: Keyword
id: keyword
logsource: { product: thousandeyes, service: audit }
detection: { keywords: [needle-in-the-hay], condition: keywords }
`);

/** A watch whose API answers every first page with these items, as JSON. */
function benchShowing(items: () => readonly string[]): Bench {
  const { match } = matchRules({ rules, filters }, () => {});
  const bench = new Bench({}, { match });
  bench.api.always = (page) => {
    const body = `{"auditEvents":[${items().join(",")}]}`;
    const { events, invalid } = decodePage(new TextEncoder().encode(body));
    return { ...page, events, invalid };
  };
  return bench;
}

/** The alerts about events, by rule. */
function alertsOf(bench: Bench) {
  return bench.log.alertsAfter(0, 1_000)
    .map(({ body }) => JSON.parse(body))
    .filter(({ rule }) => !rule.id.startsWith("panoptes."));
}

function operationalOf(bench: Bench) {
  return bench.log.alertsAfter(0, 1_000)
    .map(({ body }) => JSON.parse(body))
    .filter(({ rule }) => rule.id.startsWith("panoptes."));
}

const DELETED = `"event":"Test deleted.","resources":[{"type":"testName","name":"payments-api"}]`;
const DATE = `"date":"2026-11-22T10:00:00Z"`;

const ODD: Readonly<Record<string, string>> = {
  "a number as its date": `{"date":1795341600,${DELETED}}`,
  "an object as its event":
    `{${DATE},"event":{"code":7,"text":"Test deleted."},"resources":[{"type":"testName"}]}`,
  "a list as its event": `{${DATE},"event":["Test deleted."],"resources":[{"type":"testName"}]}`,
  "an object as its resources":
    `{${DATE},"event":"Test deleted.","resources":{"type":"testName","name":"x"}}`,
  "resources by type": `{${DATE},"event":"Test deleted.","resources":{"testName":"x"}}`,
  "a list of lists as its resources": `{${DATE},"event":"Test deleted.","resources":${
    "[".repeat(40)
  }{"type":"testName"}${"]".repeat(40)}}`,
  "a type that is a list": `{${DATE},"event":"Test deleted.","resources":[{"type":["testName"]}]}`,
  "a boolean as its user": `{${DATE},"user":true,${DELETED}}`,
  "a very deep user": `{${DATE},"user":${"[".repeat(100_000)}1${"]".repeat(100_000)},${DELETED}}`,
  "a member that is __proto__": `{${DATE},"__proto__":{"event":"x"},"aid":[],${DELETED}}`,
  "a member that is constructor": `{${DATE},"constructor":7,"aid":{},${DELETED}}`,
  "a member that is toString": `{${DATE},"toString":null,"uid":{"toString":7},${DELETED}}`,
  "a list of types": `{${DATE},"aid":{"a":1},${DELETED}}`,
};

for (const [what, item] of Object.entries(ODD)) {
  Deno.test(`Collector matches an item that is no valid event and has ${what}, once, however often it is read`, async () => {
    using bench = benchShowing(() => [item]);
    await bench.run(90 * MINUTE); // in every overlap and in a sweep
    assertEquals(bench.log.counts().invalid, 1);
    assertEquals(bench.recorded(), []);
    const alerts = alertsOf(bench);
    assertEquals(alerts.map(({ rule }) => rule.id), ["test-deleted"]);
    const digest = bench.log.invalidEvents(0, 1)[0]?.digest ?? "";
    assertEquals(alerts[0].id, alertId("test-deleted", digest, 1));
    assertEquals(bench.state.counts.unmatched, 0);
  });
}

Deno.test("Collector matches an invalid item once whatever the order of its members", async () => {
  let isSwapped = false;
  using bench = benchShowing(() => {
    isSwapped = !isSwapped;
    return [isSwapped ? `{"date":7,${DELETED}}` : `{${DELETED},"date":7}`];
  });
  await bench.run(10 * MINUTE);
  assertEquals([bench.log.counts().invalid, alertsOf(bench).length], [1, 1]);
});

Deno.test("Collector reads the address of a user that is an object", async () => {
  using bench = benchShowing(() => [
    `{${DATE},"event":"Login.","user":{"id":7,"name":"Eve (eve@evil.example)"}}`,
  ]);
  await bench.settle();
  assertEquals(alertsOf(bench).map(({ rule }) => rule.id), ["stranger"]);
});

Deno.test("Collector matches an event that is too large for a row as it is, and records it shortened, once", async () => {
  const many = Array.from(
    { length: 30_000 },
    (_, n) => `{"type":"label","name":"${n} ${"x".repeat(40)}"}`,
  );
  const item =
    `{${DATE},"event":"Test deleted.","user":"${"u".repeat(200_000)} (eve@evil.example)",` +
    `"resources":[${many.join(",")},{"type":"testName","name":"x"}]}`;
  using bench = benchShowing(() => [item]);
  await bench.run(90 * MINUTE);
  const [recorded, ...others] = bench.recorded();
  assertEquals(others, []);
  assertEquals(recorded!["_panoptes"], {
    truncated: true,
    bytes: JSON.stringify(JSON.parse(item)).length,
    sha256: (recorded!["_panoptes"] as { sha256: string }).sha256,
  });
  const alerts = alertsOf(bench);
  assertEquals(alerts.map(({ rule }) => rule.id).sort(), ["stranger", "test-deleted"]);
  for (const { id, rule, events } of alerts) { // anyone can recompute the id
    assertEquals(events[0].event, recorded);
    assertEquals(id, alertId(rule.id, identityOf(recorded!), 1));
  }
  const operational = operationalOf(bench);
  assertEquals(operational.map(({ rule }) => rule.title), [
    "An event is too large to be recorded whole",
  ]);
  assertMatch(operational[0].rule.description, /first: \d{7} bytes\./);
  assertEquals(bench.state.counts.oversized, 1);
});

Deno.test("Collector finds what is behind more resources than the engine looks at", async () => {
  const many = Array(150_000).fill(`{"type":"a"}`);
  using bench = benchShowing(() => [
    `{${DATE},"event":"Test deleted.","resources":[${many.join(",")},{"type":"testName"}]}`,
  ]);
  await bench.settle();
  assertEquals(alertsOf(bench).map(({ rule }) => rule.id), ["test-deleted"]);
});

Deno.test("Collector matches and records a valid event that is nested deeper than JSON can be written", async () => {
  const deep = `${"[".repeat(100_000)}"needle-in-the-hay"${"]".repeat(100_000)}`;
  using bench = benchShowing(
    () => [`{${DATE},"deep":${deep},${DELETED}}`, JSON.stringify(eventAt(0))],
  );
  await bench.run(20 * MINUTE);
  assertEquals(bench.recorded().length, 2);
  assertEquals(alertsOf(bench).map(({ rule }) => rule.id).sort(), ["keyword", "test-deleted"]);
  assertEquals(bench.state.failures, {});
});

Deno.test("Watch.status() turns red when the API changes a type, says path and type, alerts once, and recovers when it is valid again", async () => {
  let items: string[] = [];
  using bench = benchShowing(() => items);
  const shown = (n: number, date: string) =>
    `{"date":${date},"event":"Login.","user":"secret-${n} (a@example.com)"}`;
  items = [shown(0, `"2026-11-22T10:00:00Z"`)];
  await bench.run(MINUTE);
  assertEquals(bench.watch.status().health, "green");
  items = Array.from({ length: 200 }, (_, n) => shown(n, "1795341600"));
  await bench.run(MINUTE);
  const { health, reasons, counts } = bench.watch.status();
  assertEquals([health, counts.recorded, counts.invalid], ["red", 1, 200]);
  const reason = reasons.find(({ code }) => code === "invalid_events");
  assertEquals(reason?.message, "Invalid events: 200; the first: date is a number.");
  await bench.run(90 * MINUTE);
  assertEquals(bench.watch.status().health, "red", "nothing valid has come since");
  const operational = operationalOf(bench);
  assertEquals(operational.map(({ rule }) => rule.title), [
    "ThousandEyes sends events that Panoptes cannot read",
  ]);
  assert(!JSON.stringify(operational).includes("secret"));

  const start = bench.clock.now();
  const valid = (minute: number) =>
    shown(500 + minute, JSON.stringify(new Date(start + minute * MINUTE).toISOString()));
  items = [valid(0)];
  await bench.run(2 * MINUTE);
  assertEquals(bench.watch.status().health, "green", "the last invalid item came over an hour ago");
});

Deno.test("Watch.status() is yellow for an hour after one invalid item among valid ones", async () => {
  let items = [
    `{"date":7,"event":"Login."}`,
    ...Array.from({ length: 5 }, (_, n) => JSON.stringify(eventAt(n * 1_000))),
  ];
  using bench = benchShowing(() => items);
  await bench.run(MINUTE);
  const { health, reasons } = bench.watch.status();
  assertEquals(health, "yellow");
  assertEquals(reasons.filter(({ severity }) => severity !== "info").map(({ code }) => code), [
    "invalid_events",
  ]);
  items = [JSON.stringify(eventAt(50 * MINUTE))];
  await bench.run(55 * MINUTE);
  assertEquals(bench.watch.status().health, "yellow");
  items = [JSON.stringify(eventAt(58 * MINUTE))];
  await bench.run(10 * MINUTE);
  assertEquals(bench.watch.status().health, "green");
  assert(bench.clock.now() > START + HOUR);
});
