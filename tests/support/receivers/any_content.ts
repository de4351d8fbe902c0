/** Any content of a message. What makes its texts takes a second to load, so it is a file of its own. */
import * as fc from "fast-check";
import { ALERT_LEVELS } from "../../../src/alert/alert.ts";
import type { MessageContent } from "../../../src/delivery/format/format.ts";
import type { UserEvent } from "../../../src/thousandeyes/event/user_event.ts";
import { AT, created, folded, HOSTILE } from "./contents.ts";

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.constantFrom("", HOSTILE, "\ud83d", "שלום".repeat(40), "👩‍👩‍👧‍👦".repeat(300), "x".repeat(70_000)),
);
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(null, true),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(text, tie("value"), { maxKeys: 4 }),
    fc.nat(2_000).map((length) => Array(length).fill("many")),
  ),
})).value;
const names = ["aid", "accountGroupName", "date", "event", "ipAddress", "uid", "user", "resources"];
const event = fc.record(
  Object.fromEntries(names.map((name) => [name, fc.oneof(text, value)])),
  { requiredKeys: [] },
);
const time = fc.option(
  fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
    .map((date) => date.toISOString()),
);

/** Any content: odd events, huge texts, no events, every type. */
export const anyContent: fc.Arbitrary<MessageContent> = fc.record({
  type: fc.constantFrom("alert.created", "alert.closed", "alert.folded"),
  rule: fc.record({
    title: text,
    level: fc.constantFrom(...ALERT_LEVELS),
    tags: fc.array(text, { maxLength: 30 }),
    description: text,
  }),
  events: fc.array(fc.oneof(event, fc.dictionary(text, value, { maxKeys: 5 })), { maxLength: 4 }),
  group: fc.array(fc.record({ field: fc.oneof(fc.constantFrom(...names), text), value: text }), {
    maxLength: 3,
  }),
  firstAt: time,
  lastAt: time,
  count: fc.integer({ min: 1, max: 1e6 }),
}).map(({ type, rule, events, group, firstAt, lastAt, count }): MessageContent => {
  const { alert } = created((events[0] ?? {}) as UserEvent, rule);
  if (type === "alert.folded") {
    const { folded: usual } = folded() as Extract<MessageContent, { type: "alert.folded" }>;
    const { id, title } = alert.rule;
    const cut = group.map(({ field, value }) => ({ field, value: value.slice(0, 200) }));
    return {
      type,
      folded: { ...usual, level: rule.level, rule: { id, title }, group: cut, count },
      at: AT,
    };
  }
  const shown = events.map((event, n) => ({
    id: n % 2 === 0 ? `x.${n}` : null,
    occurrence: 1,
    event: event as UserEvent,
  }));
  return {
    type: type as "alert.created",
    at: AT,
    alert: { ...alert, group, firstAt, lastAt, eventCount: shown.length, events: shown },
  };
});
