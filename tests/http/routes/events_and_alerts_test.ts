import { assert, assertEquals } from "@std/assert";
import { SseReader } from "../../support/read_sse.ts";
import { settled } from "../../support/manual_clock.ts";
import { LogFixture } from "../log_fixture.ts";

const accept = (type: string, more: Record<string, string> = {}) => ({
  headers: { Accept: type, ...more },
});
const JSON_TYPE = accept("application/json");
const NDJSON = accept("application/x-ndjson");

async function lines(response: Response) {
  const text = await response.text();
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

Deno.test("GET /v1/events is an event stream for a client without a preference, such as curl", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 3);
  for (
    const init of [{}, accept("*/*"), accept("text/event-stream"), accept("text/html,*/*;q=0.8")]
  ) {
    const response = await fixture.app.request("/v1/events", init);
    assertEquals(response.headers.get("Content-Type"), "text/event-stream; charset=utf-8");
    assertEquals(response.headers.get("Cache-Control"), "no-cache, no-transform");
    assertEquals(response.headers.get("X-Accel-Buffering"), "no");
    const reader = new SseReader(response.body!);
    const messages = await reader.take(4);
    assertEquals(messages.map(({ id, event }) => [id, event]), [
      [fixture.id(0), "ready"],
      [fixture.id(1), "audit"],
      [fixture.id(2), "audit"],
      [fixture.id(3), "audit"],
    ]);
    assertEquals(JSON.parse(messages[1]!.data).event, "Event 1");
    await reader.cancel();
  }
});

for (
  const [name, query, headers] of [
    ["Last-Event-ID", "", true],
    ["last_event_id", "?last_event_id=", false],
    ["lastEventId", "?lastEventId=", false],
    ["after", "?after=", false],
  ] as const
) {
  Deno.test(`GET /v1/events continues after ${name}, in every form`, async () => {
    using fixture = new LogFixture();
    await fixture.recordEvents(1, 5);
    const id = fixture.id(3);
    const path = `/v1/events${query && query + id}`;
    const header: Record<string, string> = headers ? { "Last-Event-ID": id } : {};
    const reader = new SseReader(
      (await fixture.app.request(path, { headers: header })).body!,
    );
    assertEquals((await reader.take(3)).map(({ id }) => id), [3, 4, 5].map((n) => fixture.id(n)));
    await reader.cancel();
    const page = await (await fixture.app.request(path, accept("application/json", header))).json();
    assertEquals(page.events.map(({ id }: { id: string }) => id), [fixture.id(4), fixture.id(5)]);
    const rows = await lines(
      await fixture.app.request(path, accept("application/x-ndjson", header)),
    );
    assertEquals(rows.map(({ id }) => id), [fixture.id(4), fixture.id(5)]);
  });
}

Deno.test("GET /v1/events prefers the header, since a client that reconnects repeats its first query", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 5);
  const path = `/v1/events?last_event_id=${fixture.id(1)}`;
  const reader = new SseReader(
    (await fixture.app.request(path, { headers: { "Last-Event-ID": fixture.id(4) } })).body!,
  );
  assertEquals((await reader.next())?.id, fixture.id(4));
  await reader.cancel();
});

Deno.test("GET /v1/events follows events that are recorded later", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 1);
  const response = await fixture.app.request("/v1/events?last_event_id=latest");
  const reader = new SseReader(response.body!);
  assertEquals((await reader.next())?.event, "ready");
  await fixture.recordEvents(2, 3);
  assertEquals((await reader.take(2)).map(({ id }) => id), [fixture.id(2), fixture.id(3)]);
  await reader.cancel();
});

Deno.test("GET /v1/events shows no event before it is durable, in any form", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 1);
  const settling = Promise.withResolvers<void>();
  fixture.durable = () => settling.promise;
  const reader = new SseReader((await fixture.app.request("/v1/events")).body!);
  await reader.take(2);
  await fixture.recordEvents(2, 2);
  await settled();
  assertEquals(
    (await (await fixture.app.request("/v1/events", JSON_TYPE)).json()).events.length,
    1,
  );
  assertEquals((await lines(await fixture.app.request("/v1/events", NDJSON))).length, 1);
  const next = reader.next();
  await settled();
  settling.resolve();
  assertEquals((await next)?.id, fixture.id(2));
  await settled();
  assertEquals(
    (await (await fixture.app.request("/v1/events", JSON_TYPE)).json()).events.length,
    2,
  );
  await reader.cancel();
});

Deno.test("GET /v1/events as JSON pages through the log by `next`, every event once", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 25);
  await settled();
  const seen: string[] = [];
  let path = "/v1/events?limit=10";
  for (let page = 0; page < 5; page++) {
    const { events, next, more, gap } = await (await fixture.app.request(path, JSON_TYPE)).json();
    assertEquals(gap, null);
    seen.push(...events.map(({ event }: { event: { event: string } }) => event.event));
    path = `/v1/events?limit=10&after=${next}`;
    assertEquals(more, seen.length < 25);
    if (!more) break;
  }
  assertEquals(seen, Array.from({ length: 25 }, (_, index) => `Event ${index + 1}`));
});

Deno.test("GET /v1/events as JSON says where to continue, even if the log is empty", async () => {
  using fixture = new LogFixture();
  const page = await (await fixture.app.request("/v1/events", JSON_TYPE)).json();
  assertEquals(page, { events: [], next: fixture.id(0), more: false, gap: null });
});

