import { assert, assertEquals, assertRejects } from "@std/assert";
import { SseReader } from "../../support/read_sse.ts";
import { settled } from "../../support/manual_clock.ts";
import { StreamLimit } from "../../../src/http/access/stream_limit.ts";
import type { RuleSummary } from "../../../src/http/log_access.ts";
import { LogFixture } from "../log_fixture.ts";

const SSE = { headers: { Accept: "text/event-stream" } };
const NDJSON = { headers: { Accept: "application/x-ndjson" } };
const JSON_TYPE = { headers: { Accept: "application/json" } };

const FORMS: [string, RequestInit][] = [["SSE", SSE], ["NDJSON", NDJSON], ["JSON", JSON_TYPE]];

Deno.test("the limit on open streams covers both feeds and every form together", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 300);
  const open = [];
  for (let n = 0; n < 10; n++) {
    const path = n % 2 === 0 ? "/v1/events" : "/v1/alerts";
    open.push(await fixture.request(path, { ...FORMS[n % 3]![1], isAdmin: true }));
  }
  assertEquals(fixture.open, 10);

  const refusal = fixture.request("/v1/events", { ...SSE, isAdmin: true });
  await fixture.clock.pass(1_000);
  const full = await refusal;
  assertEquals([full.status, full.headers.get("Content-Type")], [
    200, // a browser never reconnects after any other status
    "text/event-stream; charset=utf-8",
  ]);
  assertEquals(
    await full.text(),
    ': welcome\n\nretry: 30000\n\nevent: overloaded\ndata: {"retryMs":30000,"detail":' +
      '"The token siem has 10 of 10 streams open, which is its part"}\n\n',
  );
  for (const form of [NDJSON, JSON_TYPE]) {
    const refusal = fixture.request("/v1/events", { ...form, isAdmin: true });
    await fixture.clock.pass(1_000);
    const refused = await refusal;
    assertEquals([refused.status, refused.headers.get("Retry-After")], [503, "30"]);
    const { code, detail } = await refused.json();
    assertEquals(code, "overloaded");
    assert(detail.includes("The token siem has 10 of 10 streams"));
  }
  assertEquals((await fixture.request("/v1/events", { method: "HEAD", ...SSE })).status, 200);
  assertEquals(fixture.streams.counts().refused, 3);

  for (const response of open) await response.body!.cancel();
  assertEquals(fixture.open, 0);
  const reader = new SseReader((await fixture.request("/v1/events", SSE)).body!);
  assertEquals((await reader.next())?.event, "ready");
  await reader.cancel();
  assertEquals([fixture.open, fixture.clock.pending], [0, 0]);
});

Deno.test("a HEAD request has the headers of a long answer, and holds no place", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 3);
  const value = "x".repeat(50_000);
  fixture.log.transaction(() => fixture.log.keepInvalid([{ value, issues: [] }], 1));
  for (
    const [path, init, type] of [
      ["/v1/events", NDJSON, "application/x-ndjson"],
      ["/v1/events?event=Event", JSON_TYPE, "application/json"],
      ["/v1/backup", {}, "application/x-ndjson"],
      ["/v1/invalid-events", {}, "application/json"],
    ] as const
  ) {
    const response = await fixture.request(path, { method: "HEAD", isAdmin: true, ...init });
    const { status, headers, body } = response;
    assertEquals([status, headers.get("Content-Type"), body], [200, type, null], path);
    assertEquals([fixture.open, fixture.clock.pending], [0, 0], path);
  }
});

/** Requests an event stream as a token, and returns whether it got one. */
async function follows(fixture: LogFixture, name: string, isAdmin = false): Promise<boolean> {
  const request = fixture.request("/v1/events", { ...SSE, name, isAdmin });
  await fixture.clock.pass(1_000);
  const reader = new SseReader((await request).body!);
  const first = await reader.next();
  reader.next(); // goes on reading
  return first?.event === "ready";
}

Deno.test("one token cannot take more than half of the streams, and readers leave a tenth to admin", async () => {
  using fixture = new LogFixture();
  const got: Record<string, number> = { siem: 0, script: 0, operator: 0 };
  for (let n = 0; n < 12; n++) if (await follows(fixture, "siem")) got["siem"]!++;
  for (let n = 0; n < 12; n++) if (await follows(fixture, "script")) got["script"]!++;
  if (await follows(fixture, "operator", true)) got["operator"]!++;
  assertEquals(got, { siem: 5, script: 4, operator: 1 });
  assertEquals(fixture.streams.counts(), {
    open: 10,
    max: 10,
    maxPerToken: 5,
    keptForAdmin: 1,
    refused: 7 + 8,
  });
});

