import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { BacktestRun } from "../../src/alert/backtest_run.ts";
import { Backtest } from "../../src/alert/backtest.ts";
import { matchRules, type RuleMatcher } from "../../src/alert/match_rules.ts";
import { toAlert } from "../../src/alert/to_alert.ts";
import { seededRandom } from "../../src/emulator/random.ts";
import { parseSigma } from "../../src/sigma/mod.ts";
import { identityOf } from "../../src/thousandeyes/event/event_identity.ts";
import { FAILED_LOGINS } from "../support/failed_logins.ts";

const RULES = FAILED_LOGINS.replace("{ gte: 3 }", "{ gte: COUNT }\n  generate: true") +
  'panoptes: { summary: "{user.name} failed {count} times from {ipAddress}" }\n';

function matcher(count = 3, text = RULES): RuleMatcher {
  const { rules, correlations, filters, problems } = parseSigma(text.replace("COUNT", `${count}`));
  assertEquals(problems.filter(({ severity }) => severity === "error"), []);
  return matchRules({ rules, correlations, filters }, (what) => {
    throw new Error(what);
  });
}

const failure = (user: string, minute: number, more = {}) => ({
  date: new Date(Date.UTC(2026, 10, 22, 10, minute)).toISOString(),
  event: "Login failed.",
  user: `${user} (${user.toLowerCase()}@example.org)`,
  ipAddress: "192.0.2.44",
  ...more,
});

const PAST = [
  ...[0, 1, 2, 3].map((minute) => failure("Ana", minute)),
  failure("Bo", 4),
  failure("Bo", 30),
  { event: "Logout.", user: "Ana" },
];

Deno.test("a backtest makes the alerts of rules and correlations, with their days, groups and examples", () => {
  const run = new BacktestRun(matcher());
  for (const event of PAST) run.add(event);
  const report = run.report(null);
  assertEquals([report.events, report.alerts, report.stopped], [7, 7, null]);
  assertEquals([report.from, report.to], ["2026-11-22T10:00:00.000Z", "2026-11-22T10:30:00.000Z"]);
  const [failed, many] = report.rules;
  assertEquals([failed?.title, failed?.alerts, failed?.level], ["Failed login", 6, "low"]);
  assertEquals(failed?.days, { "2026-11-22": 6 });
  assertEquals(failed?.groups.top, [
    { value: "Ana (ana@example.org)", count: 4 },
    { value: "Bo (bo@example.org)", count: 2 },
  ]);
  assertEquals(failed?.examples.map(({ at }) => at?.slice(11, 16)), ["10:03", "10:04", "10:30"]);
  assertEquals([many?.title, many?.alerts], ["Many failed logins", 1]);
  assertEquals(many?.examples.map(({ summary }) => summary), [
    "Ana failed 4 times from 192.0.2.44",
  ]);
});

Deno.test("a backtest says what suppression would fold: by the rule's own words, or by its level", () => {
  const foldedBy = (suppress: string) => {
    const text = RULES.replace("level: low", `level: medium\npanoptes: ${suppress}`);
    const run = new BacktestRun(matcher(3, text));
    for (const event of [...PAST].reverse()) run.add(event);
    const { rules, folded } = run.report(null);
    assertEquals(folded, rules.reduce((sum, rule) => sum + rule.folded, 0));
    return rules.find(({ title }) => title === "Failed login")?.folded;
  };
  assertEquals(foldedBy("{ suppress: { by: [user], for: 2m } }"), 2);
  assertEquals(foldedBy("{ suppress: { by: [ipAddress], for: 1h } }"), 5);
  assertEquals(foldedBy("{ suppress: false }"), 0);
  assertEquals(foldedBy("{ runbook: Ask }"), 4);
});

Deno.test("a backtest runs rules that look back, and lists them also without an alert", () => {
  const rule = (title: string, number: number, lookBack: string) =>
    `title: ${title}\nid: 0f2d52a4-8f04-4c84-8ea6-5d2a3b9a1c7${number}\n` +
    "logsource: { product: thousandeyes, service: audit }\n" +
    "detection: { selection: { event: Login failed. }, condition: selection }\n" +
    `level: medium\npanoptes: { ${lookBack} }\n`;
  const text = [
    rule("New address", 1, "new_value: { field: ipAddress, group-by: user, learn: 10m }"),
    rule("New user", 2, "new_value: { field: user, learn: 30d }"),
    rule("Silence", 3, "absence: { for: 1h }"),
  ].join("---\n");
  const alertsUntil = (minute: number) => {
    const run = new BacktestRun(matcher(3, text));
    for (const event of [...PAST, failure("Ana", 40, { ipAddress: "203.0.113.9" })]) run.add(event);
    const { rules } = run.report(null, Date.UTC(2026, 10, 22, 10, minute));
    return rules.map(({ title, alerts }) => `${title} ${alerts}`).sort();
  };
  assertEquals(alertsUntil(41), ["New address 1", "New user 0", "Silence 0"]);
  assertEquals(alertsUntil(150), ["New address 1", "New user 0", "Silence 1"]);
});

