import { assert, assertEquals, assertThrows } from "@std/assert";
import type { FaultName } from "../../src/emulator/fault.ts";
import type { InvalidUserEvent, Page } from "../../src/thousandeyes/page/page.ts";
import { streamUserEvents } from "../../src/thousandeyes/stream/stream_user_events.ts";
import type { StreamUserEventsOptions } from "../../src/thousandeyes/stream/stream_user_events_options.ts";
import { ThousandEyesError } from "../../src/thousandeyes/errors/thousand_eyes_error.ts";
import type { UserEvent } from "../../src/thousandeyes/event/user_event.ts";
import { userEventStream } from "../../src/thousandeyes/stream/user_event_stream.ts";
import { LeapClock } from "../support/leap_clock.ts";
import { answering, BASE_URL, emulated, NOON, numbersOf, publishRow, row, TOKEN } from "./api.ts";

/** Reads until the stream ends or fails. */
async function readAll(
  options: StreamUserEventsOptions,
  // deno-lint-ignore no-explicit-any -- each test says what the error has to be
): Promise<{ events: UserEvent[]; error: any }> {
  const events: UserEvent[] = [];
  try {
    for await (const event of streamUserEvents(options)) events.push(event);
  } catch (error) {
    return { events, error };
  }
  return { events, error: undefined };
}

Deno.test("streamUserEvents() yields every event of the window once, in the order of the API", async () => {
  const { emulator, reading } = emulated();
  publishRow(emulator, 95);
  const { events, error } = await readAll(reading({ window: "1h" }));
  assertEquals([numbersOf(events), error], [row(95, 1), undefined]);
});

Deno.test("streamUserEvents() sends all parameters, and the dates of a window instead of it", async () => {
  const { reading, urls, emulator } = emulated();
  const { aid } = emulator.organisation.accountGroups[0]!;
  await readAll(reading({ window: "12h", aid, useAllPermittedAids: true, max: 500 }));
  assertEquals(Object.fromEntries(urls[0]!.searchParams), {
    aid,
    useAllPermittedAids: "true",
    max: "500",
    startDate: "2026-01-01T00:00:00Z",
    endDate: NOON,
  });
  assertEquals(urls[0]!.pathname, "/v7/audit-user-events");
});

Deno.test("streamUserEvents() requests a day by default, since the API's default is unknown", async () => {
  const { reading, urls } = emulated();
  await readAll(reading());
  assertEquals(urls[0]!.searchParams.get("startDate"), "2025-12-31T12:00:00Z");
});

Deno.test("streamUserEvents() accepts dates in every form, in whole seconds, both ends inclusive", async () => {
  const { emulator, reading, urls } = emulated();
  publishRow(emulator, 10);
  const { events } = await readAll(reading({
    startDate: "2026-01-01 11:59:54",
    endDate: new Date("2026-01-01T11:59:56.789Z"),
  }));
  assertEquals(numbersOf(events), [6, 5, 4]);
  assertEquals(urls[0]!.searchParams.get("endDate"), "2026-01-01T11:59:56Z");
});

Deno.test("streamUserEvents() continues at a cursor", async () => {
  const { emulator, reading } = emulated();
  publishRow(emulator, 25);
  const pages: Page[] = [];
  await readAll(reading({ window: "1h", onPage: (page) => void pages.push(page) }));
  const cursor = pages[0]!.next!.searchParams.get("cursor")!;
  const { events } = await readAll(reading({ cursor, window: "1h" }));
  assertEquals(numbersOf(events), row(15, 1));
});

Deno.test("streamUserEvents() pins its range: events published meanwhile belong to the next pass", async () => {
  const { emulator, reading, clock } = emulated();
  publishRow(emulator, 25);
  const { events } = await readAll(reading({
    window: "1h",
    onPage() {
      clock.time += 1_000;
      emulator.publish({ event: "Event 1000" });
    },
  }));
  assertEquals(numbersOf(events), row(25, 1));
});

