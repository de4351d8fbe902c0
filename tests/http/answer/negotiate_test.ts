import { assertEquals } from "@std/assert";
import { negotiate } from "../../../src/http/answer/negotiate.ts";
import { LogFixture } from "../log_fixture.ts";

const SSE = "text/event-stream";
const JSON_TYPE = "application/json";
const NDJSON = "application/x-ndjson";

/** What a feed answers to each Accept; null is 406. */
const TABLE: [accept: string, type: string | null][] = [
  ["", SSE],
  ["*/*", SSE],
  ["*", SSE],
  ["text/*", SSE],
  ["application/*", JSON_TYPE],
  ["text/event-stream", SSE],
  ["TEXT/Event-Stream", SSE],
  ["application/json", JSON_TYPE],
  ["application/json; charset=utf-8", JSON_TYPE],
  ["application/x-ndjson", NDJSON],
  ["application/ndjson", "application/ndjson"],
  ["application/jsonl", "application/jsonl"],
  ["application/xml", null],
  ["text/html", null],
  ["application/problem+json", null],
  ["nonsense", null],
  ["*/*;q=0", null],
  ["text/event-stream;q=0", null],
  // What browsers and libraries send
  ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", SSE],
  ["application/json, text/plain, */*", JSON_TYPE],
  ["application/json, text/event-stream", JSON_TYPE],
  ["text/event-stream, application/json", SSE],
  ["text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", SSE],
  // Quality
  ["application/json;q=0.5, application/ndjson;q=0.6", "application/ndjson"],
  ["application/json;q=0.6, application/ndjson;q=0.5", JSON_TYPE],
  ["text/event-stream;q=0.1, application/*;q=0.2", JSON_TYPE],
  ["application/xml, application/json;q=0.1", JSON_TYPE],
  ["*/*, text/event-stream;q=0", JSON_TYPE],
  ["*/*;q=0.1, text/event-stream;q=0, application/json;q=0", NDJSON],
  ["application/json;q=0, */*", SSE],
  ["application/json;q=1.000, text/event-stream;q=0.999", JSON_TYPE],
  [",,application/json,", JSON_TYPE],
];
for (const [accept, type] of TABLE) {
  Deno.test(`GET /v1/events with Accept: ${accept || "(empty)"} is ${type ?? "406"}`, async () => {
    using fixture = new LogFixture();
    for (const method of ["GET", "HEAD"]) {
      const response = await fixture.app.request("/v1/events", {
        method,
        headers: { Accept: accept },
      });
      assertEquals(response.headers.get("Vary"), "Accept");
      const [sent] = response.headers.get("Content-Type")!.split(";");
      assertEquals(
        [response.status, sent],
        type === null ? [406, "application/problem+json"] : [200, type],
      );
      if (type === null && method === "GET") {
        const { code, available, detail } = await response.json();
        assertEquals(code, "not_acceptable");
        assertEquals(available, [
          SSE,
          JSON_TYPE,
          NDJSON,
          "application/ndjson",
          "application/jsonl",
        ]);
        for (const form of available) assertEquals(detail.includes(form), true);
      } else await response.body?.cancel();
    }
    assertEquals([fixture.open, fixture.clock.pending], [0, 0]);
  });
}

Deno.test("negotiate() reads a long hostile header to its end", () => {
  const accept = `${"a/b;q=0.5,".repeat(2_000)}application/json`;
  assertEquals(negotiate(accept, [SSE, JSON_TYPE]), JSON_TYPE);
});
