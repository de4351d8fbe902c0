import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { seededRandom } from "../../src/emulator/random.ts";
import { streamUserEvents } from "../../src/thousandeyes/stream/stream_user_events.ts";
import type { StreamUserEventsOptions } from "../../src/thousandeyes/stream/stream_user_events_options.ts";
import { ThousandEyesError } from "../../src/thousandeyes/errors/thousand_eyes_error.ts";
import type { UserEvent } from "../../src/thousandeyes/event/user_event.ts";
import { LeapClock } from "../support/leap_clock.ts";
import { NOON, TOKEN } from "./api.ts";
import { countsOf } from "../support/event_key.ts";
import { World } from "./world.ts";
import { runsOf } from "../support/fuzz_settings.ts";

const START = Date.parse(NOON);
const seed = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const keyOf = ({ event, date }: UserEvent) => `${event} ${date}`;
const rowKey = ({ event, at }: { event: string; at: number }) =>
  `${event} ${new Date(at).toISOString()}`;

function optionsOf(world: World, clock: LeapClock): StreamUserEventsOptions {
  return {
    token: TOKEN,
    fetch: world.fetch,
    clock,
    timeoutMs: LeapClock.NEVER,
    random: () => 0.5,
    retry: { attempts: 50 },
  };
}

Deno.test("streamUserEvents() of any world and order yields each event of the range once", async () => {
  const orders = fc.constantFrom("as-sent" as const, "oldest" as const);
  await fc.assert(
    fc.asyncProperty(seed, orders, fc.integer({ min: 1, max: 40 }), async (seed, order, limit) => {
      const random = seededRandom(seed);
      const world = new World(random, { failing: 0.2, empty: 0.2 });
      const seconds = 1 + Math.floor(random() * 60);
      for (let count = Math.floor(random() * 60); count > 0; count--) {
        world.publish(START - random() * seconds * 1_000 - 1_000);
      }
      const inOneSecond = Math.max(0, ...countsOf(world.rows.map(({ at }) => `${at}`)).values());
      const clock = new LeapClock(NOON);
      const events = await Array.fromAsync(streamUserEvents({
        ...optionsOf(world, clock),
        window: "30s",
        order,
        sortLimit: Math.max(limit, inOneSecond),
      }));
      const inRange = world.rows.filter(({ at }) => at >= START - 30_000);
      assertEquals(countsOf(events.map(keyOf)), countsOf(inRange.map(rowKey)));
      if (order === "oldest") {
        const dates = events.map(({ date }) => date!);
        assertEquals(dates, dates.toSorted());
      }
    }),
    { numRuns: runsOf(50) },
  );
});

Deno.test("streamUserEvents() of any world with inclusive cursors yields each event once, true twins too", async () => {
  const orders = fc.constantFrom("as-sent" as const, "oldest" as const);
  await fc.assert(
    fc.asyncProperty(seed, orders, async (seed, order) => {
      const random = seededRandom(seed);
      const world = new World(random, { failing: 0.1, empty: 0.1, inclusive: true });
      for (let second = 1; second < 30; second++) {
        for (let count = Math.floor(random() * 9); count > 0; count--) {
          world.publish(START - second * 1_000);
        }
      }
      const options = { ...optionsOf(world, new LeapClock(NOON)), window: "30s", order };
      const events = await Array.fromAsync(streamUserEvents(options));
      assertEquals(countsOf(events.map(keyOf)), countsOf(world.rows.map(rowKey)));
    }),
    { numRuns: runsOf(50) },
  );
});

for (const [cursors, overlap] of [["inclusive", 1], ["exclusive", 0]] as const) {
  for (const follow of [false, true]) {
    Deno.test(`streamUserEvents({ follow: ${follow} }) yields 2,600 events and their twins over 26 pages with ${cursors} cursors`, async () => {
      // Every five pages, true twins at the seam.
      const numbers = Array.from({ length: 2_600 }, (_, n) => n % 500 === 100 ? n - 1 : n);
      const rows = numbers.map((n) => ({
        event: `Event ${n}`,
        date: new Date(START - n * 1_000).toISOString(),
      }));
      let requests = 0;
      const fetch = (url: URL) => {
        requests++;
        const [from, to] = ["startDate", "endDate"].map((name) =>
          Date.parse(url.searchParams.get(name)!)
        );
        const found = rows.filter(({ date }) =>
          Date.parse(date) >= from! && Date.parse(date) <= to!
        );
        const start = Number(url.searchParams.get("cursor") ?? 0);
        const end = start + 100;
        const next = new URL(url);
        next.searchParams.set("cursor", `${end - overlap}`);
        return Promise.resolve(Response.json({
          auditEvents: found.slice(start, end),
          _links: end < found.length ? { next: { href: next.href } } : {},
        }));
      };
      const stop = new AbortController();
      const clock = new LeapClock(NOON);
      let pauses = 0;
      clock.onLeap = () => {
        if (++pauses === 3) stop.abort(new Error("enough"));
      };
      const seen: string[] = [];
      const options = { token: TOKEN, fetch, clock, timeoutMs: LeapClock.NEVER, window: "2h" };
      const events = streamUserEvents({
        ...options,
        follow,
        overlap: 7_200_000,
        signal: stop.signal,
      });
      try {
        for await (const { event } of events) seen.push(event!);
      } catch (error) {
        if (!stop.signal.aborted) throw error;
      }
      assertEquals(seen.length, rows.length);
      assertEquals(seen.toSorted(), rows.map(({ event }) => event).toSorted());
      if (overlap === 0 && !follow) assertEquals(requests, 26 + 5);
    });
  }
}

