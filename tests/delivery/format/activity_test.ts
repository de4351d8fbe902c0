import { assertEquals } from "@std/assert";
import { activityOf } from "../../../src/delivery/format/activity.ts";
import { EVENT_CATALOGUE } from "../../../src/emulator/event_catalogue.ts";

const expected: Record<keyof typeof EVENT_CATALOGUE, string> = {
  loginFailed: "session begin failed",
  reportCreated: "entity create",
  login: "session begin",
  logout: "session end",
  testCreated: "entity create",
  testUpdated: "entity update",
  testEnabled: "entity update",
  testDeleted: "entity delete",
  reportUpdated: "entity update",
  reportViewed: "entity read",
  dashboardUpdated: "entity update",
  dashboardShared: "entity update",
  dashboardPublished: "entity update",
  labelAssigned: "entity update",
  agentAdded: "entity create",
  agentDeleted: "entity delete",
  alertRuleUpdated: "entity update",
  alertRuleDisabled: "entity update",
  roleAssigned: "user update",
  userCreated: "user create",
  userDeleted: "user delete",
  tokenGenerated: "token create",
  integrationCreated: "entity create",
  accountGroupUpdated: "entity update",
  ssoDisabled: "entity update",
};

for (const [name, { event }] of Object.entries(EVENT_CATALOGUE)) {
  Deno.test(`activityOf() takes "${event}" for ${expected[name as keyof typeof expected]}`, () => {
    const { about, action, failed } = activityOf({ event });
    const words = [about, action, ...(failed ? ["failed"] : [])].join(" ");
    assertEquals(words, expected[name as keyof typeof expected]);
  });
}

Deno.test("activityOf() takes an event without words that it knows for an entity", () => {
  const unknown = { about: "entity", action: undefined, failed: false } as const;
  for (const event of ["", "Zzz.", undefined, 5, ["Zzz"]]) {
    assertEquals(activityOf({ event }), unknown);
  }
});
