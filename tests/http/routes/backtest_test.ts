import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { BacktestReport } from "../../../src/alert/backtest_report.ts";
import { BACKTEST_LIMITS } from "../../../src/watch/log_backtests.ts";
import { bundleOf } from "../../support/bundle_of.ts";
import { LogFixture } from "../log_fixture.ts";

const rules = (detection: string) =>
  bundleOf(`
title: Events with a nine
id: 929a690e-bef0-4204-a928-ef5e620d6fcc
logsource: { product: thousandeyes, service: audit }
detection: { selection: { ${detection} }, condition: selection }
level: medium
`);

const NINES = rules("event|re: 'Event [0-9]*9$'");

interface Step {
  progress?: { events: number; of: number; matches: number };
  report?: BacktestReport;
}

function post(fixture: LogFixture, body: unknown, path = "/v1/backtest", init: RequestInit = {}) {
  return fixture.request(path, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    isAdmin: true,
    ...init,
  });
}

async function stepsOf(response: Response): Promise<Step[]> {
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-type"), "application/x-ndjson");
  return (await response.text()).trimEnd().split("\n").map((line) => JSON.parse(line));
}

Deno.test("POST /v1/backtest streams its progress and ends with the report, and the log is as before", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 1_200);
  fixture.log.transaction(() =>
    fixture.log.keepInvalid([{ value: { event: ["Event 9"] }, issues: ["event: not a string"] }], 0)
  );
  const dump = () => fixture.log.sql.all("SELECT * FROM checkpoints");
  const before = [fixture.log.counts(), JSON.stringify(dump())];
  const steps = await stepsOf(await post(fixture, { rules: NINES }));
  const progress = steps.flatMap(({ progress }) => progress ?? []);
  assertEquals(progress.map(({ events }) => events), [1, 501, 1_001, 1_201]);
  assertEquals(new Set(progress.map(({ of }) => of)), new Set([1_200]));
  const { report } = steps.at(-1)!;
  assertEquals([report?.events, report?.alerts, report?.stopped], [1_201, 121, null]);
  assertEquals(report?.rules[0]?.title, "Events with a nine");
  assertEquals([fixture.log.counts(), JSON.stringify(dump())], before);
  assertEquals(fixture.log.alertsAfter(0, 1), []);
  assertEquals(fixture.open, 0);
});

Deno.test("POST /v1/backtest compares two bundles, from a date on, and at most the latest events", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 100);
  const [{ at } = { at: 0 }] = fixture.log.eventsAfter(49, 1);
  const since = encodeURIComponent(new Date(at ?? 0).toISOString());
  const body = { rules: NINES, compare: rules("event|endswith: '8'") };
  const late = await stepsOf(await post(fixture, body, `/v1/backtest?since=${since}`));
  const { report } = late.at(-1)!;
  assertEquals([report?.events, report?.alerts], [51, 5]);
  assertEquals(report?.changes?.map(({ added, removed }) => [added, removed]), [[5, 5]]);
  const few = (await stepsOf(await post(fixture, body, "/v1/backtest?limit=10"))).at(-1)!;
  assertEquals([few.report?.events, few.report?.alerts], [10, 1]);
  assertEquals(few.report?.stopped, "only the latest 10 events were read");
});

Deno.test("POST /v1/backtest finds a correlation in whichever order its events were recorded", async () => {
  const correlation = bundleOf(`
title: Failed login
name: failed_login
id: 929a690e-bef0-4204-a928-ef5e620d6fcc
logsource: { product: thousandeyes, service: audit }
detection: { selection: { event: Login failed. }, condition: selection }
---
title: Three in ten minutes
id: 0e95725d-7320-415d-80f7-004da920fc11
correlation:
  type: event_count
  rules: failed_login
  group-by: user
  timespan: 10m
  condition: { gte: 3 }
level: high
panoptes: { summary: "{user} from {ipAddress}" }
`);
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 2_000);
  for (const minute of [9, 1, 5, 70, 65, 40, 69]) {
    const date = new Date(Date.UTC(2026, 10, 23, 10, minute)).toISOString();
    const event = { event: "Login failed.", user: "Ana", ipAddress: "192.0.2.1", date };
    fixture.log.transaction(() => fixture.log.record([event], { now: fixture.clock.now() }));
    await fixture.recordEvents(10_000 + minute * 100, 10_090 + minute * 100);
  }
  const { report } = (await stepsOf(await post(fixture, { rules: correlation }))).at(-1)!;
  assertEquals(report?.rules.map(({ title, alerts }) => [title, alerts]), [
    ["Three in ten minutes", 2],
  ]);
  assertEquals(report?.rules[0]?.examples.map(({ summary }) => summary), [
    "Ana from 192.0.2.1",
    "Ana from 192.0.2.1",
  ]);
  assertEquals(report?.leftOut.late, 0);
});

