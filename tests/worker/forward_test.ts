import { assertEquals, assertStringIncludes } from "@std/assert";
import { forward, isRetryable } from "../../src/worker/forward.ts";

const errors: [string, unknown, boolean][] = [
  ["is retryable", { retryable: true }, true],
  ["is overloaded", { retryable: true, overloaded: true }, false],
  ["has no such member", new Error("gone"), false],
  ["has another value there", { retryable: "true" }, false],
  ["is undefined", undefined, false],
  ["is null", null, false],
];
for (const [name, error, expected] of errors) {
  Deno.test(`isRetryable() is ${expected} for an error that ${name}`, () => {
    assertEquals(isRetryable(error), expected);
  });
}

async function call(method: string, ...answers: (Response | unknown)[]) {
  const reports: unknown[] = [];
  let calls = 0;
  const response = await forward(
    () => {
      const answer = answers[calls++];
      return answer instanceof Response ? Promise.resolve(answer) : Promise.reject(answer);
    },
    new Request("https://panoptes.test/v1/status", { method }),
    (error) => reports.push(error),
  );
  return { calls, status: response.status, reports };
}

const again = Object.assign(new Error("reset"), { retryable: true });

Deno.test("forward() repeats a read that may succeed", async () => {
  assertEquals(await call("GET", again, new Response()), { calls: 2, status: 200, reports: [] });
});

Deno.test("forward() tries at most twice, and then answers that the log cannot be reached", async () => {
  assertEquals(await call("GET", again, again), { calls: 2, status: 503, reports: [again] });
});

Deno.test("forward() never repeats a change", async () => {
  assertEquals(await call("POST", again), { calls: 1, status: 503, reports: [again] });
});

Deno.test("forward() does not repeat a call to an overloaded log", async () => {
  const busy = { retryable: true, overloaded: true };
  assertEquals(await call("GET", busy), { calls: 1, status: 503, reports: [busy] });
});

const FOLLOWING: [string, string | undefined, boolean][] = [
  ["/v1/events", "text/event-stream", true],
  ["/v1/alerts?after=latest", "application/json;q=0.5, text/event-stream", true],
  ["/v1/events", undefined, true],
  ["/v1/events", "application/json", false],
  ["/v1/events", "application/json, text/event-stream;q=0", false],
  ["/v1/status", "text/event-stream", false],
];
for (const [path, accept, isStream] of FOLLOWING) {
  const what = isStream ? "the client of an event stream to reconnect later" : "the status 503";
  Deno.test(`forward() tells ${what} if the log cannot be reached: ${path} as ${accept}`, async () => {
    const response = await forward(
      () => Promise.reject(again),
      new Request(`https://panoptes.test${path}`, { headers: accept ? { Accept: accept } : {} }),
      () => {},
    );
    const text = await response.text();
    if (!isStream) {
      return assertEquals([response.status, JSON.parse(text).code], [503, "unavailable"]);
    }
    assertEquals([response.status, response.headers.get("Content-Type")], [
      200,
      "text/event-stream; charset=utf-8",
    ]);
    assertStringIncludes(text, "retry: 30000\n\nevent: overloaded\n");
  });
}