Deno.test("streamUserEvents() of any world with expiring cursors repeats nothing, and never silently loses anything", async () => {
  const numRuns = runsOf(50);
  let whole = 0;
  await fc.assert(
    fc.asyncProperty(seed, async (seed) => {
      const random = seededRandom(seed);
      const world = new World(random, { expired: 0.1, empty: 0.1 });
      for (let count = Math.floor(random() * 40); count > 0; count--) {
        world.publish(START - random() * 20_000);
      }
      const clock = new LeapClock(NOON);
      const seen: UserEvent[] = [];
      let failure: unknown;
      try {
        const options = { ...optionsOf(world, clock), window: "30s" };
        for await (const event of streamUserEvents(options)) seen.push(event);
      } catch (error) {
        failure = error;
      }
      const expected = countsOf(world.rows.map(rowKey));
      const given = countsOf(seen.map(keyOf));
      if (failure === undefined) {
        whole++;
        assertEquals(given, expected);
      } else {
        assert(
          failure instanceof ThousandEyesError && failure.code === "expired_cursor",
          `${failure}`,
        );
        for (const [key, count] of given) assert(count <= expected.get(key)!, key);
      }
    }),
    { numRuns },
  );
  assert(whole > numRuns / 3, `Only ${whole} of ${numRuns} streams came to their end`);
});

Deno.test("streamUserEvents({ follow }) of any world yields each event once, however late within the overlap", async () => {
  await fc.assert(
    fc.asyncProperty(seed, async (seed) => {
      const random = seededRandom(seed);
      const world = new World(random, { expired: random() < 0.5 ? 0.02 : 0, failing: 0.1 });
      const clock = new LeapClock(NOON);
      const follow = 5_000;
      const overlap = 20_000;
      const publish = () => {
        const late = random() < 0.3 ? random() * (overlap - 2 * follow) : 0;
        const at = clock.time - late;
        if (at >= START - 10_000) world.publish(at);
      };
      for (let count = 0; count < 10; count++) publish();
      const stop = new AbortController();
      const enough = new Error("enough");
      let pauses = 0;
      clock.onLeap = (ms) => {
        if (ms !== follow) return;
        if (++pauses === 12) stop.abort(enough);
        // Nothing more in the last pauses, so that all there is has been in reach of a whole pass.
        else if (pauses < 10) { for (let count = random() * 6; count > 1; count--) publish(); }
      };
      world.beforePage = () => {
        if (pauses < 10 && world.rows.length < 200 && random() < 0.2) publish();
      };
      const seen: UserEvent[] = [];
      let failure: unknown;
      try {
        for await (
          const event of streamUserEvents({
            ...optionsOf(world, clock),
            window: "10s",
            follow,
            overlap,
            signal: stop.signal,
          })
        ) seen.push(event);
      } catch (error) {
        failure = error;
      }
      const expected = countsOf(world.rows.map(rowKey));
      const given = countsOf(seen.map(keyOf));
      if (failure === enough) assertEquals(given, expected);
      else {
        assert(
          failure instanceof ThousandEyesError && failure.code === "expired_cursor",
          `${failure}`,
        );
        for (const [key, count] of given) assert(count <= expected.get(key)!, key);
      }
    }),
    { numRuns: runsOf(50) },
  );
});

Deno.test("streamUserEvents({ from }) of any world, stopped anywhere and again, yields each event once", async () => {
  const numRuns = runsOf(50);
  let stops = 0;
  await fc.assert(
    fc.asyncProperty(seed, fc.boolean(), async (seed, follows) => {
      const random = seededRandom(seed);
      const world = new World(random, { failing: 0.1, empty: 0.1 });
      const clock = new LeapClock(NOON);
      const follow = 5_000;
      const overlap = 20_000;
      const publish = () => {
        const late = random() < 0.3 ? random() * (overlap - 2 * follow) : 0;
        const at = clock.time - late;
        if (at >= START - 60_000) world.publish(at);
      };
      for (let count = 0; count < 40; count++) world.publish(START - random() * 60_000);
      let left = 12;
      const enough = new Error("enough");
      let stop = new AbortController();
      clock.onLeap = (ms) => {
        if (ms !== follow) return;
        if (--left === 0) stop.abort(enough);
        // Nothing more in the last pauses, so that all there is has been in reach of a whole pass.
        else if (left > 3) { for (let count = random() * 6; count > 1; count--) publish(); }
      };
      const seen: UserEvent[] = [];
      let place: { from: string } | { window: string } = { window: "60s" };
      for (let isOver = false; !isOver;) {
        stop = new AbortController();
        const events = streamUserEvents({
          ...optionsOf(world, clock),
          ...place,
          ...(follows && { follow }),
          order: "oldest",
          overlap,
          sortLimit: 20,
          signal: stop.signal,
        });
        let crashes = false;
        try {
          for await (const event of events) {
            seen.push(event);
            place = { from: events.checkpoint() };
            crashes = random() < 0.1;
            if (crashes) break;
          }
        } catch (error) {
          if (error !== enough) throw error;
        }
        if (crashes) stops++;
        else if (follows) isOver = true;
        else {
          place = { from: events.checkpoint() };
          clock.time += follow;
          isOver = --left <= 0;
          if (left > 3) publish();
        }
      }
      assertEquals(countsOf(seen.map(keyOf)), countsOf(world.rows.map(rowKey)));
    }),
    { numRuns },
  );
  assert(stops > numRuns, `Only ${stops} stops`);
});