Deno.test("POST /v1/backtest reads nothing before its reader asks, and ends when the reader leaves", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 3_000);
  let reads = 0;
  const { eventsByTime } = fixture.log;
  fixture.log.eventsByTime = (...args) => {
    reads++;
    return eventsByTime(...args);
  };
  const response = await post(fixture, { rules: NINES });
  const reader = response.body!.getReader();
  await reader.read();
  const busy = await post(fixture, { rules: NINES });
  assertEquals([busy.status, (await busy.json()).code], [409, "conflict"]);
  await reader.cancel();
  assert(reads <= 2, `${reads}`);
  assertEquals(fixture.open, 0);
  const again = await stepsOf(await post(fixture, { rules: NINES }));
  assertEquals(again.at(-1)?.report?.events, 3_000);
});

Deno.test("POST /v1/backtest ends at 20,000 alerts, or after 30 seconds, and says so", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 21_000);
  const all = rules("event|exists: true");
  const { report } = (await stepsOf(await post(fixture, { rules: all }))).at(-1)!;
  assertEquals(report?.stopped, `reading ended at ${BACKTEST_LIMITS.alerts} alerts`);
  assertEquals([report?.events, report?.alerts], [20_000, 20_000]);
  const response = await post(fixture, { rules: NINES });
  const reader = response.body!.getReader();
  await reader.read();
  fixture.clock.set(fixture.clock.now() + BACKTEST_LIMITS.timeMs + 1);
  let text = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    text += new TextDecoder().decode(read.value);
  }
  assertStringIncludes(text, `"stopped":"reading ended after 30 seconds"`);
});

Deno.test("POST /v1/backtest that ends early finds nothing missing in what it has not read", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 1_200); // one per second
  const start = fixture.log.eventsAfter(0, 1)[0]?.at ?? 0;
  fixture.clock.set(start + 3 * 3_600_000);
  const waiting = bundleOf(`
title: Silence
id: 829a690e-bef0-4204-a928-ef5e620d6fcc
logsource: { product: thousandeyes, service: audit }
detection: { selection: { event|exists: true }, condition: selection }
level: medium
panoptes: { absence: { for: 1h } }
---
title: Any event
name: any_event
id: 929a690e-bef0-4204-a928-ef5e620d6fcc
logsource: { product: thousandeyes, service: audit }
detection: { selection: { event|exists: true }, condition: selection }
---
title: Few events
id: 0e95725d-7320-415d-80f7-004da920fc11
correlation:
  type: event_count
  rules: any_event
  timespan: 1h
  condition: { lt: 1000 }
level: medium
`);
  const run = async () => {
    const { report } = (await stepsOf(await post(fixture, { rules: waiting }))).at(-1)!;
    const alerts = report?.rules.map(({ title, alerts }) => `${title} ${alerts}`).sort();
    return [report?.events, report?.stopped, alerts];
  };
  assertEquals(await run(), [1_200, null, ["Few events 0", "Silence 1"]]);
  const { clock, log } = fixture;
  const { eventsByTime } = log;
  log.eventsByTime = (...args) => {
    const rows = eventsByTime(...args);
    // The second step.
    const isLate = (rows[0]?.at ?? start) > start + 400_000;
    if (isLate) clock.set(clock.now() + BACKTEST_LIMITS.timeMs + 1);
    return rows;
  };
  const why = "reading ended after 30 seconds";
  assertEquals(await run(), [501, why, ["Few events 0", "Silence 0"]]);
  log.keepInvalid([{ value: { event: ["x"], date: "2026-11-23T10:00:00Z" }, issues: ["x"] }], 0);
  const { invalidEvents } = log;
  log.invalidEvents = (...args) => {
    clock.set(clock.now() + BACKTEST_LIMITS.timeMs + 1);
    return invalidEvents(...args);
  };
  assertEquals(await run(), [1, why, ["Few events 0", "Silence 0"]]);
});

