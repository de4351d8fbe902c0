import { assertEquals } from "@std/assert";
import type { Alert, AlertEvent } from "../../../src/alert/alert.ts";
import { entitiesOf } from "../../../src/delivery/format/entities.ts";
import { created, folded, operational } from "../../support/receivers/contents.ts";

const none = { users: [], places: [], addresses: [], accountGroups: [], resources: [] };

/** The entities of an alert about some events. */
function entitiesIn(...events: unknown[]) {
  const { alert, ...content } = created();
  const shown = events.map((event) =>
    typeof event === "string" ? event : { id: null, occurrence: 1, event }
  );
  return entitiesOf({ ...content, alert: { ...alert, events: shown as AlertEvent[] } as Alert });
}

Deno.test("entitiesOf() names each user, place and resource once, in the order of the events", () => {
  const ana = { uid: "1", user: "Ana (ana@example.org)", ipAddress: "192.0.2.1" };
  const ben = { user: "Ben", resources: [{ type: "testName", name: "a" }, { name: "b" }] };
  assertEquals(entitiesIn(ana, ben, ana), {
    ...none,
    users: [{ id: "1", name: "Ana", email: "ana@example.org" }, { name: "Ben" }],
    places: ["192.0.2.1"],
    addresses: ["192.0.2.1"],
    resources: [{ type: "testName", name: "a" }, { name: "b" }],
  });
});

Deno.test("entitiesOf() reads events that are not valid ones", () => {
  assertEquals(entitiesIn({ user: { name: "Ana" }, uid: 5, resources: { testName: "a" } }), {
    ...none,
    users: [{ id: "5", name: "Ana" }],
    resources: [{ type: "testName", name: "a" }],
  });
  assertEquals(entitiesIn({ user: null, ipAddress: [], resources: 5 }), {
    ...none,
    resources: [{ name: "5" }],
  });
});

Deno.test("entitiesOf() takes only a single address for one", () => {
  const rows: [text: string, isAddress: boolean][] = [
    ["192.0.2.1", true],
    ["2001:db8::1", true],
    ["99.128.0.0/11", false],
    ["fe80::1%eth0", false],
    ["192.0.2.1, 192.0.2.2", false],
    ["2130706433", false],
    ["localhost", false],
  ];
  for (const [ipAddress, isAddress] of rows) {
    const { places, addresses } = entitiesIn({ ipAddress });
    assertEquals([places, addresses], [[ipAddress], isAddress ? [ipAddress] : []]);
  }
});

Deno.test("entitiesOf() takes no note of a cut for an event, and cuts a long name visibly", () => {
  const { users } = entitiesIn({ user: "x".repeat(1_000) }, "… cut, 5 more");
  assertEquals(users, [{ name: `${"x".repeat(251)}… cut` }]);
});

Deno.test("entitiesOf() names no more than twenty", () => {
  const events = Array.from({ length: 30 }, (_, n) => ({ user: `user${n}` }));
  assertEquals(entitiesIn(...events).users.length, 20);
});

Deno.test("entitiesOf() takes what repeats have in common, where there is no event", () => {
  assertEquals(entitiesOf(folded()), {
    ...none,
    users: [{ name: "Ana Diaz", email: "ana@example.org" }],
  });
  assertEquals(entitiesOf(operational()), none);
});
