import { assert, assertEquals } from "@std/assert";
import type { Alert } from "../../../src/alert/alert.ts";
import { toAlert } from "../../../src/alert/to_alert.ts";
import type { MessageContent } from "../../../src/delivery/format/format.ts";
import { plainMessage, writeToFit } from "../../../src/delivery/format/plain_message.ts";
import type { UserEvent } from "../../../src/thousandeyes/event/user_event.ts";

const linkTo = (id: string) => `https://panoptes.example.com/alerts/${id}`;
const at = Date.parse("2026-11-22T10:00:00Z");
const event = {
  date: "2026-11-22T10:00:00Z",
  event: "Login failed.",
  user: "Ana Diaz (ana@example.org)",
  ipAddress: "192.0.2.44",
  accountGroupName: "Network operations",
  resources: [{ type: "testName", name: "payments-api" }],
};
const rule = {
  id: "r-1",
  title: "Failed login",
  level: "high",
  description: "Somebody failed.\nOften harmless.",
  falsepositives: ["A mistyped password", "A holiday"],
  custom: { panoptes: { runbook: "Ask the user." } },
};
const alertOf = (event: UserEvent, more: Partial<Alert> = {}): Alert => ({
  ...toAlert(rule, event, { identity: "[]", occurrence: 1, at }),
  ...more,
});
const created = (alert: Alert): MessageContent => ({ type: "alert.created", alert, at });

Deno.test("plainMessage() says what happened, to whom, when, what to do, and where to read on", () => {
  const alert = alertOf(event);
  assertEquals(plainMessage(created(alert), linkTo), {
    type: "alert.created",
    level: "high",
    state: "🟠 High",
    title: "Failed login",
    heading: "🟠 High: Failed login",
    summary: "Failed login: Ana Diaz, payments-api, from 192.0.2.44",
    facts: [
      { label: "User", value: "Ana Diaz (ana@example.org)" },
      { label: "From", value: "192.0.2.44" },
      { label: "On", value: "payments-api" },
      { label: "Account group", value: "Network operations" },
      { label: "When", value: "2026-11-22 10:00:00 UTC" },
      { label: "Rule", value: "r-1" },
      { label: "Alert", value: alert.id },
    ],
    events: [],
    advice: [
      { label: "About", value: "Somebody failed.\nOften harmless." },
      { label: "What to do", value: "Ask the user." },
      { label: "May also be", value: "A mistyped password\nA holiday" },
    ],
    link: `https://panoptes.example.com/alerts/${alert.id}`,
  });
});

Deno.test("plainMessage() tells the group, the parts and the events of a correlation, each thing once", () => {
  const events = Array.from({ length: 12 }, (_, n) => ({
    id: `e.${n}`,
    occurrence: 1,
    event: { ...event, ipAddress: `192.0.2.${n % 3}` },
  }));
  const { facts, events: lines } = plainMessage(
    created(alertOf(event, {
      events,
      eventCount: 25,
      lastAt: "2026-11-22T10:04:00.000Z",
      group: [{ field: "user", value: "Ana Diaz" }],
      parts: [{ ruleId: "a", title: "Failure", count: 24, firstAt: null, lastAt: null }],
    })),
    linkTo,
  );
  const factOf = (name: string) => facts.find(({ label }) => label === name)?.value;
  assertEquals(factOf("From"), "192.0.2.0, 192.0.2.1, 192.0.2.2");
  assertEquals(factOf("Group"), "user: Ana Diaz");
  assertEquals(factOf("Parts"), "24 × Failure");
  assertEquals(factOf("When"), "2026-11-22 10:00:00 UTC to 2026-11-22 10:04:00 UTC");
  assertEquals(lines.length, 11);
  assertEquals(
    lines[0],
    "2026-11-22 10:00:00 UTC: Login failed, Ana Diaz (ana@example.org), payments-api, from 192.0.2.0",
  );
  assertEquals(lines.at(-1), "and 15 more events … cut");
});

