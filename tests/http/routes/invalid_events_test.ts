import { assertEquals } from "@std/assert";
import { LogFixture } from "../log_fixture.ts";

Deno.test("GET /v1/invalid-events splits large items into several pages, each item once", async () => {
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

Deno.test("GET /v1/invalid-events shows the items that were set aside, as strings", async () => {
  using fixture = new LogFixture();
  fixture.log.transaction(() =>
    fixture.log.keepInvalid([{ value: 7, issues: ["Expected Object"] }], 0)
  );
  const { invalidEvents } = await (await fixture.app.request("/v1/invalid-events")).json();
  assertEquals(invalidEvents, [{
    seq: 1,
    recordedAt: "1970-01-01T00:00:00.000Z",
    issues: ["Expected Object"],
    sha256: "7902699be42c8a8e46fbbb4501726517e86b22c56a189f7625a6da49081b2451",
    sent: "7",
  }]);
});
