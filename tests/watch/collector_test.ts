import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { UserEvent } from "../../src/thousandeyes/event/user_event.ts";
import { processPage } from "../../src/thousandeyes/page/process_page.ts";
import { Bench, eventAt, HOUR, MINUTE, START } from "./bench_of.ts";
import { failsWith } from "./fake_api.ts";

Deno.test("Collector records new events poll after poll, each once", async () => {
  using bench = new Bench();
  for (let minute = 0; minute < 60; minute++) {
    for (let n = 0; n < minute % 5; n++) {
      bench.api.publish(eventAt(minute * MINUTE + 1_000, `u${n}`), START + minute * MINUTE + 2_000);
    }
  }
  await bench.run(HOUR + 5 * MINUTE);
  bench.assertComplete();
  assert(bench.state.counts.duplicates > 0); // the overlap was read again
});

Deno.test("Collector keeps twins, even when a page boundary splits them", async () => {
  using bench = new Bench();
  bench.api.pageSize = 2;
  for (let n = 0; n < 5; n++) bench.api.publish(eventAt(1_000), START + 2_000);
  await bench.run(5 * MINUTE);
  bench.assertComplete();
  assertEquals(bench.state.counts.twins, 4);
});

Deno.test("Collector records no event twice when pages shift while they are read", async () => {
  using bench = new Bench();
  bench.api.pageSize = 2;
  bench.api.countsPlaces = true;
  for (let n = 0; n < 4; n++) bench.api.publish(eventAt(n * 1_000, `u${n}`), START + 10_000);
  await bench.settle();
  bench.clock.set(START + MINUTE);
  await bench.watch.collector.step(); // the first page
  bench.api.publish(eventAt(5_000, "late"), START); // all places move by one
  await bench.run(2 * MINUTE);
  assert(bench.state.counts.held > 0);
  bench.assertComplete();
});

Deno.test("Collector records no event twice when each page repeats the last event of the one before", async () => {
  using bench = new Bench();
  bench.api.repeatsLast = true;
  for (let n = 0; n < 20; n++) bench.api.publish(eventAt(Math.floor(n / 2) * 1_000, `u${n}`));
  for (let n = 0; n < 3; n++) bench.api.publish(eventAt(12_000, "true twin"));
  await bench.run(20 * MINUTE);
  bench.assertComplete();
});

/** Events with one date each, and true twins beside the places where pages begin and end. */
function publishMany(bench: Bench, count: number): void {
  for (let n = 0; n < count; n++) {
    bench.api.publish(eventAt(-n * 1_000, `u${n}`));
    // Before, at and after a page boundary, whatever the cursors are like.
    if (n % 700 < 2) bench.api.publish(eventAt(-n * 1_000, `u${n}`));
  }
}

for (
  const [cursors, repeatsLast, closes] of [
    ["exclusive cursors", false, false],
    ["inclusive cursors", true, false],
    ["inclusive cursors and a last page that only repeats", true, true],
  ] as const
) {
  Deno.test(`Collector records 2,600 events and their true twins once over 26 pages with ${cursors}`, async () => {
    using bench = new Bench(
      { backfillMs: HOUR, assumedLimit: 100_000 },
      { match: () => [{ rule: { id: "any", title: "Any" } }] },
    );
    bench.api.pageSize = 100;
    bench.api.repeatsLast = repeatsLast;
    bench.api.closes = closes;
    publishMany(bench, 2_600);
    await bench.run(2 * HOUR);
    bench.assertComplete();
    assertEquals(bench.log.alertsAfter(0, 1e4).length, bench.api.published.length);
    assertEquals(bench.watch.status().health, "green");
  });
}

Deno.test("Collector records no event twice when each page repeats the last event of the one before, in one second too", async () => {
  using bench = new Bench({ backfillMs: HOUR, assumedLimit: 100_000 });
  bench.api.pageSize = 10;
  bench.api.repeatsLast = true;
  for (let n = 0; n < 300; n++) bench.api.publish(eventAt(-5_000, `u${n}`));
  await bench.run(2 * HOUR);
  bench.assertComplete();
});

