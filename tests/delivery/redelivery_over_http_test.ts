import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { Webhook } from "standardwebhooks";
import { toAlert } from "../../src/alert/to_alert.ts";
import { attempt } from "../../src/delivery/attempt.ts";
import { EndpointSchema } from "../../src/delivery/endpoint.ts";
import { formatOf } from "../../src/delivery/format/formats.ts";
import { nextState } from "../../src/delivery/next_state.ts";
import { newMessage } from "./new_message.ts";
import { ManualClock } from "../support/manual_clock.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/** The standardwebhooks package reads the system clock, so that has to show our time meanwhile. */
function verifyAt(now: number, body: string, headers: Headers): unknown {
  const { now: real } = Date;
  Date.now = () => now;
  try {
    return new Webhook(SECRET).verify(body, Object.fromEntries(headers));
  } finally {
    Date.now = real;
  }
}

Deno.test("a receiver that answers 500 twice, then 200, gets the same webhook-id three times with valid, fresh signatures", async () => {
  const clock = new ManualClock(Date.UTC(2026, 10, 22, 10));
  const received: { id: string; at: number; signature: string; payload: unknown; path: string }[] =
    [];
  const answers = [500, 500, 200];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const body = await request.text();
      received.push({
        id: request.headers.get("webhook-id")!,
        at: Number(request.headers.get("webhook-timestamp")) * 1_000,
        signature: request.headers.get("webhook-signature")!,
        payload: verifyAt(clock.now(), body, request.headers), // throws if it is not valid now
        path: new URL(request.url).pathname,
      });
      return new Response(`answer ${received.length}`, { status: answers[received.length - 1]! });
    },
  );

  const endpoint = v.parse(EndpointSchema, {
    name: "siem",
    url: `http://127.0.0.1:${server.addr.port}/hook`,
    secret: SECRET,
    allowHttpLoopback: true,
  });
  const alert = toAlert({ title: "Failed login", level: "high" }, { event: "Login failed — “é”" }, {
    identity: '["Login failed"]',
    occurrence: 1,
  });
  const request = formatOf(endpoint.format).request(
    { type: "alert.created", alert, at: clock.now() },
    { options: endpoint.options, linkTo: () => undefined },
  );

  let message = newMessage(alert.id, endpoint.name, clock.now());
  const states: string[] = [];
  while (message.dueAt !== null) {
    assert(states.length < 10);
    clock.advance(message.dueAt - clock.now());
    const token = `attempt ${message.attempt + 1}`;
    message = nextState(message, { type: "lease", now: clock.now(), token, leaseMs: 60_000 })!;
    const outcome = await attempt({ webhookId: message.webhookId, request }, endpoint, { clock });
    message = nextState(message, {
      type: "finish",
      now: clock.now(),
      token,
      outcome,
      schedule: endpoint.retryScheduleMs,
      random: () => 0.99,
    })!;
    states.push(`${outcome.status} ${outcome.excerpt} ${message.state}`);
  }
  await server.shutdown();

  assertEquals(states, ["500 answer 1 waiting", "500 answer 2 waiting", "200 answer 3 delivered"]);
  assertEquals(received.map(({ id, path }) => [id, path]), Array(3).fill([alert.id, "/hook"]));
  const [first, second, third] = received.map(({ at }) => at);
  // 5 s and 5 min by the schedule, with jitter; the first timestamp is too old by the third
  // attempt.
  assert(second! - first! >= 4_000 && second! - first! <= 6_000);
  assert(third! - second! > 300_000 && third! - second! <= 361_000);
  assertEquals(new Set(received.map(({ signature }) => signature)).size, 3);
  for (const { payload } of received) {
    assertEquals(payload, {
      type: "alert.created",
      timestamp: "2026-11-22T10:00:00.000Z",
      data: alert,
    });
  }
});
