import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { toWebhook, WebhookError, type WebhookOptions } from "@panoptes/user-events";
import { toAlert } from "../../src/alert/to_alert.ts";
import { verify } from "../../src/delivery/verify.ts";
import type { Clock } from "../../src/stream/clock.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW = Date.UTC(2026, 0, 1);

const alertOf = (user: string, level = "high") =>
  toAlert({ title: "Failed login", level }, { event: "Login failed.", user }, {
    identity: user,
    occurrence: 1,
  });

/** A receiver on loopback that answers with the given statuses in turn, then with 204. */
function receiver(...statuses: number[]) {
  const seen: { headers: Headers; body: Uint8Array<ArrayBuffer> }[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    seen.push({ headers: request.headers, body: await request.bytes() });
    return new Response(null, { status: statuses[seen.length - 1] ?? 204 });
  });
  return {
    seen,
    options: {
      url: `http://127.0.0.1:${server.addr.port}/hooks/T000-made-up-key`,
      allowHttpLoopback: true,
      random: () => 0.5,
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A clock on which every wait is over at once, and that says how long each was. */
function skippingClock(): Clock & { waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    now: () => NOW,
    wait(ms, signal) {
      if (ms === 15_000) return new Promise(() => {}); // the timeout of an attempt
      signal?.throwIfAborted();
      waits.push(ms);
      return Promise.resolve();
    },
  };
}

Deno.test("toWebhook() delivers signed alerts in order, and yields each once it is delivered", async () => {
  await using far = receiver();
  const options = { ...far.options, secret: SECRET };
  const users: unknown[] = [];
  for await (const alert of toWebhook(options)([alertOf("Ana"), alertOf("Bob")])) {
    users.push(alert.events[0]?.event.user);
    assertEquals(far.seen.length, users.length);
  }
  assertEquals(users, ["Ana", "Bob"]);
  for (const { headers, body } of far.seen) {
    assert("webhookId" in await verify({ headers, body, secrets: [SECRET], now: Date.now() }));
  }
});

Deno.test("toWebhook() leaves out alerts below minLevel, which is medium unless given", async () => {
  await using far = receiver();
  const options = { ...far.options, format: "slack" } as const;
  const alerts = [alertOf("Ana", "low"), alertOf("Bob", "medium")];
  assertEquals((await Array.fromAsync(toWebhook(options)(alerts))).length, 1);
  assertEquals(
    (await Array.fromAsync(toWebhook({ ...options, minLevel: "low" })(alerts))).length,
    2,
  );
});

Deno.test("toWebhook() repeats what may pass after the delays of the schedule, with the same webhook-id", async () => {
  await using far = receiver(500, 503);
  const clock = skippingClock();
  const heard: unknown[] = [];
  const options: WebhookOptions = {
    ...far.options,
    clock,
    secret: SECRET,
    retryScheduleMs: [0, 1_000, 2_000],
    onRetry: ({ attempt, error, delayMs }) => void heard.push([attempt, error.status, delayMs]),
  };
  assertEquals((await Array.fromAsync(toWebhook(options)([alertOf("Ana")]))).length, 1);
  assertEquals(heard, [[1, 500, 1_000], [2, 503, 2_000]]);
  assertEquals(clock.waits, [1_000, 2_000]);
  const ids = new Set(far.seen.map(({ headers }) => headers.get("webhook-id")));
  assertEquals([far.seen.length, ids.size], [3, 1]);
});

Deno.test("toWebhook() throws what repeating cannot mend at once, without a secret in the message", async () => {
  await using far = receiver(404);
  const deliver = toWebhook({ ...far.options, format: "slack" });
  const error = await assertRejects(
    () => Array.fromAsync(deliver([alertOf("Ana"), alertOf("Bob")])),
    WebhookError,
    "Nothing is at this address",
  );
  assertEquals([error.code, error.status, error.attempts], ["answered", 404, 1]);
  assertEquals(error.alert.events[0]?.event.user, "Ana");
  assert(!`${Deno.inspect(error)} ${JSON.stringify(error)}`.includes("made-up-key"));
  assertEquals(far.seen.length, 1);
});

Deno.test("toWebhook() goes on after an alert that cannot be delivered if it is told what to do with it", async () => {
  await using far = receiver(404, 500, 500);
  const failed: unknown[] = [];
  const deliver = toWebhook({
    ...far.options,
    format: "slack",
    clock: skippingClock(),
    retryScheduleMs: [0, 1_000],
    onUndelivered: ({ status, attempts }) => void failed.push([status, attempts]),
  });
  const alerts = [alertOf("Ana"), alertOf("Bob"), alertOf("Cleo")];
  assertEquals((await Array.fromAsync(deliver(alerts))).length, 1);
  assertEquals(failed, [[404, 1], [500, 2]]);
});

Deno.test("toWebhook() stops with the reason of its signal while it waits, and closes its source", async () => {
  await using far = receiver(500);
  const stop = new AbortController();
  let isClosed = false;
  async function* alerts() {
    try {
      yield alertOf("Ana");
    } finally {
      isClosed = true;
    }
  }
  const reason = new Error("enough");
  const deliver = toWebhook({
    ...far.options,
    format: "slack",
    retryScheduleMs: [0, 600_000],
    signal: stop.signal,
    onRetry: () => stop.abort(reason),
  });
  await assertRejects(() => Array.fromAsync(deliver(alerts())), Error, "enough");
  assert(isClosed);
});

Deno.test("toWebhook() refuses wrong options at the call, all at once, and addresses that are not public", () => {
  const url = "https://169.254.169.254/secret-path";
  const error = assertThrows(() => toWebhook({ url, timeoutMs: 1 }), TypeError);
  assert(error.message.includes("timeoutMs must be"), error.message);
  assertThrows(() => toWebhook({ url, format: "slack" }), TypeError, "an IP address");
  assertThrows(() => toWebhook({ url: "https://example.com/" }), TypeError, "secret must be set");
});

Deno.test("toWebhook() tells an alert of which no body can be made as body_failed, and goes on", async () => {
  await using far = receiver();
  const told: [string, number][] = [];
  const broken = { ...alertOf("Ana"), summary: undefined as unknown as string };
  const delivered = toWebhook({
    ...far.options,
    format: "slack",
    onUndelivered: ({ code, attempts }) => void told.push([code, attempts]),
  })([broken, alertOf("Bob")]);
  assertEquals((await Array.fromAsync(delivered)).length, 1);
  assertEquals([told, far.seen.length], [[["body_failed", 0]], 1]);
});