Deno.test("plainMessage() tells repeats and a closed alert in few words, and marks what is about the past", () => {
  const alert = alertOf(event);
  const folded = {
    version: 1,
    id: "f",
    level: "low",
    summary: "Failed login: 12 more in 1 hour, Ana Diaz",
    rule: { id: "r-1", title: "Failed login" },
    group: [{ field: "user", value: "Ana Diaz" }],
    count: 12,
    first: alert.id,
    last: "z",
    from: "2026-11-22T10:00:00.000Z",
    until: "2026-11-22T11:00:00.000Z",
  } as const;
  const repeated = plainMessage({ type: "alert.folded", folded, at }, linkTo);
  assertEquals(repeated.heading, "🔵 Low, repeated: Failed login");
  assertEquals(repeated.facts[0], { label: "Repeats", value: "12" });
  assertEquals(repeated.link, linkTo(alert.id));

  const closed = plainMessage({ type: "alert.closed", alert, at }, () => undefined);
  assertEquals(closed.heading, "✅ Closed: Failed login");
  assertEquals(closed.facts[0], { label: "Closed", value: "2026-11-22 10:00:00 UTC" });
  assertEquals([closed.advice, closed.events, "link" in closed], [[], [], false]);

  const past = plainMessage(created(alertOf(event, { backfilled: true })), linkTo);
  assertEquals(past.heading, "🟠 High, about the past: Failed login");
});

Deno.test("plainMessage() leaves no control character, no mark that reorders and no half a character", () => {
  const hostile = "a\u0000b\r\nc\u202ed\u2028e\u200bf\ud83d";
  const plain = plainMessage(
    created(alertOf({ ...event, user: hostile, event: hostile }, {
      rule: { ...alertOf(event).rule, title: hostile, description: hostile, runbook: hostile },
    })),
    () => undefined,
  );
  const texts = JSON.stringify(plain).replaceAll("\\n", "");
  assert(texts.isWellFormed());
  assert(!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\\u/u.test(texts), texts);
});

Deno.test("plainMessage() cuts a value, a list and a text visibly, and reads odd events", () => {
  const { facts, advice } = plainMessage(
    created(alertOf({ user: "x".repeat(1e6), event: 7, resources: "odd" } as unknown as UserEvent, {
      rule: { ...alertOf(event).rule, description: "y".repeat(1e6), falsepositives: [] },
      group: Array.from({ length: 12 }, (_, n) => ({ field: `f${n}`, value: "v" })),
    })),
    linkTo,
  );
  assertEquals(facts[0]?.value.length, 1_000);
  assert(facts[0]?.value.endsWith("x… cut"));
  assert(facts[1]?.value.endsWith("f9: v, and 2 more … cut"), facts[1]?.value);
  assertEquals(advice[0]?.value.length, 4_000);
  assert(advice[0]?.value.endsWith("y… cut"));
});

Deno.test("plainMessage() says that something is missing even if only spaces are left", () => {
  const { facts } = plainMessage(
    created(alertOf({ user: "Ana" + " ".repeat(1e5) + "Diaz" })),
    linkTo,
  );
  assertEquals(facts[0], { label: "User", value: "Ana… cut" });
});

Deno.test("writeToFit() takes the most detail that fits, and the least if none does", () => {
  const content = created(alertOf({ ...event, user: "x".repeat(5_000) }, {
    rule: { ...alertOf(event).rule, description: "y".repeat(5_000) },
  }));
  const sizeFor = (max: number) =>
    writeToFit(content, linkTo, (message) => JSON.stringify(message), (text) => text.length <= max)
      .length;
  const [most, less, least] = [sizeFor(Infinity), sizeFor(5_000), sizeFor(0)];
  assert(
    most > 5_000 && less <= 5_000 && less > least && least < 2_000,
    `${most} ${less} ${least}`,
  );
  assertEquals([sizeFor(most), sizeFor(most - 1)], [most, less]);
});

Deno.test("plainMessage() names the source of an alert, unless there is only the one without a name", () => {
  const sourceIn = (source?: string) => {
    const options = { identity: "[]", occurrence: 1, source };
    const alert = toAlert({ title: "Failed login" }, { user: "Ana" }, options);
    const { facts } = plainMessage({ type: "alert.created", alert, at: 0 }, () => undefined);
    return facts.find(({ label }) => label === "Source")?.value;
  };
  assertEquals([sourceIn(), sourceIn("default"), sourceIn("emea")], [undefined, undefined, "emea"]);
});