const CHECKPOINT = streamUserEvents({ token: TOKEN, order: "oldest" }).checkpoint();
const MISUSE: [string, Partial<StreamUserEventsOptions>, ErrorConstructor][] = [
  ["window with startDate", { window: "1h", startDate: NOON }, TypeError],
  ["window with endDate", { window: "1h", endDate: NOON }, TypeError],
  ["endDate alone", { endDate: NOON }, TypeError],
  ["follow with endDate", { follow: true, startDate: NOON, endDate: NOON }, TypeError],
  ["follow with a cursor", { follow: true, cursor: "x" }, TypeError],
  ["follow in the order of the API", { follow: true, order: "as-sent" }, TypeError],
  ["from with a window", { from: CHECKPOINT, window: "1h" }, TypeError],
  ["from with startDate", { from: CHECKPOINT, startDate: NOON }, TypeError],
  ["from with a cursor", { from: CHECKPOINT, cursor: "x" }, TypeError],
  ["from in the order of the API", { from: CHECKPOINT, order: "as-sent" }, TypeError],
  ["a checkpoint of another account group", { from: CHECKPOINT, aid: "7" }, TypeError],
  ["a checkpoint that is none", { from: "yesterday" }, SyntaxError],
  ["a checkpoint of another version", { from: '{"version":2}' }, SyntaxError],
  ["to give up at once", { follow: true, giveUpAfter: 0 }, RangeError],
  ["order oldest with a cursor", { order: "oldest", cursor: "x" }, TypeError],
  ["an unknown order", { order: "newest" as "oldest" }, TypeError],
  ["an empty aid", { aid: "" }, TypeError],
  ["an empty token", { token: "" }, TypeError],
  ["a token with a line break", { token: "a\nb" }, TypeError],
  ["no token", { token: undefined as unknown as string }, TypeError],
  ["http", { baseUrl: "http://api.thousandeyes.com/v7" }, TypeError],
  ["an address that is none", { baseUrl: "api" }, TypeError],
  ["an address with a password", { baseUrl: "https://a:b@api.thousandeyes.com" }, TypeError],
  ["a window of another form", { window: "1 day" }, SyntaxError],
  ["a date that is none", { startDate: "yesterday" }, SyntaxError],
  ["a Date that is none", { startDate: new Date(NaN) }, SyntaxError],
  ["a window of nothing", { window: "0h" }, RangeError],
  ["a window before 1970", { window: "9999w" }, RangeError],
  [
    "a range that ends before it begins",
    { startDate: NOON, endDate: "2025-01-01T00:00:00Z" },
    RangeError,
  ],
  ["a range in the future", { startDate: "2027-01-01T00:00:00Z" }, RangeError],
  ["follow without a pause", { follow: 0 }, RangeError],
  ["an overlap below zero", { overlap: -1 }, RangeError],
  ["a sortLimit of nothing", { sortLimit: 0 }, RangeError],
];
for (const [name, wrong, kind] of MISUSE) {
  Deno.test(`streamUserEvents() rejects ${name} at the call`, () => {
    const { fetch, requests } = answering(() => Response.json({}));
    const options = { token: TOKEN, fetch, clock: new LeapClock(NOON), ...wrong };
    const error = assertThrows(() => streamUserEvents(options), kind, "Cannot list audit events");
    assertEquals(error.constructor, kind);
    assertThrows(() => userEventStream(options), kind);
    assertEquals(requests.length, 0);
  });
}

Deno.test("streamUserEvents() never takes a page with next for the last, however short or empty", async () => {
  const at = (cursor: string, ...events: number[]) => () =>
    Response.json({
      auditEvents: events.map((number) => ({ event: `Event ${number}` })),
      _links: cursor === "" ? {} : { next: { href: `?cursor=${cursor}` } },
    });
  const { fetch } = answering(at("a", 1), at("b"), at("c"), at("d", 2, 3), at("", 4));
  const { events, error } = await readAll({ token: TOKEN, fetch });
  assertEquals([numbersOf(events), error], [[1, 2, 3, 4], undefined]);
});

