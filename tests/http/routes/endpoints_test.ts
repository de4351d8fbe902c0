import { assert, assertEquals } from "@std/assert";
import { LogFixture } from "../log_fixture.ts";

const SECRET = `whsec_${btoa("S3CRET".repeat(6))}`;
const siem = { url: "https://siem.example.com/in/S3CRET", secret: SECRET };

function send(fixture: LogFixture, method: string, name: string, body?: unknown) {
  return fixture.request(`/v1/endpoints/${name}`, {
    method,
    name: "ana",
    isAdmin: true,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

Deno.test("/v1/endpoints stores, changes and removes endpoints, and never shows a secret", async () => {
  using fixture = new LogFixture();
  const created = await send(fixture, "PUT", "siem", { ...siem, minLevel: "low" });
  const text = await created.text();
  assertEquals([created.status, JSON.parse(text).minLevel], [201, "low"]);
  const changed = await send(fixture, "POST", "siem", { minLevel: "high" });
  assertEquals([changed.status, (await changed.json()).minLevel], [200, "high"]);
  assertEquals(fixture.endpoints.find("siem")?.secret, SECRET);
  const list = await (await fixture.request("/v1/endpoints")).text();
  const one = await (await fixture.request("/v1/endpoints/siem")).json();
  assertEquals(JSON.parse(list).endpoints, [one]);
  assertEquals([one.url, one.secret, one.changedBy], ["https://siem.example.com", true, "ana"]);
  const removed = await send(fixture, "DELETE", "siem");
  assertEquals(await removed.json(), { name: "siem", removed: true });
  for (const method of ["GET", "POST", "DELETE"]) {
    const body = method === "POST" ? {} : undefined;
    assertEquals((await send(fixture, method, "siem", body)).status, 404, method);
  }
  const changes = await (await fixture.request("/v1/changes")).text();
  const all = [text, list, JSON.stringify(one), changes, JSON.stringify(fixture.reports)].join();
  assertEquals([all.includes("S3CRET"), all.includes(btoa("S3CRET"))], [false, false]);
  assertEquals(fixture.woken, 3);
});

Deno.test("PUT /v1/endpoints/:name tells every problem, and changes nothing", async () => {
  using fixture = new LogFixture();
  const response = await send(fixture, "PUT", "siem", { url: 5, format: "S3CRET", x: 1 });
  const { code, problems } = await response.json();
  assertEquals([response.status, code, problems.length], [422, "invalid_endpoint", 3]);
  assert(!JSON.stringify(problems).includes("S3CRET"));
  const none = await fixture.request("/v1/endpoints/siem", { method: "PUT", body: "{" });
  assertEquals([none.status, (await none.json()).code], [422, "invalid_endpoint"]);
  const large = await send(fixture, "PUT", "siem", { url: "x".repeat(70_000) });
  assertEquals([large.status, (await large.json()).code], [413, "too_large"]);
  assertEquals(fixture.endpoints.all, []);
});

Deno.test("/v1/endpoints leaves an endpoint of WEBHOOKS alone unless it is stored as a whole", async () => {
  using fixture = new LogFixture();
  fixture.configure([{ ...siem, name: "siem" }]);
  for (const method of ["POST", "DELETE"]) {
    const response = await send(fixture, method, "siem", { minLevel: "high" });
    const { code, detail } = await response.json();
    assertEquals([response.status, code], [409, "conflict"]);
    assert(detail.includes("WEBHOOKS"));
  }
  const stored = await send(fixture, "PUT", "siem", { ...siem, minLevel: "high" });
  const { source, overrides } = await stored.json();
  assertEquals([stored.status, source, overrides], [200, "stored", true]);
});

Deno.test("POST /v1/endpoints/:name/test sends a sample at once, and says what was answered and what to do", async () => {
  using fixture = new LogFixture();
  await send(fixture, "PUT", "siem", siem);
  const bodies: string[] = [];
  fixture.attempt = ({ request, webhookId }, { secret }) => {
    bodies.push(request.body);
    assertEquals([secret, JSON.parse(request.body).data.id], [SECRET, webhookId]);
    return Promise.resolve({
      kind: "permanent",
      code: "answered",
      status: 401,
      at: 0,
      durationMs: 7,
      excerpt: "invalid_token",
    });
  };
  const refused = await send(fixture, "POST", "siem/test?level=high");
  const { webhookId, hint, ...rest } = await refused.json();
  assertEquals([refused.status, rest], [200, {
    endpoint: "siem",
    accepted: false,
    kind: "permanent",
    code: "answered",
    status: 401,
    durationMs: 7,
    excerpt: "invalid_token",
  }]);
  assert(webhookId.length === 32 && hint.includes("key"));
  const { data } = JSON.parse(bodies[0]!);
  assertEquals([data.level, data.rule.id, data.rule.tags], ["high", "panoptes-test", [
    "panoptes.test",
  ]]);
  assert(data.summary.startsWith("Test: ") && data.summary.includes("ana"));
  fixture.attempt = () =>
    Promise.resolve({ kind: "ok", code: "answered", status: 204, at: 0, durationMs: 1 });
  const accepted = await (await send(fixture, "POST", "siem/test")).json();
  assertEquals([accepted.accepted, accepted.hint], [true, null]);
  assertEquals(
    fixture.log.alertsAfter(0, 9).length + fixture.log.deliveries({ limit: 9 }).length,
    0,
  );
  const tested = fixture.log.changes(1e9, 2).map(({ what, details }) => [what, ...details]);
  assertEquals(tested, [["endpoint.tested", "answered 204"], ["endpoint.tested", "answered 401"]]);
});

Deno.test("POST /v1/endpoints/:name/test runs one test at a time, and refuses what it does not know", async () => {
  using fixture = new LogFixture();
  await send(fixture, "PUT", "siem", siem);
  const answered = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  fixture.attempt = async () => {
    begun.resolve();
    await answered.promise;
    return { kind: "ok", code: "answered", status: 204, at: 0, durationMs: 1 };
  };
  const first = send(fixture, "POST", "siem/test");
  await begun.promise;
  const second = await send(fixture, "POST", "siem/test");
  assertEquals([second.status, (await second.json()).code], [409, "conflict"]);
  answered.resolve();
  assertEquals((await first).status, 200);
  assertEquals((await send(fixture, "POST", "siem/test")).status, 200);
  assertEquals((await send(fixture, "POST", "chat/test")).status, 404);
  assertEquals((await send(fixture, "POST", "siem/test?level=loud")).status, 400);
});

Deno.test("POST /v1/endpoints/:name/resume gives an endpoint a fresh start", async () => {
  using fixture = new LogFixture();
  await send(fixture, "PUT", "siem", siem);
  const id = fixture.queueAlert("a");
  fixture.log.sql.run("UPDATE outbox SET state = 'waiting', round = 5, due_at = 9e14");
  const resumed = await send(fixture, "POST", "siem/resume");
  assertEquals([resumed.status, (await resumed.json()).name], [200, "siem"]);
  const { dueAt = null } = fixture.log.message(id) ?? {};
  assert(dueAt !== null && dueAt <= fixture.clock.now());
  assertEquals((await send(fixture, "POST", "chat/resume")).status, 404);
  const [change] = fixture.log.changes(1e9, 1);
  assertEquals([change?.by, change?.what, change?.about], ["ana", "endpoint.resumed", "siem"]);
});

Deno.test("GET /v1/changes lists who has changed what, newest first, page by page", async () => {
  using fixture = new LogFixture();
  const id = fixture.queueAlert("a");
  fixture.log.sql.run("UPDATE outbox SET state = 'dead', due_at = NULL");
  const asAna = (path: string, method: string, body?: unknown) =>
    fixture.request(path, {
      method,
      name: "ana",
      isAdmin: true,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  await send(fixture, "PUT", "siem", siem);
  await asAna(`/v1/deliveries/${id}/redeliver`, "POST");
  await asAna("/v1/alerts/a/state", "PUT", { state: "closed", note: "Known" });
  await asAna("/v1/alerts/a/state", "PUT", { state: "closed", note: "Known" }); // the same again
  const silence = {
    fields: { user: "Ana" },
    until: new Date(fixture.clock.now() + 60_000).toISOString(),
    reason: "Maintenance",
  };
  const added = await (await asAna("/v1/silences", "POST", silence)).json();
  await asAna(`/v1/silences/${added.id}`, "DELETE");
  await asAna("/v1/rules", "DELETE");
  await asAna("/v1/epoch", "POST");
  const first = await (await fixture.request("/v1/changes?limit=4")).json();
  const second = await (await fixture.request(`/v1/changes?limit=4&before=${first.next}`)).json();
  const all = [...first.changes, ...second.changes];
  assertEquals(all.map(({ what }) => what), [
    "epoch.raised",
    "rules.reset",
    "silence.removed",
    "silence.added",
    "alert.state",
    "deliveries.redelivered",
    "endpoint.created",
  ]);
  assertEquals(new Set(all.map(({ by }) => by)), new Set(["ana"]));
  assertEquals([all[4].about, all[4].details], ["a", ["closed"]]);
  assertEquals([all[6].about, all[6].details], ["siem", ["secret", "url"]]);
  assertEquals([second.next, Date.parse(all[0].at)], [null, fixture.clock.now()]);
});

Deno.test("POST /v1/endpoints/:name tells every problem, and changes nothing", async () => {
  using fixture = new LogFixture();
  await send(fixture, "PUT", "siem", siem);
  const invalid = await send(fixture, "POST", "siem", { minLevel: "loud", timeoutMs: 1 });
  assertEquals([invalid.status, (await invalid.json()).code], [422, "invalid_endpoint"]);
  const large = await send(fixture, "POST", "siem", { url: "x".repeat(70_000) });
  assertEquals([large.status, (await large.json()).code], [413, "too_large"]);
  assertEquals(fixture.endpoints.find("siem")?.minLevel, "medium");
});