Deno.test("a token that holds less than its part gets a place of whoever holds most, whose stream ends as usual", async () => {
  using fixture = new LogFixture();
  const ask = async (name: string, times: number, isAdmin = false) => {
    for (let n = 0; n < times; n++) await follows(fixture, name, isAdmin);
  };
  const held = () =>
    Object.fromEntries(Array.from(fixture.streams.byToken(), ([name, { open }]) => [name, open]));
  await ask("operator", 10, true);
  assertEquals(held(), { operator: 10 });
  await ask("siem", 7);
  assertEquals(held(), { operator: 5, siem: 5 });
  await ask("script", 7);
  await ask("siem", 1);
  await ask("operator", 1, true);
  const shares = Object.values(held()).sort();
  assertEquals([shares, fixture.open], [[3, 3, 4], 10]);
  const ends = fixture.requests.map(({ end }) => end);
  assertEquals(ends.filter((end) => end === "yielded").length, 5 + 3);
});

Deno.test("an answer that must be complete never makes room, and a limit of one serves a reader", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 300);
  const open = [];
  for (let n = 0; n < 10; n++) {
    open.push(await fixture.request("/v1/events", { ...NDJSON, name: "operator", isAdmin: true }));
  }
  assertEquals(await follows(fixture, "siem"), false);
  for (const { body } of open) await body?.cancel();
  const one = new StreamLimit(1, fixture.clock);
  assertEquals("release" in await one.acquire({ name: "siem", isAdmin: false }), true);
});

Deno.test("a reader that is gone makes room at once when room runs out, and one that reads stays", async () => {
  using fixture = new LogFixture();
  const living: string[] = [];
  for (let n = 0; n < 5; n++) {
    const reader = (await fixture.request("/v1/events", SSE)).body!.getReader();
    await reader.read();
    const next = reader.read();
    // The runtime notices only when it writes that the connection of the third one is closed.
    if (n === 2) next.then(() => reader.cancel());
    else next.then(({ value }) => living.push(new TextDecoder().decode(value)));
  }
  await fixture.clock.pass(2_000);
  const response = await fixture.request("/v1/events", SSE); // without any time passing
  assertEquals(await new SseReader(response.body!).next().then((first) => first?.event), "ready");
  assertEquals(living, Array(4).fill(": heartbeat\n\n"));
  assertEquals(fixture.open, 5);
});

for (const [form, init] of FORMS) {
  Deno.test(`a reader that has stalled makes room when room runs out: ${form}`, async () => {
    using fixture = new LogFixture();
    await fixture.recordEvents(1, 300);
    for (let n = 0; n < 5; n++) await fixture.request("/v1/events", init);
    await fixture.clock.pass(4_000);
    const early = fixture.request("/v1/events", NDJSON);
    await fixture.clock.pass(999); // they may still be about to read
    assertEquals(fixture.open, 5);
    await fixture.clock.pass(1);
    assertEquals((await early).status, 503);
    const response = await fixture.request("/v1/events", init);
    assertEquals([response.status, fixture.open], [200, 1]);
    await response.body!.cancel();
    assertEquals([fixture.open, fixture.clock.pending], [0, 0]);
  });
}

const ENDS: [string, (response: Response, stop: AbortController) => Promise<unknown>][] = [
  ["is read to its end", (response) => response.text()],
  ["is cancelled", (response) => response.body!.cancel()],
  ["is aborted", async (response, stop) => {
    stop.abort();
    await assertRejects(() => response.text());
  }],
];
/** Every answer that may be long. */
const LONG: [string, string, RequestInit][] = [
  ["NDJSON", "/v1/events", NDJSON],
  ["JSON", "/v1/events", JSON_TYPE],
  ["a list of invalid events", "/v1/invalid-events", {}],
  ["the rules", "/v1/rules", {}],
  ["a list of deliveries", "/v1/deliveries", {}],
  ["a delivery with its attempts", "/v1/deliveries/1", {}],
];

