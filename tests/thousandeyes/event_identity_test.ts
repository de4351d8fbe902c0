import { assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import * as v from "valibot";
import { identityOf } from "../../src/thousandeyes/event/event_identity.ts";
import { type UserEvent, UserEventSchema } from "../../src/thousandeyes/event/user_event.ts";

const EVENT: UserEvent = {
  aid: "1234",
  accountGroupName: "API Sandbox",
  date: "2020-07-17T21:54:54Z",
  event: "Report created.",
  ipAddress: "99.128.0.0/11",
  uid: "245",
  user: "Ada (ada@example.org)",
  resources: [{ type: "reportTitle", name: "One" }, { type: "testName", name: "Two" }],
};

const SAME: [string, Record<string, unknown>][] = [
  ["another order of members", Object.fromEntries(Object.entries(EVENT).toReversed())],
  ["another form of the date", { ...EVENT, date: "2020-07-17 21:54:54" }],
  ["another zone", { ...EVENT, date: "2020-07-17T23:54:54.000+02:00" }],
  ["numbers for ids", { ...EVENT, aid: 1234, uid: 245 }],
  ["another order of resources", { ...EVENT, resources: EVENT.resources!.toReversed() }],
  ["unknown members", { ...EVENT, eventCategory: "Administration" }],
  ["unknown members of resources", {
    ...EVENT,
    resources: EVENT.resources!.map((resource) => ({ ...resource, id: 7 })),
  }],
];
for (const [name, event] of SAME) {
  Deno.test(`identityOf() is the same with ${name}`, () => {
    assertEquals(identityOf(v.parse(UserEventSchema, event)), identityOf(EVENT));
  });
}

Deno.test("identityOf() treats absent, null and empty as equal", () => {
  const bare = identityOf({ event: "x" });
  for (const more of [{ resources: [] }, { resources: null, aid: null, date: null }]) {
    assertEquals(identityOf(v.parse(UserEventSchema, { event: "x", ...more })), bare);
  }
});

const OTHER: [string, UserEvent][] = [
  ["another account group", { ...EVENT, aid: "1235" }],
  ["the next second", { ...EVENT, date: "2020-07-17T21:54:55Z" }],
  ["the next millisecond", { ...EVENT, date: "2020-07-17T21:54:54.001Z" }],
  ["a date that cannot be read", { ...EVENT, date: "1595022894000" }],
  ["another event text", { ...EVENT, event: "Report created" }],
  ["one resource less", { ...EVENT, resources: EVENT.resources!.slice(1) }],
  ["one resource twice", { ...EVENT, resources: [...EVENT.resources!, EVENT.resources![0]!] }],
  ["type and name changed about", { ...EVENT, uid: EVENT.user!, user: EVENT.uid! }],
];
for (const [name, event] of OTHER) {
  Deno.test(`identityOf() differs with ${name}`, () => {
    assertNotEquals(identityOf(event), identityOf(EVENT));
  });
}

Deno.test("identityOf() distinguishes events that differ in a known member", () => {
  const text = fc.option(fc.string(), { nil: undefined });
  const event = fc.record({ aid: text, event: text, uid: text, user: text, ipAddress: text })
    .map((members) => JSON.parse(JSON.stringify(members)) as UserEvent);
  fc.assert(
    fc.property(event, event, (one, other) => {
      const equal = JSON.stringify(Object.entries(one).sort()) ===
        JSON.stringify(Object.entries(other).sort());
      assertEquals(identityOf(one) === identityOf(other), equal);
    }),
  );
});
