import { assertEquals } from "@std/assert";
import type { Alert } from "../../src/alert/alert.ts";
import { toAlert } from "../../src/alert/to_alert.ts";
import { deliverableAt, takesAlert, type Taking } from "../../src/delivery/takes_alert.ts";
import { compileFieldFilter, type FieldMap } from "../../src/sigma/engine.ts";
import { endpointOf } from "../watch/bench_of.ts";

const rule = {
  id: "5f7c4c5e-1d7c-4f0a-8a53-2b6f2f3a9d10",
  name: "login_failed",
  title: "Failed login",
  level: "medium",
  tags: ["attack.t1078", "team.identity"],
};
const event = {
  event: "Login failed.",
  accountGroupName: "Production",
  user: "Ana Diaz (ana@example.org)",
  ipAddress: "192.0.2.7",
};

function alertOf(more: Partial<Alert> = {}): Alert {
  return { ...toAlert(rule, event, { identity: "[]", occurrence: 1 }), ...more };
}

const where = (map: FieldMap) => ({ where: compileFieldFilter(map).filter });
const eventsOf = (...events: Record<string, unknown>[]) => ({
  eventCount: events.length,
  events: events.map((event) => ({ id: "e.1", occurrence: 1, event })),
});

const cases: [name: string, takes: boolean, endpoint: Partial<Taking>, alert?: Partial<Alert>][] = [
  ["its level", true, { minLevel: "medium" }],
  ["a lower level", false, { minLevel: "high" }],
  ["the past", false, {}, { backfilled: true }],
  ["the past, if it asks for it", true, { backfilled: true }, { backfilled: true }],
  ["a rule by its id", true, { rules: ["other", rule.id] }],
  ["a rule by its name", true, { rules: ["login_failed"] }],
  ["another rule", false, { rules: ["other"] }],
  ["a rule by its title, which is not its id", false, { rules: ["failed login"] }],
  ["one of its tags", true, { tags: ["team.network", "team.identity"] }],
  ["other tags", false, { tags: ["team.network", "attack"] }],
  ["its rule, but other tags", false, { rules: ["login_failed"], tags: ["team.network"] }],
  ["a field", true, where({ "accountGroupName|startswith": "prod" })],
  ["a derived field", true, where({ "user.email|endswith": "@example.org" })],
  ["two fields", false, where({ accountGroupName: "Production", "ipAddress|cidr": "10.0.0.0/8" })],
  ["a field that no event has", false, where({ customer: "x" })],
  ["one of several events", true, where({ aid: "2" }), eventsOf({ aid: "1" }, { aid: "2" })],
  ["none of several events", false, where({ aid: "3" }), eventsOf({ aid: "1" }, { aid: "2" })],
  ["an event that it does not show", true, where({ aid: "3" }), {
    ...eventsOf({ aid: "1" }),
    eventCount: 200,
  }],
  ["what all events have in common", false, where({ aid: "3" }), {
    ...eventsOf({ aid: "1" }),
    eventCount: 200,
    group: [{ field: "aid", value: "1" }],
  }],
  ["the group of an alert without events", true, where({ "user.email": "ana@example.org" }), {
    ...eventsOf(),
    group: [{ field: "user", value: event.user }],
  }],
  [
    "the group of an alert without events, which lacks the field",
    false,
    where({ "aid|neq": "1" }),
    {
      ...eventsOf(),
      group: [{ field: "user", value: event.user }],
    },
  ],
  [
    "an odd event",
    true,
    where({ "event|contains": "login" }),
    eventsOf({ event: { a: ["Login"] } }),
  ],
  ["an event that is not whole", true, where({ aid: "3" }), eventsOf({ aid: "1", _panoptes: {} })],
  ["nothing but tests", false, { testOnly: true }],
];
for (const [name, takes, endpoint, alert] of cases) {
  Deno.test(`an endpoint that asks for ${name} ${takes ? "takes" : "does not take"} the alert`, () => {
    assertEquals(takesAlert(endpointOf("siem", endpoint), alertOf(alert), rule), takes);
  });
}

Deno.test("every endpoint takes an operational alert, whatever it asks for, unless it is for tests only", () => {
  const strict: Partial<Taking> = {
    minLevel: "critical",
    rules: ["x"],
    tags: ["x"],
    ...where({ aid: "x" }),
  };
  assertEquals(takesAlert(endpointOf("siem", strict), alertOf(), undefined), true);
  assertEquals(takesAlert(endpointOf("siem", { testOnly: true }), alertOf(), undefined), false);
});

Deno.test("in quiet hours a message waits for their end, unless its level is urgent", () => {
  const now = Date.parse("2026-11-22T23:00:00Z");
  const quietHours = { from: "22:00", to: "06:00", minLevel: "high" } as const;
  const endpoints = [endpointOf("pager", {}, { quietHours }), endpointOf("siem")];
  const at = (name: string, level: Alert["level"], time = now) =>
    new Date(deliverableAt(endpoints, time)(name, level)).toISOString().slice(0, 16);
  assertEquals(at("pager", "medium"), "2026-11-23T06:00");
  assertEquals(at("pager", "high"), "2026-11-22T23:00");
  assertEquals(at("pager", "low", now - 7_200_000), "2026-11-22T21:00");
  assertEquals(at("siem", "low"), "2026-11-22T23:00");
  assertEquals(at("unknown", "low"), "2026-11-22T23:00");
});