/** A log in which every answer is long. */
async function longFixture(): Promise<LogFixture> {
  const fixture = new LogFixture();
  await fixture.recordEvents(1, 300);
  const invalid = Array.from(
    { length: 300 },
    (_, n) => ({ value: `${n}${"x".repeat(2_000)}`, issues: [] }),
  );
  fixture.log.transaction(() => fixture.log.keepInvalid(invalid, 0));
  for (let n = 0; n < 100; n++) fixture.queueAlert(`alert-${n}`);
  for (let number = 1; number <= 20; number++) {
    fixture.log.sql.run(
      "INSERT INTO attempts (message, number, at, duration_ms, kind, code, status, excerpt) VALUES (1, ?, 0, 1, 'retry', 'answered', 500, ?)",
      number,
      "x".repeat(4_000),
    );
  }
  const title = "A rule with a long title ".repeat(10);
  const rule: RuleSummary = {
    id: title,
    title,
    name: null,
    level: null,
    status: null,
    description: title,
    tags: [],
  };
  fixture.access.rules = () => Array<RuleSummary>(500).fill(rule);
  return fixture;
}

for (const [answer, path, init] of LONG) {
  for (const [name, end] of ENDS) {
    Deno.test(`${answer}: it counts as a stream until it ${name}`, async () => {
      using fixture = await longFixture();
      const stop = new AbortController();
      const response = await fixture.request(path, { ...init, signal: stop.signal });
      assertEquals(fixture.open, 1);
      await end(response, stop);
      assertEquals([fixture.open, fixture.clock.pending], [0, 0]);
    });
  }

  Deno.test(`${answer}: it fails when its reader stalls for a minute, and cannot be mistaken for complete`, async () => {
    using fixture = await longFixture();
    const reader = (await fixture.request(path, init)).body!.getReader();
    await reader.read();
    await fixture.clock.pass(50_000);
    await reader.read();
    await fixture.clock.pass(59_999);
    assertEquals(fixture.open, 1);
    await fixture.clock.pass(1);
    assertEquals([fixture.open, fixture.clock.pending], [0, 0]);
    await assertRejects(() => reader.read(), Error, "stalled");
  });

  Deno.test(`${answer}: it is refused when too many streams are open`, async () => {
    using fixture = await longFixture();
    for (let n = 0; n < 5; n++) await fixture.request("/v1/events", SSE);
    const refusal = fixture.request(path, init);
    await fixture.clock.pass(1_000);
    const refused = await refusal;
    assertEquals([refused.status, (await refused.json()).code], [503, "overloaded"]);
  });

  Deno.test(`${answer}: all of it arrives, in chunks of at most 64 KiB`, async () => {
    using fixture = await longFixture();
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of (await fixture.request(path, init)).body!) {
      assert(chunk.length <= 65_536);
      text += decoder.decode(chunk, { stream: true });
    }
    const lines = init === NDJSON ? text.trimEnd().split("\n") : [text];
    const values = lines.map((line) => JSON.parse(line));
    const [list] = Object.values(values[0]).filter((member) => Array.isArray(member));
    assertEquals(
      (list as unknown[] | undefined ?? values).length,
      {
        "/v1/events": 300,
        "/v1/rules": 500,
        "/v1/invalid-events": 100,
        "/v1/deliveries": 100,
        "/v1/deliveries/1": 20,
      }[path],
    );
  });
}

Deno.test("NDJSON fails when the log cannot be read, and counts as closed", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 300);
  const response = await fixture.app.request("/v1/events", NDJSON);
  await settled();
  fixture.log.sql.run("DROP TABLE events");
  await assertRejects(() => response.text());
  assertEquals([fixture.open, fixture.clock.pending], [0, 0]);
});

Deno.test("a JSON answer counts as closed even if the log cannot be read", async () => {
  using fixture = new LogFixture();
  fixture.log.sql.run("DROP TABLE alerts");
  assertEquals((await fixture.app.request("/v1/alerts", JSON_TYPE)).status, 500);
  assertEquals(fixture.open, 0);
});

Deno.test("the streams of a token that is removed end, and its answers that must be complete fail; others stay", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 300);
  const open = async (init: Parameters<LogFixture["request"]>[1]) => {
    const reader = (await fixture.request("/v1/events", init)).body!.getReader();
    await reader.read();
    return async () => {
      while (!(await reader.read()).done);
      return "ended";
    };
  };
  const gone = [
    await open({ ...SSE, sha256: "removed" }),
    await open({ ...NDJSON, sha256: "removed" }),
  ];
  const stays = [
    await open({ ...NDJSON, sha256: "valid" }),
    await open({ ...NDJSON, sha256: "" }), // a person
  ];
  fixture.streams.keepOnly(new Set(["valid"]));
  assertEquals(fixture.requests.map(({ end }) => end), ["revoked", "revoked"]);
  const outcomes = [...gone, ...stays].map((read) => read().catch(({ message }) => message));
  assertEquals(await Promise.all(outcomes), ["ended", "The token was removed", "ended", "ended"]);
});