Deno.test("a backtest gives its alerts the ids that they have in the log, twins included", () => {
  const event = failure("Ana", 0);
  const backtest = new Backtest(matcher());
  backtest.add(event);
  backtest.add({ ...event, date: "2026-11-22T10:00:00+00:00" });
  const rule = { id: "929a690e-bef0-4204-a928-ef5e620d6fcc", title: "Failed login" };
  const ids = [1, 2].map((occurrence) =>
    toAlert(rule, event, { identity: identityOf(event), occurrence }).id
  );
  assertEquals(backtest.finish(Infinity).alerts.map(({ id }) => id).sort(), ids.sort());
});

Deno.test("a backtest has the same outcome in whichever order events come, and evaluated at any time", () => {
  const random = seededRandom(11);
  const events = Array.from(
    { length: 300 },
    () => failure(random() < 0.5 ? "Ana" : "Bo", Math.floor(random() * 600)),
  );
  const outcomes = Array.from({ length: 20 }, () => {
    const shuffled = events.map((event) => ({ event, key: random() }))
      .sort((a, b) => a.key - b.key).map(({ event }) => event);
    const backtest = new Backtest(matcher());
    for (const event of shuffled) {
      backtest.add(event);
      if (random() < 0.1) backtest.advance(-Infinity);
    }
    return backtest.finish(Infinity).alerts.map(({ id }) => id).sort();
  });
  assert(outcomes[0]!.length > 310);
  for (const outcome of outcomes) assertEquals(outcome, outcomes[0]);
});

Deno.test("a backtest decides nothing that the end of the past leaves open", () => {
  const text = RULES.replace("gte: COUNT", "lt: 3");
  const alertsUntil = (minute: number) => {
    const backtest = new Backtest(matcher(3, text));
    for (const event of PAST) backtest.add(event);
    return backtest.finish(Date.UTC(2026, 10, 22, 10, minute)).alerts
      .filter(({ title }) => title === "Many failed logins").length;
  };
  assertEquals([alertsUntil(4), alertsUntil(16), alertsUntil(59)], [0, 1, 2]);
});

Deno.test("a backtest runs on items that are not valid events, and counts those without a date", () => {
  const backtest = new Backtest(matcher());
  backtest.add({
    event: { code: 7, text: ["Login failed."] },
    date: ["x", "y"],
    ipAddress: [1, 2],
  });
  backtest.add({ event: "Login failed.", user: ["Ana", "Bo"], resources: 7 });
  const { alerts, leftOut } = backtest.finish(Infinity);
  assertEquals(alerts.map(({ at }) => at), [null, null]);
  assertEquals([leftOut.undated, leftOut.ungrouped], [1, 1]);
});

Deno.test("a comparison names the alerts that other rules add and remove, and no others", () => {
  const run = new BacktestRun(matcher(3), matcher(2, RULES.replace("Login failed.", "'*failed*'")));
  for (const event of [...PAST, failure("Bo", 31), failure("Cy", 0, { event: "Deploy failed." })]) {
    run.add(event);
  }
  const { changes = [] } = run.report(null);
  assertEquals(
    changes.map(({ title, alerts, otherAlerts, added, removed }) => [
      title,
      alerts,
      otherAlerts,
      added,
      removed,
    ]),
    [["Failed login", 7, 8, 1, 0], ["Many failed logins", 1, 2, 1, 0]],
  );
  assertEquals(changes[1]?.addedExamples.map(({ summary }) => summary), [
    "Bo failed 2 times from 192.0.2.44",
  ]);
  const same = new BacktestRun(matcher(3), matcher(3));
  for (const event of PAST) same.add(event);
  assertEquals(same.report(null).changes, []);
  assertNotEquals(same.report(null).alerts, 0);
});