Deno.test("Collector takes a few twins beside the ends of pages for twins, not for pages that repeat", async () => {
  using bench = new Bench({ backfillMs: 2 * HOUR });
  await bench.settle();
  bench.api.pageSize = 3;
  for (const [ago, users] of [[16, "001"], [17, "110110"], [16, "0"]] as const) {
    for (const user of users) bench.api.publish(eventAt(-ago * MINUTE, user), bench.clock.now());
  }
  await bench.run(2 * HOUR);
  bench.assertComplete();
});

Deno.test("Collector takes no page for a short one because of items that are not valid events", async () => {
  using bench = new Bench({ backfillMs: HOUR });
  bench.api.pageSize = 2;
  // Such an item stands beside the first twin, and the other begins the next page.
  const isOdd = ({ user }: UserEvent) => user === "odd";
  bench.api.always = (page) => ({
    ...page,
    events: page.events.filter((event) => !isOdd(event)),
    invalid: page.events.filter(isOdd).map((value) => ({ value, issues: ["event: not a string"] })),
  });
  for (const user of ["last", "twin", "odd", "twin"]) {
    bench.api.publish(eventAt(-MINUTE, user), bench.clock.now());
  }
  await bench.run(2 * HOUR);
  const users = bench.recorded().map(({ user }) => user as string);
  assertEquals(users.sort(), ["last", "twin", "twin"]);
});

Deno.test("Collector records twins in a second of many pages where cursors are exclusive", async () => {
  using bench = new Bench({ backfillMs: HOUR, assumedLimit: 100_000 });
  bench.api.pageSize = 10;
  for (let n = 0; n < 300; n++) bench.api.publish(eventAt(-5_000, `u${n}`));
  for (let n = 0; n < 25; n++) bench.api.publish(eventAt(-5_000, "twin"));
  for (let n = 0; n < 5; n++) bench.api.publish(eventAt(-5_000, `v${n}`));
  await bench.run(2 * HOUR);
  bench.assertComplete();
});

Deno.test("Collector records no event twice when something is published between any two pages", async () => {
  using bench = new Bench({ maxPages: 100 });
  bench.api.pageSize = 2;
  bench.api.countsPlaces = true;
  for (let n = 0; n < 6; n++) bench.api.publish(eventAt(n * 1_000, `u${n}`));
  let more = 60;
  bench.api.always = (page) => {
    if (more-- > 0) bench.api.publish(eventAt(8_000 + more, `m${more}`));
    return page;
  };
  await bench.run(30 * MINUTE);
  bench.assertComplete();
});

Deno.test("Collector resumes from the saved page after a restart", async () => {
  using bench = new Bench();
  bench.api.pageSize = 2;
  for (let n = 0; n < 9; n++) bench.api.publish(eventAt(1_000, n < 4 ? "twin" : `u${n}`), START);
  await bench.settle();
  bench.clock.set(START + MINUTE);
  while (await bench.watch.collector.step() <= bench.clock.now()) bench.restart();
  bench.assertComplete();
  const asked = bench.api.asked.filter((url) => url.includes("cursor"));
  const rounds = new Set(asked).size;
  assert(
    asked.length <= 2 * rounds,
    "only the pass that confirms twins reads a page again",
  );
});

Deno.test("Collector restarts a slice when its cursor is refused", async () => {
  using bench = new Bench();
  for (let n = 0; n < 9; n++) bench.api.publish(eventAt(1_000, n < 4 ? "twin" : `u${n}`), START);
  await bench.settle();
  bench.clock.set(START + MINUTE);
  bench.api.faults.push(
    undefined,
    failsWith("bad_request", "Cannot list", { status: 400 }),
    undefined,
    failsWith("unexpected_status", "Cannot list", { status: 410 }),
  );
  await bench.run(5 * MINUTE);
  bench.assertComplete();
  assertEquals(bench.state.counts.restarts, 2);
  assertEquals(bench.state.failures, {});
});

Deno.test("Collector reads on through empty pages that have a next link", async () => {
  using bench = new Bench();
  for (let n = 0; n < 4; n++) bench.api.publish(eventAt(n * 1_000, `u${n}`), START);
  await bench.settle();
  bench.clock.set(START + MINUTE);
  let empty = 3;
  bench.api.always = (page, url) => {
    if (empty-- <= 0) return page;
    const next = new URL(url);
    next.searchParams.set("empty", String(empty));
    return { ...page, events: [], next };
  };
  await bench.run(2 * MINUTE);
  bench.assertComplete();
});

