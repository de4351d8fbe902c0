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

Deno.test("GET /v1/deliveries lists the messages that were queued in a range of time", async () => {
  using fixture = new LogFixture();
  const ids = ["a", "b", "c"].map((id) => fixture.queueAlert(id));
  for (const [index, id] of ids.entries()) {
    fixture.log.sql.run("UPDATE outbox SET created_at = ? WHERE id = ?", index * 60_000, id);
  }
  const path = "/v1/deliveries?from=1970-01-01T00:01:00Z&to=1970-01-01T00:02:00Z";
  const { deliveries } = await (await fixture.app.request(path)).json();
  assertEquals(deliveries.map(({ alert }: { alert: string }) => alert), ["b"]);
  const wrong = await fixture.app.request("/v1/deliveries?from=yesterday");
  assertEquals([wrong.status, (await wrong.json()).detail], [400, "from must be an ISO 8601 time"]);
});

Deno.test("POST /v1/deliveries/redeliver sends dead letters again under their ids, some at a time", async () => {
  using fixture = new LogFixture();
  const ids = Array.from({ length: 5 }, (_, n) => fixture.queueAlert(`a${n}`));
  fixture.log.sql.run("UPDATE outbox SET state = 'dead', due_at = NULL, attempt = 10, round = 10");
  fixture.log.sql.run("UPDATE outbox SET endpoint = 'pager' WHERE id = ?", ids[0]!);
  const redeliver = async (body: unknown) => {
    const response = await fixture.request("/v1/deliveries/redeliver", {
      method: "POST",
      name: "ana",
      isAdmin: true,
      body: JSON.stringify(body),
    });
    return [response.status, await response.json()];
  };
  assertEquals(await redeliver({ endpoint: "siem", limit: 3 }), [
    202,
    { queued: 3, left: 1, next: ids[2] },
  ]);
  assertEquals(await redeliver({ endpoint: "siem", limit: 3 }), [
    202,
    { queued: 1, left: 0, next: null },
  ]);
  const pending = fixture.log.deliveries({ state: "pending", limit: 9 });
  assertEquals(pending.map(({ webhookId, attempt, round }) => [webhookId, attempt, round]), [
    ["a4", 10, 0],
    ["a3", 10, 0],
    ["a2", 10, 0],
    ["a1", 10, 0],
  ]);
  assertEquals(fixture.woken, 2);
  const [change] = fixture.log.changes(1e9, 1);
  assertEquals([change?.by, change?.about, change?.details], ["ana", "siem", ["1 messages, dead"]]);
});

for (
  const [what, body, detail] of [
    [
      "a message that is due",
      { state: "pending" },
      "state must be one of dead, cancelled, delivered",
    ],
    ["more than 1000", { limit: 1_001 }, "limit must be a whole number from 1 to 1000"],
    ["another word for a time", { from: "yesterday" }, "from must be an ISO 8601 time"],
    [
      "an unknown member",
      { endpoints: "siem" },
      "endpoints is missing or unknown: there are state, endpoint, from, to, before and limit",
    ],
  ] as const
) {
  Deno.test(`POST /v1/deliveries/redeliver refuses ${what}`, async () => {
    using fixture = new LogFixture();
    fixture.queueAlert("a");
    const response = await fixture.app.request("/v1/deliveries/redeliver", {
      method: "POST",
      body: JSON.stringify(body),
    });
    assertEquals([response.status, (await response.json()).detail], [400, detail]);
  });
}
