import { assertEquals, assertRejects } from "@std/assert";
import { SseReader } from "../support/read_sse.ts";
import { settled } from "../support/manual_clock.ts";
import { LogFixture } from "./log_fixture.ts";

const SSE = { headers: { Accept: "text/event-stream" } };
const NDJSON = { headers: { Accept: "application/x-ndjson" } };
const JSON_TYPE = { headers: { Accept: "application/json" } };

Deno.test("the limit on open streams covers both feeds and both streaming forms together", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 300);
  const open = [];
  for (let n = 0; n < 10; n++) {
    const path = n % 2 === 0 ? "/v1/events" : "/v1/alerts";
    open.push(await fixture.app.request(path, n < 6 ? SSE : NDJSON));
  }
  assertEquals(fixture.streams.open, 10);

  const full = await fixture.app.request("/v1/events", SSE);
  assertEquals([full.status, full.headers.get("Content-Type")], [
    200, // a browser never reconnects after any other status
    "text/event-stream; charset=utf-8",
  ]);
  assertEquals(
    await full.text(),
    ': welcome\n\nretry: 30000\n\nevent: overloaded\ndata: {"retryMs":30000}\n\n',
  );
  for (const form of [NDJSON, JSON_TYPE]) {
    const refused = await fixture.app.request("/v1/events", form);
    assertEquals([refused.status, refused.headers.get("Retry-After")], [503, "30"]);
    assertEquals((await refused.json()).code, "overloaded");
  }
  assertEquals((await fixture.app.request("/v1/events", { method: "HEAD", ...SSE })).status, 200);

  for (const response of open) await response.body!.cancel();
  assertEquals(fixture.streams.open, 0);
  const reader = new SseReader((await fixture.app.request("/v1/events", SSE)).body!);
  assertEquals((await reader.next())?.event, "ready");
  await reader.cancel();
  assertEquals([fixture.streams.open, fixture.clock.pending], [0, 0]);
});

const ENDS: [string, (response: Response, stop: AbortController) => Promise<unknown>][] = [
  ["is read to its end", (response) => response.text()],
  ["is cancelled", (response) => response.body!.cancel()],
  ["is aborted", async (response, stop) => {
    stop.abort();
    await assertRejects(() => response.text());
  }],
];
for (const [name, end] of ENDS) {
  Deno.test(`an NDJSON answer counts as closed when it ${name}`, async () => {
    using fixture = new LogFixture();
    await fixture.recordEvents(1, 300);
    const stop = new AbortController();
    const request = new Request("http://panoptes.test/v1/events", {
      ...NDJSON,
      signal: stop.signal,
    });
    const response = await fixture.app.request(request);
    assertEquals(fixture.streams.open, 1);
    await end(response, stop);
    assertEquals([fixture.streams.open, fixture.clock.pending], [0, 0]);
  });
}

Deno.test("NDJSON fails when its reader stalls for a minute, and cannot be mistaken for complete", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 300);
  const reader = (await fixture.app.request("/v1/events", NDJSON)).body!.getReader();
  await reader.read();
  await fixture.clock.pass(50_000);
  await reader.read();
  await fixture.clock.pass(59_999);
  assertEquals(fixture.streams.open, 1);
  await fixture.clock.pass(1);
  assertEquals([fixture.streams.open, fixture.clock.pending], [0, 0]);
  await assertRejects(() => reader.read(), Error, "stalled");
});

Deno.test("NDJSON fails when the log cannot be read, and counts as closed", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 300);
  const response = await fixture.app.request("/v1/events", NDJSON);
  await settled();
  fixture.log.sql.run("DROP TABLE events");
  await assertRejects(() => response.text());
  assertEquals([fixture.streams.open, fixture.clock.pending], [0, 0]);
});

Deno.test("a JSON answer counts as closed even if the log cannot be read", async () => {
  using fixture = new LogFixture();
  fixture.log.sql.run("DROP TABLE alerts");
  assertEquals((await fixture.app.request("/v1/alerts", JSON_TYPE)).status, 500);
  assertEquals(fixture.streams.open, 0);
});