Deno.test("POST /v1/backtest ends at the event that fills it, however many alerts an event makes", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 500);
  const many = bundleOf(
    Array.from({ length: 100 }, (_, n) => `
title: Rule ${n}
id: 929a690e-bef0-4204-a928-ef5e620d6${100 + n}
logsource: { product: thousandeyes, service: audit }
detection: { selection: { event|exists: true }, condition: selection }
level: low
`).join("---"),
  );
  const { report } = (await stepsOf(await post(fixture, { rules: many }))).at(-1)!;
  assertEquals([report?.events, report?.alerts], [200, BACKTEST_LIMITS.alerts]);
  assertEquals(report?.stopped, `reading ended at ${BACKTEST_LIMITS.alerts} alerts`);
});

Deno.test("POST /v1/backtest correlates items that are not valid events as it reads them, within its limits", async () => {
  using fixture = new LogFixture();
  fixture.log.transaction(() =>
    fixture.log.keepInvalid(
      Array.from({ length: 450 }, (_, n) => ({
        value: { event: ["odd"], user: `u${n}`, date: "2026-11-23T10:00:00Z" },
        issues: ["event: not a string"],
      })),
      0,
    )
  );
  const many = bundleOf(`
title: Odd
name: odd
id: 929a690e-bef0-4204-a928-ef5e620d6fcc
logsource: { product: thousandeyes, service: audit }
detection: { selection: { event: odd }, condition: selection }
${
    Array.from({ length: 50 }, (_, n) =>
      `---
title: Correlation ${n}
id: 0e95725d-7320-415d-80f7-004da920f${100 + n}
correlation:
  type: event_count
  rules: odd
  group-by: user
  timespan: 10m
  condition: { gte: 1 }
level: low
`).join("")
  }`);
  const { report } = (await stepsOf(await post(fixture, { rules: many }))).at(-1)!;
  assertEquals([report?.events, report?.alerts], [400, BACKTEST_LIMITS.alerts]);
  assertEquals(report?.stopped, `reading ended at ${BACKTEST_LIMITS.alerts} alerts`);
});

Deno.test("POST /v1/backtest refuses what is no bundle, what is too large, and a query that is wrong", async () => {
  using fixture = new LogFixture();
  for (
    const [body, says] of [
      ["not JSON", "rules: bundle"],
      [{}, "rules: bundle"],
      [{ rules: { ...NINES, revision: "0" } }, "rules: revision"],
      [{ rules: NINES, compare: { ...NINES, format: 99 } }, "compare: format"],
      [{
        rules: bundleOf(`
title: A list
id: 929a690e-bef0-4204-a928-ef5e620d6fcc
logsource: { product: thousandeyes }
detection: { selection: { event: x }, condition: selection }
`).rules,
      }, "rules: "],
    ] as const
  ) {
    const response = await post(fixture, body);
    const { code, problems } = await response.json();
    assertEquals([response.status, code], [422, "invalid_rules"]);
    assertStringIncludes(problems.join("\n"), says);
  }
  const large = await post(fixture, `"${"x".repeat(2 * 1024 * 1024)}"`);
  assertEquals([large.status, (await large.json()).code], [413, "too_large"]);
  for (const query of ["since=yesterday", "limit=200001", "sinse=1"]) {
    assertEquals((await post(fixture, { rules: NINES }, `/v1/backtest?${query}`)).status, 400);
  }
  const fine = await stepsOf(await post(fixture, { rules: NINES }));
  assertEquals(fine.at(-1)?.report?.events, 0);
});
