import { assertEquals } from "@std/assert";
import { LogFixture } from "./log_fixture.ts";

Deno.test("GET /v1/deliveries lists messages newest first, by state and page, without what is internal", async () => {
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

Deno.test("POST /v1/deliveries/:id/redeliver puts a message back, once it is not under way", async () => {
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

Deno.test("GET /v1/deliveries shows the latest attempt alone, and the answers of receivers only one by one", async () => {
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

Deno.test("lists have at most 100 rows", async () => {
  using fixture = new LogFixture();
  for (let n = 0; n < 101; n++) fixture.queueAlert(`${n}`);
  const invalid = Array.from({ length: 101 }, (_, value) => ({ value, issues: [] }));
  fixture.log.transaction(() => fixture.log.keepInvalid(invalid, 0));
  for (const [path, name] of [["deliveries", "deliveries"], ["invalid-events", "invalidEvents"]]) {
    const list = await (await fixture.app.request(`/v1/${path}`)).json();
    assertEquals([list[name!].length, list.next !== null], [100, true]);
    assertEquals((await fixture.app.request(`/v1/${path}?limit=101`)).status, 400);
  }
});

Deno.test("GET /v1/invalid-events gives long ones out in several pages, each once", async () => {
  using fixture = new LogFixture();
  const invalid = Array.from({ length: 6 }, (_, n) => ({
    value: [n, "x".repeat(350_000)],
    issues: [],
  }));
  fixture.log.transaction(() => fixture.log.keepInvalid(invalid, 0));
  const pages: number[][] = [];
  for (let after: number | null = 0; after !== null;) {
    const response = await fixture.app.request(`/v1/invalid-events?after=${after}`);
    const { invalidEvents, next } = await response.json();
    pages.push(invalidEvents.map(({ seq }: { seq: number }) => seq));
    after = next;
  }
  assertEquals(pages, [[1, 2], [3, 4], [5, 6]]);
});

Deno.test("GET /v1/invalid-events shows what was kept aside, as text", async () => {
  using fixture = new LogFixture();
  fixture.log.transaction(() =>
    fixture.log.keepInvalid([{ value: 7, issues: ["Expected Object"] }], 0)
  );
  const { invalidEvents } = await (await fixture.app.request("/v1/invalid-events")).json();
  assertEquals(invalidEvents, [{
    seq: 1,
    recordedAt: "1970-01-01T00:00:00.000Z",
    issues: ["Expected Object"],
    sent: "7",
  }]);
});

Deno.test("the routes answer what they do not know with a problem, and what they do not do with Allow", async () => {
  using fixture = new LogFixture();
  const unknown = await fixture.app.request("/v1/nothing");
  assertEquals([unknown.status, (await unknown.json()).code], [404, "not_found"]);
  const method = await fixture.app.request("/v1/events", { method: "DELETE" });
  assertEquals([method.status, method.headers.get("Allow")], [405, "GET, HEAD"]);
  assertEquals((await method.json()).code, "method_not_allowed");
});

Deno.test("the routes refuse a parameter that they do not have, also those that have none", async () => {
  using fixture = new LogFixture();
  const id = fixture.queueAlert("a");
  const routes = [
    ["GET", "/v1/status"],
    ["GET", "/v1/rules"],
    ["GET", "/v1/invalid-events"],
    ["GET", "/v1/deliveries"],
    ["GET", `/v1/deliveries/${id}`],
    ["POST", `/v1/deliveries/${id}/redeliver`],
  ] as const;
  for (const [method, path] of routes) {
    const response = await fixture.app.request(`${path}?verbose=1`, { method });
    const { code, detail } = await response.json();
    assertEquals([response.status, code], [400, "invalid_request"], path);
    assertEquals(detail, '"verbose" is not a parameter here');
  }
  assertEquals(fixture.log.message(id)?.updatedAt, fixture.log.message(id)?.createdAt);
});

Deno.test("the routes report what went wrong, and tell the client nothing of it", async () => {
  using fixture = new LogFixture();
  fixture.log.sql.run("DROP TABLE invalid_events");
  const response = await fixture.app.request("/v1/invalid-events");
  const text = await response.text();
  assertEquals([response.status, JSON.parse(text).code], [500, "internal"]);
  assertEquals(/invalid_events|table|stack/.test(text), false);
  assertEquals(fixture.reports.length, 1);
});

Deno.test("POST /v1/epoch begins a new epoch, and tells whoever comes back with an id of the old one", async () => {
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
