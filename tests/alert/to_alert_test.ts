import { assertEquals, assertNotEquals } from "@std/assert";
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
  };
  const { id, ...alert } = toAlert(rule, event, { ...known, matched });
  assertEquals(id.length, 32);
  const { id: ruleId, ...words } = rule;
  assertEquals<unknown>(alert, {
    ruleId,
    ...words,
    event,
    occurrence: 1,
    date: "2026-11-22T10:00:00Z",
    matched,
  });
});

Deno.test("toAlert() makes an alert even of a rule without id, level and lists", () => {
  const { id: _, ...alert } = toAlert({ title: "Bare" }, {}, known);
  assertEquals<unknown>(alert, {
    ruleId: "Bare",
    title: "Bare",
    level: "informational",
    tags: [],
    references: [],
    falsepositives: [],
    event: {},
    occurrence: 1,
    date: null,
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
  assertEquals(JSON.parse(JSON.stringify(alert)).event.user, event.user);
});

Deno.test("toAlert() repeats no more of a huge event than a row can hold", () => {
  const name = "x".repeat(1_000_000);
  const matched = Array.from({ length: 100 }, () => ({
    field: "resources.name",
    value: name,
    item: "resources.name|contains: x",
  }));
  const alert = toAlert({ title: "Any" }, { event: name }, { ...known, matched });
  assertEquals(alert.event.event, name);
  assertEquals(alert.matched.length, 32);
  assertEquals(alert.matched[0]?.value, `${"x".repeat(1_000)}… cut, 999000 more characters`);
});

// The type checker is the test: every parsed rule can alert.
const _accepted: Parameters<typeof toAlert>[0] = {} as SigmaRule;