Deno.test("streamUserEvents() passes each page to onPage, and awaits it", async () => {
  const { emulator, reading } = emulated();
  publishRow(emulator, 15);
  const log: string[] = [];
  const events = streamUserEvents(reading({
    async onPage(page) {
      await Promise.resolve();
      log.push(`page of ${page.events.length}`);
    },
  }));
  for await (const _ of events) if (log.at(-1) !== "event") log.push("event");
  assertEquals(log, ["page of 10", "event", "page of 5", "event", "page of 0"]);
});

// ---- faults
// -----------------------------------------------------------------------------------------------

/**
 * What becomes of 25 events under a fault that stays: all of them, or the error and what came
 * before it.
 */
const LASTING: [FaultName, string | undefined, number[]][] = [
  ["ascending-order", undefined, row(1, 25)],
  ["next-omitted-on-last-page", undefined, row(25, 1)],
  ["null-next", undefined, row(25, 1)],
  ["empty-resources", undefined, row(25, 1)],
  ["null-resources", undefined, row(25, 1)],
  ["missing-ip-address", undefined, row(25, 1)],
  ["null-members", undefined, row(25, 1)],
  ["unknown-members", undefined, row(25, 1)],
  ["numeric-ids", undefined, row(25, 1)],
  ["other-date-forms", undefined, row(25, 1)],
  ["invalid-event", undefined, row(25, 1)],
  ["empty-pages", undefined, row(25, 1)],
  ["expired-cursor", "expired_cursor", row(25, 16)], // read again once, in vain
  ["repeated-cursor", "repeated_cursor", row(25, 6)],
  ["next-other-host", "foreign_link", row(25, 16)],
  ["templated-next", "templated_link", row(25, 16)],
  ["endless-pages", "too_many_pages", row(25, 1)],
  ["title-only-400", undefined, row(25, 1)], // the shape of a 400, and none is due
  ["old-error-shape", undefined, row(25, 1)],
  ["forbidden", "forbidden", []],
  ["empty-404", "not_found", []],
  ["too-many-requests", "rate_limited", []],
  ["too-many-requests-no-reset", "rate_limited", []],
  ["server-error", "server_error", []],
  ["html-502", "bad_gateway", []],
  ["maintenance-503", "unavailable", []],
  ["redirect", "redirect_refused", []],
  ["not-json", "not_json", []],
  ["json-cut-short", "not_json", []],
  ["body-cut-short", "network", []],
  ["slow-body", undefined, row(25, 1)],
  ["slow-answer", undefined, row(25, 1)],
];
for (const [name, code, numbers] of LASTING) {
  Deno.test(`streamUserEvents() under the fault ${name} ${code ? `ends with ${code}` : "goes on"}`, async () => {
    const { emulator, reading, urls } = emulated();
    publishRow(emulator, 25);
    emulator.setFaults({ name });
    const { events, error } = await readAll(reading({ window: "1h", maxPages: 20 }));
    assertEquals(numbersOf(events), numbers);
    if (code === undefined) assertEquals(error, undefined);
    else {
      assert(error instanceof ThousandEyesError, String(error));
      assertEquals(error.code, code);
    }
    for (const { origin } of urls) assertEquals(origin, new URL(BASE_URL).origin);
  });
}

const PASSING: FaultName[] = [
  "too-many-requests",
  "too-many-requests-no-reset",
  "server-error",
  "html-502",
  "maintenance-503",
  "not-json",
  "json-cut-short",
  "body-cut-short",
  "slow-body",
  "slow-answer",
];
for (const name of PASSING) {
  Deno.test(`streamUserEvents() under ${name} at every third request yields every event once`, async () => {
    const { emulator, reading } = emulated({ pageSize: 3 });
    publishRow(emulator, 50);
    emulator.setFaults({ name, every: 3 });
    const { events, error } = await readAll(reading({ window: "1h" }));
    assertEquals([numbersOf(events), error], [row(50, 1), undefined]);
  });
}

