import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Webhook } from "standardwebhooks";
import {
  createReceiver,
  describeParts,
  describeWebhook,
  type ReceivedWebhook,
} from "../../src/local/webhook_receiver.ts";
import { newSecret } from "../../src/local/credentials.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");

function receiver(secret = newSecret()) {
  const received: ReceivedWebhook[] = [];
  const refused: string[] = [];
  const answer = createReceiver({
    secrets: [secret],
    onReceived: (webhook) => received.push(webhook),
    onRefused: (reason) => refused.push(reason),
    now: () => NOW,
  });
  return { secret, received, refused, answer };
}

/** A message as an independent implementation signs it. */
function signed(secret: string, id: string, body: string, at = NOW): Request {
  return new Request("http://127.0.0.1/", {
    method: "POST",
    body,
    headers: {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at / 1000)),
      "webhook-signature": new Webhook(secret).sign(id, new Date(at), body),
    },
  });
}

Deno.test("the receiver accepts what an independent implementation has signed, and counts repeats", async () => {
  const { secret, received, answer } = receiver();
  for (let n = 0; n < 2; n += 1) {
    assertEquals((await answer(signed(secret, "a1", '{"data":{}}'))).status, 204);
  }
  assertEquals(received.map(({ webhookId, repeats }) => [webhookId, repeats]), [["a1", 0], [
    "a1",
    1,
  ]]);
});

Deno.test("the receiver refuses what is unsigned, signed with another secret, changed or old, and other methods", async () => {
  const { secret, received, refused, answer } = receiver();
  const changed = signed(secret, "a1", "{}");
  const cases: [Request, number][] = [
    [signed(newSecret(), "a1", "{}"), 401],
    [new Request(changed, { body: "[]" }), 401],
    [signed(secret, "a1", "{}", NOW - 600_000), 401],
    [new Request("http://127.0.0.1/", { method: "POST", body: "{}" }), 401],
    [new Request("http://127.0.0.1/"), 405],
    [signed(secret, "a1", "x".repeat(1_100_000)), 413],
    [signed(secret, "a1", "not JSON"), 400],
  ];
  for (const [request, status] of cases) assertEquals((await answer(request)).status, status);
  assertEquals([received.length, refused.length], [0, cases.length]);
});

Deno.test("the line about an alert has no control characters, whatever the event says", () => {
  const hostile = "Eve\u001b]0;owned\u0007\r\n\u202eA(eve@example.com)\u2028\u0000";
  const line = describeWebhook({
    webhookId: "abcdefghijklmnop",
    repeats: 2,
    body: { data: { level: hostile, summary: hostile, backfilled: true } },
  });
  // deno-lint-ignore no-control-regex
  assertEquals(/[\u0000-\u001f\u007f-\u009f\u2028\u202e]/.test(line), false, line);
  assertStringIncludes(line, "received 3 times");
  assertStringIncludes(line, "(backfilled)");
  assertStringIncludes(line, "Eve");
});

Deno.test("the parts of an alert are shown on a line each, whatever they contain", () => {
  const part = (title: unknown, count: unknown) => ({
    title,
    count,
    firstAt: "2026-11-22T10:00:00Z",
  });
  const parts = [part("Many\u001b[2J failed logins", 3), part(7, "x"), null, ...Array(20).fill({})];
  const lines = describeParts({ body: { data: { parts } } });
  assertEquals(lines.length, 10);
  assertMatch(lines[0]!, /^- .*\d\d:\d\d:\d\d.* {2}Many\ufffd\[2J failed logins, 3 times$/);
  for (const body of [null, {}, { data: { parts: "x" } }]) {
    assertEquals(describeParts({ body }), []);
  }
});

Deno.test("a body of any shape can be shown on one line", () => {
  for (const body of [null, 7, "x", [], {}, { data: null }, { data: { event: [] } }]) {
    assertStringIncludes(describeWebhook({ webhookId: "a1", repeats: 0, body }), "verified");
  }
});
