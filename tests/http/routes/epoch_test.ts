import { assertEquals } from "@std/assert";
import { LogFixture } from "../log_fixture.ts";

Deno.test("POST /v1/epoch starts a new epoch, and announces a gap to clients that resume with an old id", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 2);
  const accept = { headers: { Accept: "application/json" } };
  const before = await (await fixture.app.request("/v1/events", accept)).json();
  assertEquals((await fixture.app.request("/v1/epoch")).status, 405);
  const { epoch } = await (await fixture.app.request("/v1/epoch", { method: "POST" })).json();
  assertEquals(before.next.startsWith(`${epoch}.`), false);
  const after = await (await fixture.app.request(`/v1/events?after=${before.next}`, accept)).json();
  assertEquals([after.gap.requested, after.events.length], [before.next, 2]);
  assertEquals(after.next, `${epoch}.2`);
});
