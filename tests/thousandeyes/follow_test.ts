import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type FaultName, FAULTS } from "../../src/emulator/fault.ts";
import { seededRandom } from "../../src/emulator/random.ts";
import { identityOf } from "../../src/thousandeyes/event/event_identity.ts";
import type { UserEvent } from "../../src/thousandeyes/event/user_event.ts";
import type { Retry } from "../../src/thousandeyes/page/page_options.ts";
import { streamUserEvents } from "../../src/thousandeyes/stream/stream_user_events.ts";
import type { StreamUserEventsOptions } from "../../src/thousandeyes/stream/stream_user_events_options.ts";
import { ThousandEyesError } from "../../src/thousandeyes/errors/thousand_eyes_error.ts";
import { countsOf } from "../support/event_key.ts";
import { LeapClock } from "../support/leap_clock.ts";
import { answering, emulated, NOON, numbersOf, publishRow, row, TOKEN } from "./api.ts";

/** What is no passing trouble. */
const NOT_PASSING: readonly FaultName[] = [
  // Only a human can mend these, and they end the stream.
  "forbidden",
  "empty-404",
  // The event is another one afterwards.
  "missing-ip-address",
  // Pages of one pass in different orders show some rows twice, and no client could tell.
  "ascending-order",
];

for (const seed of [3, 5]) {
  Deno.test(`streamUserEvents({ follow }) through an hour of every fault, rotated tokens and 50 kills yields each event once (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const world = emulated({ pageSize: 7 });
    const { emulator, clock } = world;
    const end = clock.time + 3_600_000;
    const faults = (Object.keys(FAULTS) as FaultName[]).filter((name) =>
      !NOT_PASSING.includes(name)
    );
    const met = new Set<FaultName>();
    const published: UserEvent[] = [];
    let number = 0;
    const publish = (late: number) => {
      const twins = random() < 0.2 ? 2 : 1;
      const event = { event: `Event ${++number}`, date: clock.time - 1_000 - random() * late };
      for (let twin = 0; twin < twins; twin++) published.push(emulator.publish(event)[0]!.event);
    };
    for (let count = 0; count < 50; count++) publish(3_000_000);

    // Tokens are valid until the next one is made, and the caller learns of it a little later.
    let valid = "token-0";
    let held = valid;
    const reading = world.reading({
      window: "1h",
      follow: 10_000,
      maxPages: 60,
      token: () => {
        const token = held;
        held = valid;
        return token;
      },
    });
    const fetch: StreamUserEventsOptions["fetch"] = (url, init) => {
      const headers = new Headers(init.headers);
      if (headers.get("authorization") !== `Bearer ${valid}`) {
        return Promise.resolve(Response.json({ error: "invalid_token" }, { status: 401 }));
      }
      headers.set("authorization", `Bearer ${emulator.token}`);
      return reading.fetch!(url, { ...init, headers });
    };

    let stop = new AbortController();
    const killed = new Error("killed");
    let nextFault = 0;
    let quietPauses = 0;
    clock.onLeap = (ms) => {
      if (clock.time < end) {
        if (clock.time > nextFault) {
          nextFault = clock.time + 60_000;
          const name =
            faults[met.size < faults.length ? met.size : Math.floor(random() * faults.length)]!;
          met.add(name);
          emulator.setFaults(...(random() < 0.9 ? [{ name, every: random() < 0.5 ? 1 : 3 }] : []));
          if (random() < 0.3) valid = `token-${clock.time}`;
        }
        if (random() < 0.5) publish(random() < 0.3 ? 500_000 : 0);
        if (random() < 0.2) stop.abort(killed);
      } else {
        emulator.setFaults();
        if (ms === 10_000 && ++quietPauses === 4) stop.abort(killed);
      }
    };

    const seen: UserEvent[] = [];
    let kills = 0;
    let from: string | undefined;
    while (quietPauses < 4) {
      stop = new AbortController();
      const place = from === undefined ? { window: "1h" } : { from, window: undefined };
      const options = { ...reading, ...place, fetch, signal: stop.signal };
      const events = streamUserEvents(options as StreamUserEventsOptions);
      try {
        for await (const event of events) {
          seen.push(event);
          from = events.checkpoint();
          if (random() < 0.02) break;
        }
      } catch (error) {
        if (error !== killed) throw error;
      }
      kills++;
    }
    assert(kills > 50, `${kills} kills`);
    assertEquals(met.size, faults.length, "Every fault had its turn");
    const counts = (events: UserEvent[]) => countsOf(events.map((event) => identityOf(event)));
    const [given, expected] = [counts(seen), counts(published)];
    const wrong = [...new Set([...given.keys(), ...expected.keys()])]
      .filter((identity) => given.get(identity) !== expected.get(identity))
      .map((identity) => [identity, given.get(identity), expected.get(identity)]);
    assertEquals(wrong, []);
  });
}

Deno.test("streamUserEvents({ follow }) outlasts an outage of hours, and tells of each attempt", async () => {
  const world = emulated();
  publishRow(world.emulator, 3);
  world.emulator.setFaults({ name: "html-502" });
  const retries: Retry[] = [];
  const start = world.clock.time;
  world.clock.onLeap = () => {
    if (world.clock.time > start + 3 * 3_600_000) world.emulator.setFaults();
  };
  const events = streamUserEvents(
    world.reading({ follow: true, onRetry: (retry) => void retries.push(retry) }),
  );
  assertEquals((await events.next()).value?.event, "Event 1");
  assertEquals(retries.map(({ attempt }) => attempt), row(1, retries.length));
  assert(retries.length > 300, `${retries.length} attempts`);
  assert(retries.every(({ error, delayMs }) => error.status === 502 && delayMs <= 30_000));
  await events.return();
});

Deno.test("streamUserEvents({ follow, giveUpAfter }) ends with the error of the last attempt", async () => {
  const world = emulated();
  world.emulator.setFaults({ name: "maintenance-503" });
  const start = world.clock.time;
  const events = streamUserEvents(world.reading({ follow: true, giveUpAfter: 600_000 }));
  const error = await assertRejects(() => events.next(), ThousandEyesError);
  assertEquals(error.code, "unavailable");
  const minutes = (world.clock.time - start) / 60_000;
  assert(minutes > 9 && minutes <= 10, `${minutes} minutes`);
});

for (
  const [name, code] of [
    ["forbidden", "forbidden"],
    ["empty-404", "not_found"],
    ["title-only-400", "bad_request"],
  ] as const
) {
  Deno.test(`streamUserEvents({ follow }) ends at once with what only a human can mend: ${name}`, async () => {
    const world = emulated();
    world.emulator.setFaults({ name });
    const retries: Retry[] = [];
    const aid = name === "title-only-400" ? { aid: "none" } : {};
    const events = streamUserEvents(
      world.reading({ follow: true, ...aid, onRetry: (retry) => void retries.push(retry) }),
    );
    const error = await assertRejects(() => events.next(), ThousandEyesError);
    assertEquals([error.code, retries.length], [code, 0]);
  });
}

Deno.test("streamUserEvents() waits for a gateway's own 403, and not for the API's", async () => {
  const headers = { "content-type": "text/html; charset=utf-8" };
  const { fetch } = answering(
    () => new Response("<title>Blocked</title>", { status: 403, headers }),
    () => Response.json({ auditEvents: [{ event: "Event 1" }] }),
  );
  const retries: Retry[] = [];
  const events = await Array.fromAsync(streamUserEvents({
    token: TOKEN,
    fetch,
    clock: new LeapClock(NOON),
    timeoutMs: LeapClock.NEVER,
    onRetry: (retry) => void retries.push(retry),
  }));
  assertEquals(numbersOf(events), [1]);
  assertEquals(retries.map(({ error }) => [error.code, error.message]), [
    ["forbidden", "Cannot list audit events: 403: Blocked"],
  ]);
});

for (
  const [what, token, requests] of [
    ["a text at once", "old", 1],
    ["a function after five requests in a row", () => "old", 5],
  ] as const
) {
  Deno.test(`streamUserEvents({ follow }) ends with 401 to the token of ${what}`, async () => {
    const { fetch, requests: made } = answering(() => new Response(null, { status: 401 }));
    const clock = new LeapClock(NOON);
    const events = streamUserEvents({
      token,
      fetch,
      clock,
      timeoutMs: LeapClock.NEVER,
      follow: true,
    });
    const error = await assertRejects(() => events.next(), ThousandEyesError);
    assertEquals([error.code, made.length], ["unauthorized", requests]);
  });
}

Deno.test("streamUserEvents() of one token share a budget, and others do not", async () => {
  const clock = new LeapClock(NOON);
  const { fetch } = answering(() =>
    Response.json({ auditEvents: [] }, {
      headers: {
        "x-organization-rate-limit-limit": "240",
        "x-organization-rate-limit-remaining": "100",
        "x-organization-rate-limit-reset": `${clock.time / 1_000 + 30}`,
      },
    })
  );
  const read = (token: string) =>
    Array.fromAsync(streamUserEvents({ token, fetch, clock, timeoutMs: LeapClock.NEVER }));
  await read("shared-a");
  assertEquals(clock.waits, []);
  await read("shared-b");
  assertEquals(clock.waits, []);
  await read("shared-a");
  assertEquals(clock.waits, [31_000]);
});

Deno.test("checkpoint() names the place after the last event, in any process", async () => {
  const world = emulated();
  publishRow(world.emulator, 20);
  const events = streamUserEvents(world.reading({ order: "oldest", window: "1h" }));
  for (let count = 0; count < 8; count++) await events.next();
  const from = events.checkpoint();
  await events.return();
  assertEquals(events.checkpoint(), from);
  const rest = await Array.fromAsync(streamUserEvents(world.reading({ from })));
  assertEquals(numbersOf(rest), row(9, 20));
  assert(!from.includes(world.emulator.token));
});

Deno.test("checkpoint() of a stream in the order of the API says what it takes", () => {
  const events = streamUserEvents({ token: TOKEN });
  const error = assertThrows(() => events.checkpoint());
  assertEquals(
    `${error}`,
    'TypeError: Cannot make a checkpoint: it takes the order "oldest", or follow',
  );
});
