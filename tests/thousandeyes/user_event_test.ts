import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { checkUserEvents } from "../../src/thousandeyes/page/check_user_events.ts";
import { LinkSchema } from "../../src/thousandeyes/page/audit_user_events.ts";
import { UserEventSchema } from "../../src/thousandeyes/event/user_event.ts";

const TOLERATED: [string, unknown, Record<string, unknown>][] = [
  ["an event without any member", {}, {}],
  ["null in every member", {
    aid: null,
    accountGroupName: null,
    date: null,
    event: null,
    ipAddress: null,
    uid: null,
    user: null,
    resources: null,
  }, {}],
  ["numbers for ids", { aid: 75, uid: 245.5 }, { aid: "75", uid: "245.5" }],
  ["an empty list of resources", { resources: [] }, { resources: [] }],
  ["null in a resource", { resources: [{ type: null, name: "x" }, {}] }, {
    resources: [{ name: "x" }, {}],
  }],
  ["unknown members, null ones included", { severity: null, deep: { a: [1, null] } }, {
    severity: null,
    deep: { a: [1, null] },
  }],
  ["unknown members of a resource", { resources: [{ id: 7, gone: null }] }, {
    resources: [{ id: 7, gone: null }],
  }],
  ["a date of any form, as it is", { date: "2017-06-02 18:08:06" }, {
    date: "2017-06-02 18:08:06",
  }],
  ["an address of any form", { ipAddress: "99.128.0.0/11" }, { ipAddress: "99.128.0.0/11" }],
];

for (const [name, value, expected] of TOLERATED) {
  Deno.test(`UserEventSchema takes ${name}`, () => {
    assertEquals(v.parse(UserEventSchema, value), expected);
    assertEquals(checkUserEvents([value]), { events: [expected], invalid: [] });
  });
}

const REFUSED: [string, unknown, string[]][] = [
  ["text", "Login failed.", ["Invalid type: Expected Object"]],
  ["null", null, ["Invalid type: Expected Object"]],
  ["a list", [], ["Invalid type: Expected Object"]],
  ["a number as event", { event: 7 }, ["event: Invalid type: Expected string but received 7"]],
  ["an object as id", { aid: {} }, [
    "aid: Invalid type: Expected (string | number) but received Object",
  ]],
  ["text as resources", { resources: "x" }, [
    'resources: Invalid type: Expected Array but received "x"',
  ]],
  ["two faults, both of which are named", { event: 7, resources: [{ name: [] }] }, [
    "event: Invalid type: Expected string but received 7",
    "resources.0.name: Invalid type: Expected string but received Array",
  ]],
];

for (const [name, value, issues] of REFUSED) {
  Deno.test(`checkUserEvents() sets aside ${name}`, () => {
    assertEquals(checkUserEvents([{ uid: "1" }, value, { uid: "2" }]), {
      events: [{ uid: "1" }, { uid: "2" }],
      invalid: [{ value, issues }],
    });
  });
}

Deno.test("checkUserEvents() quotes the input on one line, cut and without control characters", () => {
  const hostile = `a\u001b[2J\r\n\u202e${"x".repeat(300_000)}`;
  const many = Array.from({ length: 20_000 }, () => ({ name: hostile, type: {} }));
  const { invalid } = checkUserEvents([{ resources: hostile }, { resources: many }]);
  assertEquals(invalid.map(({ issues }) => issues.length), [1, 100]);
  assertEquals(invalid[1]!.issues.at(-1), "and 19901 more");
  for (const issue of invalid.flatMap(({ issues }) => issues)) {
    assert(issue.length <= 300 && !/[\p{Cc}\p{Cf}]/u.test(issue), issue.slice(0, 400));
  }
});

Deno.test("checkUserEvents() does not let a member reach a prototype", () => {
  const value = JSON.parse('{"__proto__":{"admin":true},"constructor":1,"event":"x"}');
  const { events: [event] } = checkUserEvents([value]);
  assertEquals(event, { event: "x" });
  assertEquals(Object.keys(event!), ["event"]);
  assertEquals((event as Record<string, unknown>).admin, undefined);
});

Deno.test("LinkSchema requires only an href", () => {
  assertEquals(v.is(LinkSchema, { href: "x", hreflang: null, templated: null }), true);
  for (const value of [{}, { href: null }, { href: 7 }, "x", [], { href: "x", templated: "yes" }]) {
    assertEquals(v.is(LinkSchema, value), false, JSON.stringify(value));
  }
});
