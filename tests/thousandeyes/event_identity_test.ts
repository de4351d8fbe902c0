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
  ["another name of the user", { ...EVENT, user: "Ada King (ada@example.com)" }],
  ["no name of the user", { ...EVENT, user: null }],
  ["another name of the account group", { ...EVENT, accountGroupName: "Sandbox" }],
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

const ADDRESSES: [string, string, boolean][] = [
  ["2001:db8::7", "2001:DB8:0:0:0:0:0:7", true],
  ["2001:db8::7", "2001:0db8:0000:0000:0000:0000:0000:0007", true],
  ["::ffff:192.0.2.7", "::FFFF:c000:207", true],
  ["2001:db8::/32", "2001:0DB8:0::/32", true],
  ["2001:db8::/32", "2001:db8::/33", false],
  ["2001:db8::7", "2001:db8::8", false],
  ["::ffff:192.0.2.7", "192.0.2.7", false],
  ["fe80::1%eth0", "fe80::1%eth1", false],
  ["unknown: 1", "unknown: 01", false],
  ["::/0@[::1]", "::/0", false],
  ["", "::", false],
];
for (const [one, other, isSame] of ADDRESSES) {
  Deno.test(`identityOf() finds ${one} and ${other} ${isSame ? "equal" : "different"}`, () => {
    const identities = [one, other].map((ipAddress) => identityOf({ ...EVENT, ipAddress }));
    assertEquals(identities[0] === identities[1], isSame);
  });
}

Deno.test("identityOf() tells users and account groups without an id apart by their names", () => {
  for (const id of [undefined, ""]) {
    const event = { event: "x", ...(id === undefined ? {} : { uid: id, aid: id }) };
    const identities = [
      event,
      { ...event, user: "Ada" },
      { ...event, user: "Bob" },
      { ...event, accountGroupName: "Ada" },
      { ...event, accountGroupName: "Bob" },
    ].map(identityOf);
    assertEquals(new Set(identities).size, 5);
  }
});

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
  const event = fc.record({ aid: text, event: text, uid: text, ipAddress: fc.ipV4() })
    .map((members) => JSON.parse(JSON.stringify(members)) as UserEvent);
  fc.assert(
    fc.property(event, event, (one, other) => {
      const equal = JSON.stringify(Object.entries(one).sort()) ===
        JSON.stringify(Object.entries(other).sort());
      assertEquals(identityOf(one) === identityOf(other), equal);
    }),
  );
});