Deno.test("streamUserEvents() gives up on a response that never comes", async () => {
  for (const name of ["slow-answer", "slow-body"] as const) {
    const { emulator, reading } = emulated({ slowMs: LeapClock.NEVER });
    publishRow(emulator, 3);
    emulator.setFaults({ name });
    const { error } = await readAll(reading({ timeoutMs: 20_000, retry: { attempts: 2 } }));
    assert(error instanceof ThousandEyesError, `${error}`);
    assertEquals(error.code, "timeout");
    assertEquals(emulator.requestCount, 2);
  }
});

for (const order of ["as-sent", "oldest"] as const) {
  Deno.test(`streamUserEvents({ order: "${order}" }) reads on after expired cursors, twins and all`, async () => {
    // Twins at the seam before the last page, where no cursor expires.
    const { emulator, reading } = emulated({ pageSize: 5 });
    const at = Date.parse(NOON) - 10_000;
    const numbers = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 5, 6];
    emulator.publish(numbers.map((number) => ({ event: `Event ${number}`, date: at })));
    let pages = 0;
    const { events, error } = await readAll(reading({
      order,
      onPage() {
        pages++;
        if (pages === 1 || pages === 3) emulator.setFaults({ name: "expired-cursor", times: 1 });
      },
    }));
    assertEquals(error, undefined);
    assertEquals(numbersOf(events).toSorted((a, b) => a - b), numbers);
    assertEquals(pages, 7); // one, two, and four with the empty one
  });
}

Deno.test("streamUserEvents() does not restart a pass that it cannot remember", async () => {
  const { emulator, reading } = emulated({ pageSize: 4 });
  publishRow(emulator, 20);
  let pages = 0;
  const onPage = () => {
    if (++pages === 3) emulator.setFaults({ name: "expired-cursor", times: 1 });
  };
  const { events, error } = await readAll(reading({ memoryLimit: 11, onPage }));
  assertEquals([numbersOf(events), error.code], [row(20, 9), "expired_cursor"]);
  pages = 0;
  const enough = await readAll(reading({ memoryLimit: 12, onPage }));
  assertEquals([numbersOf(enough.events), enough.error], [row(20, 1), undefined]);
});

Deno.test("streamUserEvents() does not replace a cursor of the caller that the API rejects", async () => {
  const { fetch, requests } = answering(() => new Response(null, { status: 400 }));
  const { error } = await readAll({ token: TOKEN, fetch, cursor: "old", window: "1h" });
  assert(error instanceof ThousandEyesError);
  assertEquals([error.code, requests.length], ["bad_request", 1]);
});

Deno.test("streamUserEvents() with no token or an invalid one is unauthorized", async () => {
  const { reading } = emulated();
  const { error } = await readAll(reading({ token: "another" }));
  assert(error instanceof ThousandEyesError);
  assertEquals([error.code, error.problem], ["unauthorized", {
    title: "invalid_token",
    detail: "Invalid access token",
  }]);
});

Deno.test("streamUserEvents() sets invalid events aside: skipped, thrown, or passed on and awaited", async () => {
  const { emulator, reading } = emulated();
  publishRow(emulator, 3);
  emulator.setFaults({ name: "invalid-event" });
  assertEquals((await readAll(reading())).events.length, 3);
  const invalid: InvalidUserEvent[] = [];
  const shown = await readAll(reading({
    async onInvalid(one) {
      await Promise.resolve();
      invalid.push(one);
    },
  }));
  assertEquals([shown.events.length, invalid.length], [3, 1]);
  assert(invalid[0]!.issues.length > 0);
  const { events, error } = await readAll(reading({ onInvalid: "throw" }));
  assert(error instanceof ThousandEyesError);
  assertEquals([error.code, events.length], ["invalid_event", 0]);
  assert((error.cause as InvalidUserEvent).issues.length > 0);
});

// ---- order
// ------------------------------------------------------------------------------------------------

