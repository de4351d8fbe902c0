import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as fc from "fast-check";
import { toAlert } from "../../../src/alert/to_alert.ts";
import type { Alert } from "../../../src/alert/alert.ts";
import { MAX_BODY_BYTES, standard } from "../../../src/delivery/format/standard.ts";
import type { UserEvent } from "../../../src/thousandeyes/event/user_event.ts";

const known = { identity: "[]", occurrence: 1 };
const alertOf = (event: UserEvent<Record<string, unknown>>, title = "Failed login") =>
  toAlert({ title }, event, known);
const standardBody = (alert: Alert, at: number) =>
  standard.request({ type: "alert.created", alert, at }, { options: {}, linkTo: () => undefined })
    .body;
const bytesOf = (text: string) => new TextEncoder().encode(text).length;

Deno.test("the format standard carries the whole alert, hostile text as data", () => {
  const alert = alertOf({ user: '"},"type":"forged"}\u2028<!channel>', event: "é😀\u0000" });
  assertEquals(JSON.parse(standardBody(alert, 1_000)), {
    type: "alert.created",
    timestamp: "1970-01-01T00:00:01.000Z",
    data: alert,
  });
});

Deno.test("the format standard makes the same string for the same alert", () => {
  const alert = alertOf({ event: "x".repeat(200_000) });
  assertEquals(standardBody(alert, 5), standardBody(structuredClone(alert), 5));
});

Deno.test("the format standard cuts nothing at the limit, and visibly cuts one byte above it", () => {
  const room = MAX_BODY_BYTES - bytesOf(standardBody(alertOf({ event: "" }), 0));
  const whole = standardBody(alertOf({ event: "x".repeat(room) }), 0);
  assertEquals(bytesOf(whole), MAX_BODY_BYTES);
  assertEquals(JSON.parse(whole).data.cut, undefined);

  const { data } = JSON.parse(standardBody(alertOf({ event: "x".repeat(room + 1) }), 0));
  assertEquals(data.cut, true);
  assertEquals(
    data.events[0].event.event,
    `${"x".repeat(4_096)}… cut, ${room + 1 - 4_096} more characters`,
  );
});

Deno.test("the format standard counts bytes, not characters", () => {
  const body = standardBody(alertOf({ event: "é".repeat(40_000) }), 0);
  assert(bytesOf(body) <= MAX_BODY_BYTES);
  assertEquals(JSON.parse(body).data.cut, true);
});

Deno.test("the format standard says how much of a list is missing", () => {
  const resources = Array.from({ length: 5_000 }, (_, n) => ({ type: "test", name: `Test ${n}` }));
  const { data } = JSON.parse(standardBody(alertOf({ resources }), 0));
  assertEquals(data.events[0].event.resources.length, 201);
  assertEquals(data.events[0].event.resources.at(-1), "… cut, 4800 more");
});

Deno.test("the format standard keeps both halves of a character or neither", () => {
  const { data } = JSON.parse(standardBody(alertOf({ event: "x" + "😀".repeat(40_000) }), 0));
  assertStringIncludes(data.events[0].event.event, "😀… cut");
  assert(data.events[0].event.event.isWellFormed());
});

Deno.test("the format standard stays below the limit for any event and rule, and keeps the alert's id", () => {
  const big = fc.constantFrom(1, 100, 70_000);
  const text = fc.tuple(fc.string({ unit: "binary", minLength: 1, maxLength: 3 }), big)
    .map(([text, times]) => text.repeat(times));
  const value = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.integer(),
      fc.array(tie("value"), { maxLength: 5 }),
      fc.tuple(text, big).map(([text, times]) =>
        Array(Math.min(times, 2_000)).fill(text.slice(0, 50))
      ),
      fc.dictionary(text, tie("value"), { maxKeys: 5 }),
    ),
  })).value;
  fc.assert(
    fc.property(text, fc.dictionary(fc.string(), value, { maxKeys: 6 }), (title, event) => {
      const alert = alertOf(event as UserEvent, title);
      const body = standardBody(alert, 0);
      assert(bytesOf(body) <= MAX_BODY_BYTES);
      assertEquals(JSON.parse(body).data.id, alert.id);
    }),
    { numRuns: 60 },
  );
});

Deno.test("the format standard cuts an event with very many members until it fits", () => {
  const event = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`member${n}`, n]));
  const body = standardBody(alertOf(event), 0);
  assert(bytesOf(body) <= MAX_BODY_BYTES);
  assertEquals(JSON.parse(body).data.events[0].event["… cut"], "49800 more");
});

Deno.test("the format standard cuts very deep nesting", () => {
  let nested: unknown = "x".repeat(70_000);
  for (let depth = 0; depth < 2_000; depth++) nested = { nested };
  const { data } = JSON.parse(standardBody(alertOf({ nested }), 0));
  assert(JSON.stringify(data).includes('"… cut"'));
});
