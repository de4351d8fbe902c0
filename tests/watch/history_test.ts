import { assert, assertEquals } from "@std/assert";
import type { Alert } from "../../src/alert/alert.ts";
import { matchRules } from "../../src/alert/match_rules.ts";
import { parseSigma } from "../../src/sigma/parse.ts";
import { ThousandEyesError } from "../../src/thousandeyes/errors/thousand_eyes_error.ts";
import { Bench, endpointOf, eventAt, HOUR, MINUTE, START } from "./bench_of.ts";

const DAY = 24 * HOUR;
const { rules, filters } = parseSigma(`
title: Login from a new network
id: 00000000-0000-4000-8000-000000000011
level: medium
logsource: { product: thousandeyes, service: audit }
detection: { selection: { event: Login failed. }, condition: selection }
panoptes:
  summary: "{user.name} from {ipAddress}"
  new_value: { field: ipAddress, group-by: user, learn: 2h, network: true }
---
title: No login
id: 00000000-0000-4000-8000-000000000012
level: high
logsource: { product: thousandeyes, service: audit }
detection: { selection: { event: Login failed. }, condition: selection }
panoptes:
  absence: { for: 24h }
`);
const [NEW, SILENT] = rules;

function portsOf(used = rules) {
  const { match, correlator } = matchRules({ rules: used, filters }, () => {});
  return { match, correlator };
}

function alertsOf(bench: Bench): Alert[] {
  return bench.log.alertsAfter(0, 1e6).map(({ body }) => JSON.parse(body) as Alert);
}

const login = (ms: number, ipAddress: string) => ({ ...eventAt(ms, "Ana (a@b.c)"), ipAddress });

/** Publishes events when they happen. */
function happen(bench: Bench, ...events: ReturnType<typeof login>[]): void {
  for (const event of events) bench.api.publish(event, Date.parse(event.date!));
}

Deno.test("a value that is new to its group makes one alert, which is delivered, across restarts", async () => {
  using bench = new Bench({}, { ...portsOf([NEW!]), endpoints: [endpointOf("siem")] });
  happen(
    bench,
    login(MINUTE, "198.51.100.7"),
    login(HOUR, "203.0.113.9"),
    login(3 * HOUR, "203.0.7.7"),
    login(4 * HOUR, "192.0.2.44"),
    login(5 * HOUR, "192.0.9.1"),
  );
  for (let hour = 0; hour < 6; hour++) {
    await bench.run(HOUR);
    bench.restart();
  }
  const [alert, ...others] = alertsOf(bench);
  assertEquals(others, []);
  assertEquals(
    [alert!.rule.id, alert!.level, alert!.summary, alert!.eventCount, alert!.backfilled],
    [NEW!.id, "medium", "Ana from 192.0.2.44", 1, false],
  );
  assertEquals(alert!.group, [
    { field: "user", value: "Ana (a@b.c)" },
    { field: "ipAddress", value: "192.0.0.0/16" },
  ]);
  assertEquals(alert!.parts, undefined);
  assertEquals(alert!.firstAt, new Date(START + 4 * HOUR).toISOString());
  assertEquals(
    bench.log.deliveries({ limit: 10 }).map(({ webhookId }) => webhookId),
    [alert!.id],
  );
});

Deno.test("a first run learns from the past, and what was new then pages nobody", async () => {
  const options = { backfillMs: 2 * DAY };
  using bench = new Bench(options, { ...portsOf([NEW!]), endpoints: [endpointOf("siem")] });
  bench.api.pageSize = 2;
  for (let hour = 40; hour > 0; hour--) bench.api.publish(login(-hour * HOUR, "198.51.100.7"));
  bench.api.publish(login(-10 * HOUR, "192.0.2.44"));
  happen(bench, login(HOUR, "192.0.2.45"), login(2 * HOUR, "203.0.113.9"));
  await bench.run(4 * HOUR);
  assertEquals(
    alertsOf(bench).map(({ backfilled, group }) => [group![1]!.value, backfilled]),
    [["192.0.0.0/16", true], ["203.0.0.0/16", false]],
  );
  assertEquals(bench.log.deliveries({ limit: 10 }).length, 1);
});