for (const faults of [[], [{ name: "ascending-order" }], [{ name: "other-date-forms" }]] as const) {
  Deno.test(`streamUserEvents({ order: "oldest" }) sorts what comes ${faults[0]?.name ?? "newest first"}`, async () => {
    const { emulator, reading } = emulated();
    publishRow(emulator, 95);
    emulator.setFaults(...faults);
    const { events } = await readAll(reading({ window: "1h", order: "oldest" }));
    assertEquals(numbersOf(events), row(1, 95));
  });
}

Deno.test("streamUserEvents({ order: 'oldest' }) never holds more than sortLimit and a page", async () => {
  const { emulator, reading, urls } = emulated();
  publishRow(emulator, 300, Date.parse(NOON) - 60_000);
  publishRow(emulator, 300, Date.parse(NOON) - 60_000); // 600 events, two in each second
  let held = 0;
  let max = 0;
  const options = reading({
    window: "7d",
    order: "oldest",
    sortLimit: 50,
    onPage({ events }) {
      if (!urls.at(-1)!.searchParams.has("cursor")) held = 0; // another slice, or another attempt
      max = Math.max(max, held += events.length);
    },
  });
  const { events, error } = await readAll(options);
  assertEquals(error, undefined);
  const expected = row(1, 300).flatMap((number) => [number, number]);
  assertEquals(numbersOf(events), expected);
  assert(max > 40 && max <= 50 + 10, `${max} events of 600, in pages of 10`);
});

Deno.test("streamUserEvents({ order: 'oldest' }) keeps events of one second in the order in which they occurred", async () => {
  const { emulator, reading } = emulated();
  const date = Date.parse(NOON) - 5_000;
  emulator.publish(row(1, 30).map((number) => ({ event: `Event ${number}`, date })));
  const { events } = await readAll(reading({ order: "oldest" }));
  assertEquals(numbersOf(events), row(1, 30));
});

Deno.test("streamUserEvents({ order: 'oldest' }) reports a second with too many events", async () => {
  const { emulator, reading } = emulated();
  const date = Date.parse(NOON) - 5_000;
  emulator.publish({ event: "Event 0", date: date - 60_000 });
  emulator.publish(row(1, 30).map((number) => ({ event: `Event ${number}`, date })));
  const { events, error } = await readAll(reading({ order: "oldest", sortLimit: 20 }));
  assertEquals(numbersOf(events), [0]);
  assert(error instanceof ThousandEyesError);
  assertEquals(error.code, "too_many_events");
});

Deno.test("streamUserEvents({ order: 'oldest' }) yields an event with a fraction of a second once", async () => {
  const dates = [59.9, 59.5, 59, 58.7, 58, 30, 0].map((second) =>
    `2026-01-01T11:59:${second.toFixed(1).padStart(4, "0")}Z`
  );
  const fetch = (url: URL) => {
    const from = Date.parse(url.searchParams.get("startDate")!);
    const to = Date.parse(url.searchParams.get("endDate")!);
    const auditEvents = dates.filter((date) => Date.parse(date) >= from && Date.parse(date) <= to)
      .map((date) => ({ date }));
    return Promise.resolve(Response.json({ auditEvents }));
  };
  for (const sortLimit of [2, 3, 4, 5]) {
    const { events, error } = await readAll({
      token: TOKEN,
      fetch,
      order: "oldest",
      sortLimit,
      clock: new LeapClock(NOON),
      timeoutMs: LeapClock.NEVER,
    });
    assertEquals(error, undefined);
    assertEquals(events.map(({ date }) => date), dates.toReversed());
  }
});

// ---- follow
// -----------------------------------------------------------------------------------------------

/** Follows for a number of pauses, with something done in each of them. */
async function followFor(
  world: ReturnType<typeof emulated>,
  pauses: number,
  between: (pause: number) => void,
  more: Partial<StreamUserEventsOptions> = {},
) {
  const stop = new AbortController();
  const reason = new Error("enough");
  let pause = 0;
  world.clock.onLeap = () => {
    if (++pause > pauses) stop.abort(reason);
    else between(pause);
  };
  const { events, error } = await readAll(
    world.reading({ window: "1h", follow: 10_000, signal: stop.signal, ...more }),
  );
  assertEquals(error, reason);
  return events;
}

