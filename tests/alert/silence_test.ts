import { assertEquals } from "@std/assert";
import type { Alert } from "../../src/alert/alert.ts";
import { silences } from "../../src/alert/silence.ts";
import { toAlert } from "../../src/alert/to_alert.ts";

const EVENT = {
  event: "Login failed.",
  user: "Ana Diaz (ana@example.org)",
  ipAddress: "192.0.2.44",
  resources: [{ type: "test", name: "a" }, { type: "test", name: "b" }],
};
const ALERT = toAlert({ id: "r1", title: "Failed login" }, EVENT, {
  identity: "[]",
  occurrence: 1,
});
const [caused] = ALERT.events;
const STORY: Alert = {
  ...ALERT,
  group: [{ field: "user", value: EVENT.user }],
  eventCount: 2,
  events: [caused!, { ...caused!, event: { ...EVENT, ipAddress: "198.51.100.7" } }],
};

for (
  const [what, rule, fields, alert, expected] of [
    ["its rule's id", "r1", {}, ALERT, true],
    ["its rule's title", "Failed login", {}, ALERT, true],
    ["another rule", "r2", {}, ALERT, false],
    ["a value", null, { ipAddress: ["192.0.2.44"] }, ALERT, true],
    ["one of several values", null, { ipAddress: ["192.0.2.1", "192.0.2.44"] }, ALERT, true],
    ["another value", null, { ipAddress: ["192.0.2.4"] }, ALERT, false],
    ["other letter case", null, { "user.email": ["ANA@example.ORG"] }, ALERT, true],
    ["part of a value", null, { user: ["Ana Diaz"] }, ALERT, false],
    ["a derived field", null, { "user.name": ["Ana Diaz"] }, ALERT, true],
    ["rule and value", "r1", { ipAddress: ["192.0.2.44"] }, ALERT, true],
    ["rule and another value", "r1", { ipAddress: ["192.0.2.1"] }, ALERT, false],
    ["one of two fields", null, { ipAddress: ["192.0.2.44"], aid: ["7"] }, ALERT, false],
    ["a field that the event lacks", null, { aid: ["7"] }, ALERT, false],
    ["all of a list's values", null, { "resources.name": ["a", "b"] }, ALERT, true],
    ["some of a list's values", null, { "resources.name": ["a"] }, ALERT, false],
    ["the group of a correlation", null, { user: [EVENT.user] }, STORY, true],
    [
      "the addresses of all events",
      null,
      { ipAddress: ["192.0.2.44", "198.51.100.7"] },
      STORY,
      true,
    ],
    ["the address of one event of two", null, { ipAddress: ["192.0.2.44"] }, STORY, false],
    [
      "a field that one event of two lacks",
      null,
      { ipAddress: ["192.0.2.44"] },
      { ...STORY, events: [caused!, { ...caused!, event: { user: EVENT.user } }] },
      false,
    ],
    [
      "an address, while one of three events is not shown",
      null,
      { ipAddress: ["192.0.2.44", "198.51.100.7"] },
      { ...STORY, eventCount: 3 },
      false,
    ],
    [
      "the group of 50 events, of which two are shown",
      null,
      { user: [EVENT.user] },
      { ...STORY, eventCount: 50 },
      true,
    ],
    [
      "the e-mail address in the group of 50 events",
      null,
      { "user.email": ["ana@example.org"] },
      { ...STORY, eventCount: 50 },
      true,
    ],
    [
      "another e-mail address than that in the group",
      null,
      { "user.email": ["bob@example.org"] },
      { ...STORY, eventCount: 50 },
      false,
    ],
    [
      "a field, of an operational alert",
      null,
      { user: ["x"] },
      { ...ALERT, eventCount: 0, events: [] },
      false,
    ],
  ] as const
) {
  Deno.test(`a silence for ${what} ${expected ? "holds an alert back" : "lets an alert pass"}`, () => {
    assertEquals(silences({ rule, fields }, alert), expected);
  });
}
