import { assertEquals } from "@std/assert";
import { LogFixture } from "../log_fixture.ts";

Deno.test("GET /v1/deliveries lists messages newest first, by state and page, without internal members", async () => {
  using fixture = new LogFixture();
  for (const id of ["a", "b", "c"]) fixture.queueAlert(id);
  const first = await (await fixture.app.request("/v1/deliveries?limit=2")).json();
  assertEquals(first.deliveries.map(({ alert }: { alert: string }) => alert), ["c", "b"]);
  assertEquals("token" in first.deliveries[0], false);
  const second = await (await fixture.app.request(`/v1/deliveries?limit=2&before=${first.next}`))
    .json();
  assertEquals(second.deliveries.map(({ alert }: { alert: string }) => alert), ["a"]);
  assertEquals(second.next, null);
  const dead = await (await fixture.app.request("/v1/deliveries?state=dead")).json();
  assertEquals(dead.deliveries, []);
  assertEquals((await fixture.app.request("/v1/deliveries?state=gone")).status, 400);
});

Deno.test("POST /v1/deliveries/:id/redeliver resets a message, unless an attempt is in progress", async () => {
  using fixture = new LogFixture();
  const id = fixture.queueAlert("a");
  fixture.log.sql.run("UPDATE outbox SET state = 'dead', due_at = NULL");
  const response = await fixture.app.request(`/v1/deliveries/${id}/redeliver`, { method: "POST" });
  const body = await response.json();
  assertEquals([response.status, body.state, body.alert], [202, "pending", "a"]);
  fixture.log.sql.run("UPDATE outbox SET state = 'leased', token = 't'");
  const busy = await fixture.app.request(`/v1/deliveries/${id}/redeliver`, { method: "POST" });
  assertEquals([busy.status, (await busy.json()).code], [409, "conflict"]);
  for (const unknown of ["999", "x", "-1"]) {
    const path = `/v1/deliveries/${unknown}/redeliver`;
    assertEquals((await fixture.app.request(path, { method: "POST" })).status, 404);
  }
});

Deno.test("GET /v1/deliveries shows only the latest attempt, and receivers' answers only on /v1/deliveries/:id", async () => {
  using fixture = new LogFixture();
  const id = fixture.queueAlert("a");
  fixture.queueAlert("b");
  for (const number of [1, 2]) {
    fixture.log.noteAttempt(id, {
      number,
      at: 0,
      durationMs: 5,
      kind: "retry",
      code: "answered",
      status: 500,
      excerpt: `answer ${number}`,
    });
  }
  const text = await (await fixture.app.request("/v1/deliveries")).text();
  assertEquals([text.includes("answer 1"), text.includes("answer 2")], [false, false]);
  const [b, a] = JSON.parse(text).deliveries;
  assertEquals([b.lastAttempt, a.lastAttempt.number, "attempts" in a], [null, 2, false]);
  const one = await (await fixture.app.request(`/v1/deliveries/${id}`)).json();
  assertEquals([one.alert, "token" in one], ["a", false]);
  assertEquals(one.attempts.map(({ excerpt }: { excerpt: string }) => excerpt), [
    "answer 1",
    "answer 2",
  ]);
  assertEquals((await fixture.app.request("/v1/deliveries/999")).status, 404);
});
