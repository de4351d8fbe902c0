import { assertEquals, assertNotEquals } from "@std/assert";
import * as v from "valibot";
import { AlertSchema } from "../../src/alert/alert_schema.ts";
import { toAlert } from "../../src/alert/to_alert.ts";
import type { SigmaRule } from "../../src/sigma/sigma_rule.ts";

const event = {
  event: "Login failed.",
  date: "2026-11-22T10:00:00Z",
  user: "</script><@everyone> (mallory@example.com)",
  unknownMember: { kept: true },
};
const known = { identity: "[]", occurrence: 1 };

Deno.test("toAlert() contains the rule's own words, the whole event and what matched", () => {
  const matched = [{ field: "event", value: "Login failed.", item: "event|contains: failed" }];
  const rule = {
    id: "3f1c4b06-0000-4000-8000-000000000001",
    title: "Failed login",
    level: "high",
    status: "test",
    tags: ["attack.t1110"],
    references: ["https://example.com/1"],
    falsepositives: ["A mistyped password"],
    description: "Somebody failed to log in",
    author: "Ana Diaz",
  };
  const custom = { panoptes: { summary: "Failed: {ipAddress}", runbook: "Ask the user" } };
  const at = Date.parse(event.date);
  const options = { ...known, matched, at, eventId: "e.7", backfilled: true };
  const { id, ...alert } = toAlert({ ...rule, custom }, event, options);
  assertEquals(id.length, 32);
  const { level, ...words } = rule;
  assertEquals<unknown>(alert, {
    version: 1,
    level,
    summary: "Failed: an unknown address",
    backfilled: true,
    firstAt: "2026-11-22T10:00:00.000Z",
    lastAt: "2026-11-22T10:00:00.000Z",
    rule: { ...words, runbook: "Ask the user" },
    eventCount: 1,
    events: [{ id: "e.7", occurrence: 1, event }],
    matched,
  });
});

Deno.test("toAlert() makes an alert even of a rule without id, level and lists", () => {
  const { id: _, ...alert } = toAlert({ title: "Bare" }, {}, known);
  assertEquals<unknown>(alert, {
    version: 1,
    level: "informational",
    summary: "Bare",
    backfilled: false,
    firstAt: null,
    lastAt: null,
    rule: { id: "Bare", title: "Bare", tags: [], references: [], falsepositives: [] },
    eventCount: 1,
    events: [{ id: null, occurrence: 1, event: {} }],
    matched: [],
  });
});

Deno.test("toAlert() treats a level that Sigma does not know as informational", () => {
  assertEquals(toAlert({ title: "Odd", level: "apocalyptic" }, {}, known).level, "informational");
});

Deno.test("toAlert() gives twins different ids, and the same match the same id", () => {
  const rule = { title: "Failed login" };
  const first = toAlert(rule, event, known);
  assertEquals(first.id, toAlert({ ...rule, level: "low" }, event, known).id);
  assertNotEquals(first.id, toAlert(rule, event, { ...known, occurrence: 2 }).id);
});

Deno.test("toAlert() leaves hostile strings unchanged", () => {
  const alert = toAlert({ title: "Any" }, event, known);
  assertEquals(JSON.parse(JSON.stringify(alert)).events[0].event.user, event.user);
});

Deno.test("toAlert() repeats no more of a huge event than a row can hold", () => {
  const name = "x".repeat(1_000_000);
  const matched = Array.from({ length: 100 }, () => ({
    field: "resources.name",
    value: name,
    item: "resources.name|contains: x",
  }));
  const alert = toAlert({ title: "Any" }, { event: name }, { ...known, matched });
  assertEquals(alert.events[0]?.event.event, name);
  assertEquals(alert.matched.length, 32);
  assertEquals(alert.matched[0]?.value, `${"x".repeat(1_000)}… cut, 999000 more characters`);
});

Deno.test("every alert is what AlertSchema says", () => {
  for (
    const rule of [{ title: "Bare" }, { title: "x".repeat(1_000), level: "high", author: "A" }]
  ) {
    for (const at of [null, 0, Date.now(), 1e20]) {
      const options = { ...known, at, matched: [{ field: null, value: { a: 1 }, item: "x" }] };
      const alert = JSON.parse(JSON.stringify(toAlert(rule, event, options)));
      assertEquals(v.parse(AlertSchema, alert), alert);
    }
  }
});

// The type checker is the test: every parsed rule can alert.
const _accepted: Parameters<typeof toAlert>[0] = {} as SigmaRule;