Deno.test("an absence makes one alert although no event comes, and the next only after a match", async () => {
  using bench = new Bench({}, { ...portsOf([SILENT!]), endpoints: [endpointOf("siem")] });
  happen(bench, login(HOUR, "198.51.100.7"));
  await bench.run(25 * HOUR + 10 * MINUTE);
  assertEquals(alertsOf(bench), []);
  await bench.run(10 * MINUTE);
  const [alert] = alertsOf(bench);
  assertEquals(
    [alert!.rule.id, alert!.level, alert!.summary, alert!.backfilled],
    [SILENT!.id, "high", "No login: nothing for 24 hours", false],
  );
  assertEquals(
    [alert!.firstAt, alert!.lastAt],
    [HOUR, 25 * HOUR].map((ms) => new Date(START + ms).toISOString()),
  );
  assertEquals(alert!.events.map(({ event }) => event.ipAddress), ["198.51.100.7"]);
  bench.restart();
  await bench.run(3 * DAY);
  assertEquals(alertsOf(bench).length, 1);
  bench.api.publish(login(bench.clock.now() - START, "198.51.100.7"));
  await bench.run(25 * HOUR);
  assertEquals(alertsOf(bench).length, 2);
});

Deno.test("rules that are out of force for a time learn nothing anew, and take nobody's silence for absence", async () => {
  for (const meanwhile of [[], [{ ...SILENT!, id: "00000000-0000-4000-8000-000000000013" }]]) {
    using bench = new Bench({}, portsOf());
    const use = (used: typeof rules) => {
      Object.assign(bench.ports, portsOf(used));
      bench.restart();
    };
    happen(bench, login(HOUR, "198.51.100.7"));
    happen(bench, login(12 * HOUR, "203.0.113.9"), login(20 * HOUR, "203.0.113.9"));
    happen(bench, login(41 * HOUR, "203.0.113.9"), login(42 * HOUR, "192.0.2.44"));
    await bench.run(10 * HOUR);
    use(meanwhile);
    await bench.run(30 * HOUR);
    use(rules);
    await bench.run(10 * HOUR);
    assertEquals(
      alertsOf(bench).map(({ rule, group }) => [rule.id, group?.at(-1)?.value]),
      [[NEW!.id, "203.0.0.0/16"], [NEW!.id, "192.0.0.0/16"]],
    );
  }
});

Deno.test("while the API cannot be read, nothing is taken for silence", async () => {
  using bench = new Bench({}, portsOf([SILENT!]));
  happen(bench, login(HOUR, "198.51.100.7"), login(20 * HOUR, "198.51.100.7"));
  await bench.run(2 * HOUR);
  bench.api.always = () => {
    throw new ThousandEyesError("network", "No route to host");
  };
  await bench.run(38 * HOUR);
  assertEquals(alertsOf(bench).filter(({ rule }) => rule.id === SILENT!.id), []);
  bench.api.always = undefined;
  await bench.run(3 * HOUR);
  assertEquals(alertsOf(bench).filter(({ rule }) => rule.id === SILENT!.id), []);
  await bench.run(2 * HOUR); // 24 hours after the last login, all of which have been read by now
  assertEquals(alertsOf(bench).filter(({ rule }) => rule.id === SILENT!.id).length, 1);
});

Deno.test("what was kept for rules that are gone is removed after 30 days, also when none is left", async () => {
  const ports = portsOf();
  using bench = new Bench({}, ports);
  happen(bench, login(MINUTE, "198.51.100.7"));
  await bench.run(HOUR);
  const groups = () => bench.sql.all(`SELECT 1 AS x FROM correlation_groups`).length;
  assert(groups() >= 2);
  Object.assign(bench.ports, { match: () => [], correlator: undefined });
  bench.restart();
  await bench.run(HOUR);
  assert(groups() >= 2);
  bench.sql.run("UPDATE correlations SET unused_since = unused_since - ?", 30 * DAY);
  await bench.run(HOUR);
  assertEquals(groups(), 0);
});