for (
  const [name, fault] of [
    ["the cursor of its own page", (url: URL) => new URL(url)],
    ["endless empty pages", (url: URL) => {
      const next = new URL(url);
      next.searchParams.set("n", String(Number(next.searchParams.get("n") ?? 0) + 1));
      return next;
    }],
  ] as const
) {
  Deno.test(`Collector survives ${name}, and recovers by itself`, async () => {
    using bench = new Bench({ assumedLimit: 100_000 });
    bench.api.publish(eventAt(1_000), START);
    bench.api.always = (page, url) => ({
      ...page,
      events: url.searchParams.has("n") ? [] : page.events,
      next: fault(url),
    });
    await bench.run(30 * MINUTE);
    assertEquals(bench.watch.status().health, "red");
    assertEquals(bench.recorded().length, 1);
    bench.api.always = undefined;
    await bench.run(70 * MINUTE); // what was skipped is tried again within the hour
    bench.assertComplete();
    assertEquals(bench.watch.status().health, "green");
    assertEquals(bench.state.counts.twins, 0);
  });
}

Deno.test("Collector records new events although no slice can be read to its end", async () => {
  using bench = new Bench();
  bench.api.always = failsWithLink;
  await bench.run(10 * MINUTE);
  bench.api.publish(eventAt(11 * MINUTE), START + 11 * MINUTE);
  await bench.run(10 * MINUTE);
  bench.assertComplete();
});

for (const _links of [[], { next: {} }, { next: { href: null } }, { next: "?cursor=b" }, 7]) {
  Deno.test(`Collector records the events of pages with _links ${JSON.stringify(_links)}, and reports the link`, async () => {
    using bench = new Bench({}, {
      readPage: (requested) =>
        processPage(Response.json({ auditEvents: [eventAt(-1_000)], _links }), { requested }),
    });
    await bench.run(10 * MINUTE);
    assertEquals(bench.recorded(), [eventAt(-1_000)]);
    const { health, failures } = bench.watch.status();
    assertEquals([health, failures.map(({ code }) => code)], ["red", ["malformed_link"]]);
  });
}

Deno.test("Collector follows the first of a list of next links", async () => {
  using bench = new Bench({}, {
    readPage: (requested) => {
      const next = [{ href: "?cursor=b" }];
      const body = requested.searchParams.has("cursor")
        ? { auditEvents: [eventAt(-2_000)] }
        : { auditEvents: [eventAt(-1_000)], _links: { next } };
      return processPage(Response.json(body), { requested });
    },
  });
  await bench.settle();
  assertEquals(bench.recorded(), [eventAt(-1_000), eventAt(-2_000)]);
  assertEquals(bench.watch.status().health, "green");
});

function failsWithLink(page: import("../../src/thousandeyes/page/page.ts").Page, url: URL) {
  return { ...page, next: new URL(url) };
}

Deno.test("Collector records and alerts once although the user and the account group are renamed, and says so", async () => {
  using bench = new Bench({}, { match: () => [{ rule: { id: "any", title: "Any" } }] });
  const before = { ...eventAt(1_000, "Ada Byron"), uid: "7", accountGroupName: "Here" };
  const after = { ...before, user: "Ada Lovelace", accountGroupName: "There" };
  bench.api.publish(before);
  await bench.run(10 * MINUTE);
  bench.api.always = (page) => ({ ...page, events: page.events.map(() => after) });
  await bench.run(26 * HOUR, 100_000); // the overlap and both sweeps
  assertEquals(bench.recorded(), [before]);
  assertEquals(bench.log.alertsAfter(0, 10).length, 1);
  const { renames, counts } = bench.watch.status();
  const at = renames[0]!.at;
  assertEquals(renames, [
    { of: "user", id: "7", from: "Ada Byron", to: "Ada Lovelace", at },
    { of: "accountGroup", id: "12", from: "Here", to: "There", at },
  ]);
  assert(counts.renamed > 2);
});

