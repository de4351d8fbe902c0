import { assert, assertEquals } from "@std/assert";
import { Bench, eventAt, HOUR, MINUTE, START } from "./bench_of.ts";
import { ThousandEyesError } from "../../src/thousandeyes/errors/thousand_eyes_error.ts";
import { processPage } from "../../src/thousandeyes/page/process_page.ts";
import { failsWith } from "./fake_api.ts";

Deno.test("Collector slows down on 401, alerts once, and recovers by itself", async () => {
  using bench = new Bench();
  await bench.run(MINUTE);
  const before = bench.api.asked.length;
  bench.api.always = failsWith("unauthorized", "Cannot list audit events: 401", { status: 401 });
  await bench.run(2 * HOUR);
  const asked = bench.api.asked.length - before;
  assert(asked < 15, `${asked} requests in two hours`);
  const { health, failures } = bench.watch.status();
  assertEquals(health, "red");
  assertEquals(failures[0]!.of, "source");
  assert(failures[0]!.advice.includes("token"));
  assertEquals(bench.log.alertsAfter(0, 10).map(({ ruleId }) => ruleId), [
    "panoptes.collector.failing",
  ]);
  bench.api.publish(eventAt(30 * MINUTE), START);
  bench.api.always = undefined;
  await bench.run(20 * MINUTE);
  assertEquals(bench.watch.status().health, "green");
  bench.assertComplete();
});

Deno.test("Collector stays within its share of the rate limit, and leaves the rest to others", async () => {
  using bench = new Bench({ backfillMs: 7 * 24 * HOUR, reserve: 0.5 });
  for (let n = 0; n < 2_000; n++) bench.api.publish(eventAt(-n * 5 * MINUTE, `${n}`), 0);
  const minutes = new Map<number, number>();
  bench.api.always = (page) => {
    const now = bench.clock.now();
    const minute = Math.floor(now / MINUTE);
    const used = (minutes.get(minute) ?? 0) + 1;
    minutes.set(minute, used);
    const rateLimit = {
      limit: 20,
      remaining: Math.max(0, 20 - used),
      resetAt: (minute + 1) * MINUTE,
    };
    return { ...page, rateLimit };
  };
  await bench.run(HOUR);
  const max = Math.max(...minutes.values());
  assert(max <= 10, `${max} requests in one minute`);
  assert(minutes.size > 50, "requests are made in every minute");
});

Deno.test("Collector reads a range in shorter slices if the API refuses long ones", async () => {
  using bench = new Bench({ backfillMs: 20 * 24 * HOUR });
  for (let day = 19; day > 0; day--) bench.api.publish(eventAt(-day * 24 * HOUR), 0);
  bench.api.always = (page, url) => {
    const length = Date.parse(url.searchParams.get("endDate")!) -
      Date.parse(url.searchParams.get("startDate")!);
    if (length > 2 * HOUR) throw new ThousandEyesError("bad_request", "Too long", { status: 400 });
    return page;
  };
  await bench.run(24 * HOUR);
  bench.assertComplete();
});

for (const minutes of [-20, 20]) {
  Deno.test(`Collector keeps up although its clock is ${minutes} minutes ahead`, async () => {
    using bench = new Bench({ hourSweep: { everyMs: 24 * HOUR, reachMs: HOUR } });
    const ahead = minutes * MINUTE;
    bench.api.always = (page) => {
      const apiNow = bench.clock.now() - ahead;
      const resetAt = (Math.floor(apiNow / MINUTE) + 1) * MINUTE;
      return { ...page, rateLimit: { limit: 240, remaining: 200, resetAt } };
    };
    for (let minute = 1; minute < 120; minute++) {
      const at = minute * MINUTE; // by our clock
      bench.api.publish(eventAt(Math.max(at - ahead, MINUTE)), START + at);
    }
    await bench.run(3 * HOUR);
    bench.assertComplete();
    assertEquals(bench.watch.status().reasons.some(({ code }) => code === "clock_off"), true);
  });
}

Deno.test("Collector continues at once if the clock is set back while the rate limit is used up", async () => {
  using bench = new Bench();
  bench.clock.set(START + 24 * HOUR); // a day ahead
  bench.api.always = (page) => {
    const resetAt = bench.clock.now() + 30_000;
    return { ...page, rateLimit: { limit: 240, remaining: 0, resetAt } };
  };
  await bench.settle();
  bench.api.always = undefined;
  bench.clock.set(START + 2 * MINUTE);
  bench.api.publish(eventAt(2 * MINUTE), 0);
  await bench.settle();
  bench.assertComplete();
});

Deno.test("Collector stays within its share although resets come in whole seconds from now", async () => {
  using bench = new Bench({ reserve: 0.5 });
  const minutes = new Map<number, number>();
  for (let n = 0; n < 500; n++) bench.api.publish(eventAt(n * 100, `${n}`), START + MINUTE);
  bench.api.always = (page) => {
    bench.clock.set(bench.clock.now() + 130);
    const now = bench.clock.now();
    const minute = Math.floor(now / MINUTE);
    const used = (minutes.get(minute) ?? 0) + 1;
    minutes.set(minute, used);
    const resetAt = now + Math.floor((MINUTE - now % MINUTE) / 1_000) * 1_000;
    return { ...page, rateLimit: { limit: 240, remaining: 240 - used, resetAt } };
  };
  await bench.run(20 * MINUTE);
  bench.assertComplete();
  const max = Math.max(...minutes.values());
  assert(max <= 121, `${max} requests in a minute`);
});