Deno.test("streamUserEvents({ follow }) gives each event once, late ones and twins included", async () => {
  const world = emulated({ pageSize: 7 });
  const { emulator, clock } = world;
  publishRow(emulator, 30);
  const late = { event: "Event 100", date: clock.time - 300_000 };
  const twin = { event: "Event 200", date: clock.time - 200_000 };
  const events = await followFor(world, 6, (pause) => {
    if (pause === 1) emulator.publish({ event: "Event 50" });
    if (pause === 2) emulator.publish([late, twin]);
    if (pause === 4) emulator.publish([twin, twin]);
    if (pause === 5) emulator.publish({ event: "Event 51" });
  });
  assertEquals(numbersOf(events), [...row(1, 30), 50, 100, 200, 200, 200, 51]);
});

Deno.test("streamUserEvents({ follow }) never reads back beyond the requested range", async () => {
  const world = emulated();
  publishRow(world.emulator, 600);
  const events = await followFor(world, 3, () => {}, { window: "1m" });
  assertEquals(numbersOf(events), row(540, 600));
});

Deno.test("streamUserEvents({ follow }) looks back by its overlap and no further", async () => {
  const world = emulated();
  const { emulator, clock } = world;
  const events = await followFor(world, 2, (pause) => {
    if (pause !== 1) return;
    emulator.publish({ event: "Event 1", date: clock.time - 130_000 });
    emulator.publish({ event: "Event 2", date: clock.time - 129_000 });
  }, { overlap: 119_000 });
  assertEquals(numbersOf(events), [2]);
});

Deno.test("streamUserEvents({ follow }) continues when the clock is set back", async () => {
  const world = emulated();
  const { emulator, clock } = world;
  publishRow(emulator, 5);
  const events = await followFor(world, 5, (pause) => {
    if (pause === 1) clock.time -= 7_200_000;
    if (pause === 3) clock.time += 7_200_000;
    if (pause === 4) emulator.publish({ event: "Event 6" });
  });
  assertEquals(numbersOf(events), [1, 2, 3, 4, 5, 6]);
});

Deno.test("streamUserEvents({ follow }) with little memory shrinks its overlap, and repeats nothing", async () => {
  const world = emulated({ pageSize: 50 });
  const { emulator, urls } = world;
  publishRow(emulator, 400);
  let next = 400;
  const events = await followFor(world, 5, () => {
    emulator.publish(row(1, 40).map(() => ({ event: `Event ${++next}` })));
  }, { memoryLimit: 100, overlap: 3_600_000 });
  assertEquals(numbersOf(events).toSorted((a, b) => a - b), row(1, 600));
  const starts = urls.filter((url) => !url.searchParams.has("cursor"))
    .map((url) => Date.parse(url.searchParams.get("startDate")!));
  assert(starts.at(-1)! > Date.parse(NOON) - 120_000, "The overlap has shrunk");
});

Deno.test("streamUserEvents({ follow }) recognises events that the API sends outside the range, for ever", async () => {
  const world = emulated();
  const auditEvents = ["2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z", undefined]
    .map((date) => ({ event: "Event 1", date }));
  const events = await followFor(world, 10, () => {}, {
    follow: 600_000,
    fetch: () => Promise.resolve(Response.json({ auditEvents })),
  });
  assertEquals(events.length, 3);
});

Deno.test("streamUserEvents({ follow }) reports an invalid event once", async () => {
  const world = emulated();
  publishRow(world.emulator, 3);
  world.emulator.setFaults({ name: "invalid-event" });
  const invalid: InvalidUserEvent[] = [];
  await followFor(world, 4, () => {}, { onInvalid: (one) => void invalid.push(one) });
  assertEquals(invalid.length, 1);
});

Deno.test("streamUserEvents({ follow: true }) pauses half a minute", async () => {
  const world = emulated();
  await followFor(world, 2, () => {}, { follow: true });
  assertEquals(world.clock.waits, [30_000, 30_000, 30_000]);
});
