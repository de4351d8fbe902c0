import { assertEquals } from "@std/assert";
import { parseRequested, resumeAt } from "../../src/sse/resume_at.ts";

const range = { epoch: "k3", oldest: 5, newest: 9 };
const lost = (requested: string | null, lost: number | null) => ({
  after: 4,
  gap: { requested, from: "k3.4", lost },
});

const cases: [string, string | undefined, ReturnType<typeof resumeAt>][] = [
  ["no id begins at the oldest", undefined, { after: 4 }],
  ["an empty id begins at the oldest", "", { after: 4 }],
  ["earliest begins at the oldest", "earliest", { after: 4 }],
  ["latest begins after the newest", "latest", { after: 9 }],
  ["a known id continues after it", "k3.7", { after: 7 }],
  ["the newest id waits for the next", "k3.9", { after: 9 }],
  ["the last evicted id misses nothing", "k3.4", { after: 4 }],
  ["an evicted id misses everything in between", "k3.3", lost("k3.3", 1)],
  ["an id from the future is unknown", "k3.10", lost("k3.10", null)],
  ["an id of another epoch is unknown", "k2.7", lost("k2.7", null)],
  ["an invalid id is not echoed", "<script>", lost(null, null)],
];
for (const [promise, asked, start] of cases) {
  Deno.test(`resumeAt(): ${promise}`, () =>
    assertEquals(resumeAt(range, parseRequested(asked)), start));
}

Deno.test("resumeAt() misses nothing in a log that never had anything", () => {
  for (const oldest of [0, 1]) {
    const empty = { epoch: "k3", oldest, newest: 0 };
    for (const asked of [undefined, "latest", "k3.0"]) {
      assertEquals(resumeAt(empty, parseRequested(asked)), { after: 0 });
    }
  }
});

Deno.test("resumeAt() counts what is lost when everything was evicted", () => {
  assertEquals(resumeAt({ epoch: "k3", oldest: 10, newest: 9 }, { epoch: "k3", seq: 7 }), {
    after: 9,
    gap: { requested: "k3.7", from: "k3.9", lost: 2 },
  });
});