Deno.test("Collector shortens a slice that outlives its cursor, with other failures in between", async () => {
  using bench = new Bench({ backfillMs: 6 * HOUR });
  for (let n = 0; n < 300; n++) bench.api.publish(eventAt(-n * MINUTE, `${n}`));
  let life = 0;
  bench.api.always = (page, url) => {
    life = url.searchParams.get("cursor") === null ? 0 : life + 1;
    if (life === 10) throw new ThousandEyesError("server_error", "Cannot list", { status: 503 });
    if (life > 20) throw new ThousandEyesError("bad_request", "Cannot list", { status: 400 });
    return page;
  };
  await bench.run(HOUR);
  bench.assertComplete();
  const { restarts } = bench.state.counts;
  assert(restarts < 20, `${restarts} restarts`);
});

for (const status of [202, 204]) {
  Deno.test(`Collector repeats a single ${status} soon, and stays out of the red`, async () => {
    let answers = 0;
    using bench = new Bench({}, {
      readPage: (requested) => {
        const isSlip = ++answers === 3;
        return processPage(
          isSlip ? new Response(null, { status }) : Response.json({ auditEvents: [] }),
          { requested },
        );
      },
    });
    await bench.run(MINUTE);
    assertEquals(bench.watch.status().health, "green");
    await bench.settle();
    while (answers < 3) await bench.run(MINUTE, 100);
    const { health, failures } = bench.watch.status();
    if (failures.length > 0) assertEquals([health, failures[0]!.status], ["yellow", status]);
    await bench.run(3_000);
    assertEquals(answers >= 4, true, "it was repeated within seconds");
    assertEquals(bench.watch.status().health, "green");
  });
}

for (
  const [code, status] of [["forbidden", 403], ["unauthorized", 401], ["not_found", 404]] as const
) {
  Deno.test(`Collector repeats a single ${status} once soon: a gateway may have slipped`, async () => {
    using bench = new Bench();
    await bench.settle();
    bench.api.faults.push(failsWith(code, "Cannot list", { status }));
    bench.clock.set(START + MINUTE);
    await bench.watch.collector.step();
    assertEquals(bench.watch.status().health, "yellow");
    await bench.run(3_000);
    assertEquals(bench.watch.status().health, "green");
  });
}

Deno.test("Collector reads everything around a second that is too large to be read, within a minute", async () => {
  using bench = new Bench();
  await bench.settle();
  for (let n = 0; n < 50; n++) {
    bench.api.publish(eventAt(n * 1_000, n === 20 ? "huge" : `${n}`), START + n * 1_000);
  }
  bench.api.always = (page) => {
    if (!page.events.some(({ user }) => user === "huge")) return page;
    throw new ThousandEyesError("body_too_large", "Cannot list audit events: too large");
  };
  bench.api.pageSize = 100;
  await bench.run(MINUTE + 50_000);
  const users = new Set(bench.recorded().map(({ user }) => user));
  assertEquals(users.size, 49);
  const { health, covered, failures } = bench.watch.status();
  assertEquals([health, failures], ["yellow", []]);
  assert(covered.lagMs <= MINUTE + 1_000, `${covered.lagMs} ms behind`);
});

Deno.test("Collector cuts a slice that will hold too many events before it has read them all", async () => {
  using bench = new Bench({ backfillMs: 6 * HOUR, maxPassEvents: 1_000 });
  bench.api.pageSize = 50;
  const published = 6 * 3_600 / 2;
  for (let n = 1; n <= published; n++) bench.api.publish(eventAt(-n * 2_000, `${n}`), 0);
  while (bench.log.head().newest < published) await bench.run(MINUTE);
  bench.assertComplete();
  const wholeSlices = bench.api.asked.map((url) => new URL(url).searchParams).filter((asked) =>
    Date.parse(asked.get("endDate")!) - Date.parse(asked.get("startDate")!) > 3 * HOUR
  );
  assertEquals(wholeSlices.length, 2, "two pages tell, where twenty would fill the pass");
});

Deno.test("Collector says that it catches up while it reads very many events of one second", async () => {
  const flood = Array.from({ length: 15_000 }, (_, n) => eventAt(10 * MINUTE, `u${n}`));
  const at = START + 10 * MINUTE;
  let isThere = false;
  using bench = new Bench({ assumedLimit: 60, maxPassEvents: 11_000 }, {
    readPage: (url) => {
      const [from, to] = ["startDate", "endDate"].map((name) =>
        Date.parse(url.searchParams.get(name)!)
      );
      const start = Number(url.searchParams.get("cursor") ?? 0);
      const found = isThere && from! <= at && at <= to! ? flood : [];
      const next = new URL(url);
      next.searchParams.set("cursor", String(start + 50));
      return Promise.resolve({
        events: found.slice(start, start + 50),
        invalid: [],
        next: start + 50 < found.length ? next : undefined,
        bytes: 100,
      });
    },
  });
  await bench.run(10 * MINUTE);
  isThere = true;
  const codes = new Set<string>();
  for (let minute = 0; minute < 120; minute++) {
    await bench.run(MINUTE, 100_000);
    const { health, reasons } = bench.watch.status();
    for (const { code, severity } of reasons) if (severity !== "info") codes.add(code);
    assert(health !== "red", `red after ${minute} minutes: ${[...codes].join(", ")}`);
    if (health === "green" && bench.log.head().newest === flood.length) break;
  }
  assertEquals([bench.watch.status().health, bench.log.head().newest], ["green", flood.length]);
  assert(codes.has("catching_up"), [...codes].join(", "));
});
