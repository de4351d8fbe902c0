import { assertEquals } from "@std/assert";
import { toSigmaEvent } from "../../src/alert/to_sigma_event.ts";

const FORMS: [string, string | undefined, string | undefined][] = [
  ["API Sandbox User (noreply@thousandeyes.com)", "API Sandbox User", "noreply@thousandeyes.com"],
  ["Ada (Ops) (ada@example.org)", "Ada (Ops)", "ada@example.org"],
  ["Ada (root@example.org) (ada@example.org)", "Ada (root@example.org)", "ada@example.org"],
  ["  Ada   (ada@example.org)  ", "Ada", "ada@example.org"],
  ["(ada@example.org)", undefined, "ada@example.org"],
  ["ada@example.org", undefined, "ada@example.org"],
  ["Ada", "Ada", undefined],
  ["Ada at ada@example.org", "Ada at ada@example.org", undefined],
  ["Ada (ada@example.org) x", "Ada (ada@example.org) x", undefined],
  ["Ada ()", "Ada", undefined],
  ["Ada)", "Ada)", undefined],
  ["", undefined, undefined],
];
for (const [user, name, email] of FORMS) {
  Deno.test(`toSigmaEvent() reads ${JSON.stringify(user)}`, () => {
    const fields = toSigmaEvent({ user });
    assertEquals([fields["user.name"], fields["user.email"], fields.user], [name, email, user]);
    assertEquals("user.name" in fields, name !== undefined);
    assertEquals("user.email" in fields, email !== undefined);
  });
}

Deno.test("toSigmaEvent() discards members named like the derived fields, and changes no event", () => {
  const event = { event: "Login failed.", "user.email": "root@example.org", resources: [] };
  assertEquals(toSigmaEvent(event), { event: "Login failed.", resources: [] });
  assertEquals(event["user.email"], "root@example.org");
});