Deno.test("Collector finds what was published hours and days late", async () => {
  using bench = new Bench();
  bench.api.publish(eventAt(1_000, "in time"));
  bench.api.publish(eventAt(2_000, "ten minutes"), START + 10 * MINUTE);
  bench.api.publish(eventAt(3_000, "five hours"), START + 5 * HOUR);
  bench.api.publish(eventAt(4_000, "three days"), START + 72 * HOUR);
  await bench.run(30 * MINUTE);
  assertEquals(bench.recorded().length, 2);
  await bench.run(6 * HOUR);
  assertEquals(bench.recorded().length, 3);
  await bench.run(4 * 24 * HOUR, 100_000);
  bench.assertComplete();
  const late = bench.watch.status().late.filter(({ events }) => events > 0);
  assertEquals(late.map(({ upToMs }) => upToMs), [15 * MINUTE, 6 * HOUR, 7 * 24 * HOUR]);
});

Deno.test("Collector backfills oldest first, and live polls have priority", async () => {
  using bench = new Bench({ backfillMs: 30 * 24 * HOUR, assumedLimit: 10 });
  for (let day = 30; day > 0; day--) {
    for (let n = 0; n < 10; n++) {
      bench.api.publish(eventAt(-day * 24 * HOUR + n * MINUTE * 50, `${n}`));
    }
  }
  bench.api.publish(eventAt(90_000, "live"), START + 100_000);
  await bench.run(3 * MINUTE);
  assert(
    bench.recorded().some(({ user }) => user === "live"),
    "the live event does not wait",
  );
  assertNotEquals(bench.watch.status().covered.gaps, []);
  await bench.run(3 * HOUR);
  bench.assertComplete();
  assertEquals(bench.watch.status().covered.gaps, []);
  const past = bench.recorded().filter(({ user }) => user !== "live").map(({ date }) => date!);
  const inOrder = past.filter((date, index) => index === 0 || date >= past[index - 1]!).length;
  assert(inOrder > past.length * 0.7, `${inOrder} of ${past.length} came in order`);
});

Deno.test("Collector reads new events at once after a pause, and then what it missed", async () => {
  using bench = new Bench();
  await bench.run(10 * MINUTE);
  for (let hour = 1; hour < 50; hour++) {
    bench.api.publish(eventAt(hour * HOUR), START + hour * HOUR + 5_000);
  }
  bench.clock.set(START + 49 * HOUR + 30_000); // nothing ran in between
  bench.restart();
  await bench.settle();
  assertEquals(bench.recorded().some(({ date }) => date === eventAt(49 * HOUR).date), true);
  await bench.run(HOUR);
  bench.assertComplete();
});

for (
  const [name, jumps] of [
    ["is set back by a day", [-24 * HOUR]],
    ["jumps ahead by a day and back", [24 * HOUR, -24 * HOUR]],
    ["jumps ahead by a month and back", [30 * 24 * HOUR, -30 * 24 * HOUR]],
  ] as const
) {
  Deno.test(`Collector loses nothing when the clock ${name}`, async () => {
    using bench = new Bench();
    await bench.settle();
    let real = START;
    let offset = 0;
    async function pass(minutes: number) {
      for (let n = 0; n < minutes; n++) {
        real += MINUTE;
        bench.api.publish(eventAt(real - START - 10_000, `at ${real}`), 0);
        bench.clock.set(real + offset);
        for (let step = 0; step < 50; step++) {
          if (await bench.watch.collector.step() > bench.clock.now()) break;
        }
      }
    }
    await pass(30);
    for (const jump of jumps) {
      offset += jump;
      await pass(100);
    }
    offset = 0;
    await pass(130);
    bench.assertComplete();
  });
}

Deno.test("Collector writes two rows for each new event and none for a duplicate", async () => {
  let rows = 0;
  using bench = new Bench();
  const { log } = bench;
  const counting = {
    ...bench.sql,
    run: (text: string, ...values: (string | number | null)[]) => {
      const written = bench.sql.run(text, ...values);
      rows += written;
      return written;
    },
  };
  const { recordEvents } = await import("../../src/store/record_events.ts");
  const events = Array.from({ length: 500 }, (_, n) => eventAt(n * 1_000, `u${n}`));
  log.transaction(() => recordEvents(counting as never, events, { now: START }));
  assertEquals(rows, 500 + 1); // and the counter; node:sqlite does not count the index
  rows = 0;
  log.transaction(() => recordEvents(counting as never, events, { now: START }));
  assertEquals(rows, 0);
});