Deno.test("GET /v1/events as NDJSON streams the whole log, and honours limit", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 700);
  await settled();
  const response = await fixture.app.request("/v1/events", NDJSON);
  assertEquals(response.headers.get("Content-Type"), "application/x-ndjson");
  const all = await lines(response);
  assertEquals(all.length, 700);
  assertEquals(Object.keys(all[0]), ["id", "recordedAt", "event"]);
  assertEquals(all.at(-1).event.event, "Event 700");
  for (const limit of [1, 128, 129, 300]) {
    assertEquals(
      (await lines(await fixture.app.request(`/v1/events?limit=${limit}`, NDJSON))).length,
      limit,
    );
  }
});

Deno.test("GET /v1/events announces a gap in every form", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 9);
  const { log } = fixture;
  log.transaction(() => log.sql.run("DELETE FROM events WHERE seq < 6"));
  await settled();
  const path = `/v1/events?after=${fixture.id(2)}`;
  const gap = { requested: fixture.id(2), from: fixture.id(5), lost: 3 };
  const page = await (await fixture.app.request(path, JSON_TYPE)).json();
  assertEquals([page.gap, page.events.length], [gap, 4]);
  const [first, ...rest] = await lines(await fixture.app.request(path, NDJSON));
  assertEquals([first, rest.length], [{ gap }, 4]);
  const reader = new SseReader((await fixture.app.request(path)).body!);
  const message = await reader.next();
  assertEquals([message?.event, JSON.parse(message!.data)], ["gap", gap]);
  await reader.cancel();
});

Deno.test("GET /v1/events answers an invalid id with a gap in a stream, and with 400 otherwise", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 2);
  const reader = new SseReader(
    (await fixture.app.request("/v1/events", { headers: { "Last-Event-ID": "nonsense" } })).body!,
  );
  assertEquals((await reader.take(4)).map(({ event }) => event), [
    "gap",
    "ready",
    "audit",
    "audit",
  ]);
  await reader.cancel();
  for (const form of [JSON_TYPE, NDJSON]) {
    const response = await fixture.app.request("/v1/events?after=nonsense", form);
    assertEquals([response.status, (await response.json()).code], [400, "invalid_request"]);
  }
});

for (
  const [query, word] of [
    ["limit=0", "limit"],
    ["limit=10001", "limit"],
    ["limit=-1", "limit"],
    ["limit=1e3", "limit"],
    ["limit=", "limit"],
    ["limit=5&limit=6", "limit"],
    ["limits=5", "limits"],
    ["__proto__=1", "__proto__"],
    [`${"x".repeat(5_000)}=1`, "xxx"],
  ] as const
) {
  Deno.test(`GET /v1/events?${query.slice(0, 30)} is refused by name`, async () => {
    using fixture = new LogFixture();
    const response = await fixture.app.request(`/v1/events?${query}`, JSON_TYPE);
    const { code, detail } = await response.json();
    assertEquals([response.status, code], [400, "invalid_request"]);
    assert(detail.includes(word), detail);
    assert(detail.length < 200, detail);
  });
}

Deno.test("GET /v1/events refuses limit for an event stream", async () => {
  using fixture = new LogFixture();
  const response = await fixture.app.request("/v1/events?limit=5");
  assertEquals([response.status, (await response.json()).code], [400, "invalid_request"]);
});

Deno.test("HEAD /v1/events opens no subscriber", async () => {
  using fixture = new LogFixture();
  const response = await fixture.app.request("/v1/events", { method: "HEAD" });
  assertEquals(response.headers.get("Content-Type"), "text/event-stream; charset=utf-8");
  assertEquals((fixture.access.events as unknown as { followers: number }).followers, 0);
  assertEquals(fixture.clock.pending, 0);
});

Deno.test("GET /v1/alerts offers alerts in every form", async () => {
  using fixture = new LogFixture();
  fixture.queueAlert("abc");
  await settled();
  const { alerts } = await (await fixture.app.request("/v1/alerts", JSON_TYPE)).json();
  assertEquals([alerts.length, alerts[0].id, alerts[0].alert.id], [1, fixture.id(1), "abc"]);
  const reader = new SseReader((await fixture.app.request("/v1/alerts")).body!);
  const [, message] = await reader.take(2);
  assertEquals([message?.event, message?.id, JSON.parse(message!.data).rule.title], [
    "alert",
    fixture.id(1),
    "Login failed",
  ]);
  await reader.cancel();
});

Deno.test("GET /v1/events reads large events a few at a time, in every form, and all of them", async () => {
  using fixture = new LogFixture();
  const events = Array.from({ length: 40 }, (_, n) => ({
    event: `Event ${n}`,
    user: "x".repeat(200_000),
    date: new Date(n * 1_000).toISOString(),
  }));
  fixture.log.transaction(() => fixture.log.record(events, { now: 1 }));
  await settled();
  let maxRows = 0;
  const { eventsAfter } = fixture.log;
  fixture.log.eventsAfter = (...query) => {
    const rows = eventsAfter(...query);
    maxRows = Math.max(maxRows, rows.length);
    return rows;
  };
  const { events: page, more } = await (await fixture.app.request("/v1/events", JSON_TYPE)).json();
  assertEquals([page.length > 15 && page.length < 25, more], [true, true]);
  assertEquals((await lines(await fixture.app.request("/v1/events", NDJSON))).length, 40);
  const reader = new SseReader((await fixture.app.request("/v1/events")).body!);
  assertEquals((await reader.take(41)).length, 41);
  await reader.cancel();
  assertEquals(maxRows, 1);
});
