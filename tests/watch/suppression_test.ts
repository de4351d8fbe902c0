import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Alert, FoldedAlerts } from "../../src/alert/alert.ts";
import type { Endpoint } from "../../src/delivery/endpoint.ts";
import type { JsonValue } from "../../src/sigma/sigma_rule.ts";
import type { WatchOptions } from "../../src/watch/watch_options.ts";
import { Bench, endpointOf, eventAt, HOUR, MINUTE, START } from "./bench_of.ts";
import { Receiver } from "./receiver.ts";
import { runsOf } from "../support/fuzz_settings.ts";

const DAY = 24 * HOUR;

/** A watch whose only rule matches every event, with a receiver that accepts everything. */
function watching(
  suppress: JsonValue | undefined,
  endpoints: readonly Endpoint[],
  options: Partial<WatchOptions> = {},
) {
  const receiver: Receiver = new Receiver(() => bench);
  receiver.instant = () => "ok";
  const custom = suppress === undefined ? {} : { panoptes: { suppress } };
  const bench: Bench = new Bench({ suppressesByDefault: true, ...options }, {
    endpoints,
    attempt: receiver.attempt,
    match: () => [{ rule: { id: "any", title: "Any event", level: "medium", custom } }],
  });
  return { bench, receiver };
}

function alertsOf({ log }: Bench): Alert[] {
  return log.alertsAfter(0, 1e6).map(({ body }) => JSON.parse(body) as Alert)
    .filter(({ rule }) => rule.id === "any");
}

/** What an endpoint received: alerts by their id, and counts. */
function receivedBy({ posts }: Receiver, name: string) {
  const bodies = posts.filter(({ endpoint }) => endpoint === name)
    .map(({ body, at }) => ({ at, ...JSON.parse(body) as { type: string; data: unknown } }));
  return {
    alerts: bodies.flatMap(({ type, data }) => type === "alert.created" ? data as Alert : [])
      .filter(({ rule }) => rule.id === "any"),
    folded: bodies.flatMap(({ type, data, at }) =>
      type === "alert.folded" ? { at, ...data as FoldedAlerts } : []
    ),
  };
}

Deno.test("the first alert of a group is delivered, repeats are marked, and one message tells how many", async () => {
  const { bench, receiver } = watching({ by: ["user"], for: "1h" }, [endpointOf("siem")]);
  using _ = bench;
  await bench.pass(MINUTE);
  for (let n = 1; n <= 5; n++) bench.api.publish(eventAt(n * 5 * MINUTE, "Ana"));
  bench.api.publish(eventAt(7 * MINUTE, "Bob"));
  await bench.pass(3 * HOUR);
  const { alerts, folded } = receivedBy(receiver, "siem");
  assertEquals(alerts.map(({ events }) => events[0]?.event.user), ["Ana", "Bob"]);
  const [first] = alerts;
  const ids = alertsOf(bench).map(({ id }) => id);
  assertEquals(
    folded.map(({ count, first, last, group, summary }) => [count, first, last, group, summary]),
    [[
      4,
      first!.id,
      ids.at(-1)!,
      [{ field: "user", value: "Ana" }],
      "Any event: 4 more in 60 minutes, Ana",
    ]],
  );
  assertEquals(
    alertsOf(bench).map(({ foldedInto }) => foldedInto),
    [undefined, undefined, first!.id, first!.id, first!.id, first!.id],
  );
  const { alerts: counted, folded: repeats } = bench.state.counts;
  assertEquals([counted, repeats], [6, 4]);
});

Deno.test("a window is closed on time although no poll is due", async () => {
  const { bench, receiver } = watching({ for: "17m" }, [endpointOf("siem")], { pollMs: HOUR });
  using _ = bench;
  await bench.pass(MINUTE);
  for (const n of [1, 2, 3]) bench.api.publish(eventAt(n * 5 * MINUTE));
  await bench.pass(HOUR + 30 * MINUTE);
  const { folded: [folded] } = receivedBy(receiver, "siem");
  assertEquals([folded?.count, folded?.at], [2, START + HOUR + 17 * MINUTE]);
});

Deno.test("late and shuffled events make no more messages than the others", async () => {
  const { bench, receiver } = watching({ for: "2h" }, [endpointOf("siem")]);
  using _ = bench;
  await bench.pass(10 * HOUR);
  // A day of events that were published at once, newest first.
  for (let n = 0; n < 60; n++) bench.api.publish(eventAt(10 * HOUR - n * 8 * MINUTE, "Ana"));
  await bench.pass(2 * DAY);
  const { alerts, folded } = receivedBy(receiver, "siem");
  assertEquals(alertsOf(bench).length, 60);
  assert(alerts.length + folded.length <= 4, `${alerts.length} and ${folded.length} messages`);
});

Deno.test("a digest holds back what the rule does not, for its endpoint alone", async () => {
  const digest = endpointOf("chat", { digestMs: DAY });
  const { bench, receiver } = watching(false, [endpointOf("siem"), digest]);
  using _ = bench;
  await bench.pass(MINUTE);
  for (let n = 1; n <= 5; n++) bench.api.publish(eventAt(n * HOUR, "Ana"));
  await bench.pass(26 * HOUR);
  assertEquals(receivedBy(receiver, "siem").alerts.length, 5);
  const chat = receivedBy(receiver, "chat");
  assertEquals([chat.alerts.length, chat.folded.map(({ count }) => count)], [1, [4]]);
  assertEquals(alertsOf(bench).map(({ foldedInto }) => foldedInto), Array(5).fill(undefined));
});

Deno.test("the longer of a rule's time and a digest decides, so a window is told once", async () => {
  const endpoints = [endpointOf("siem"), endpointOf("chat", { digestMs: 6 * HOUR })];
  const { bench, receiver } = watching({ for: "1h" }, endpoints);
  using _ = bench;
  await bench.pass(MINUTE);
  for (let n = 0; n < 10; n++) bench.api.publish(eventAt(2 * MINUTE + n * 30 * MINUTE, "Ana"));
  await bench.pass(12 * HOUR);
  const of = (name: string) => {
    const { alerts, folded } = receivedBy(receiver, name);
    return [alerts.length, folded.map(({ count }) => count)];
  };
  assertEquals(of("chat"), [1, [9]]);
  assertEquals(of("siem"), [5, [1, 1, 1, 1, 1]]);
});

Deno.test("an operational alert is no repeat of another one", async () => {
  const digest = endpointOf("chat", { digestMs: 7 * DAY });
  const { bench, receiver } = watching({ for: "7d" }, [digest]);
  using _ = bench;
  await bench.pass(MINUTE);
  const { readPage } = bench.ports;
  for (let episode = 0; episode < 2; episode++) {
    (bench.ports as { readPage: typeof readPage }).readPage = () =>
      Promise.reject(new Error("not JSON"));
    await bench.watch.tick().catch(() => {});
    bench.clock.advance(3 * HOUR);
    (bench.ports as { readPage: typeof readPage }).readPage = readPage;
    await bench.pass(3 * HOUR);
  }
  const { posts } = receiver;
  const types = posts.map(({ body }) => (JSON.parse(body) as { type: string }).type);
  assert(types.length >= 2, `${types.length} messages`);
  assertEquals(new Set(types), new Set(["alert.created"]));
});

Deno.test("what an endpoint gets as messages and as counts are all its alerts, whatever comes when", async () => {
  const anEvent = fc.record({
    minute: fc.nat(600),
    user: fc.constantFrom("a", "b", "c"),
    delayMinutes: fc.oneof(fc.constant(0), fc.nat(300)),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(anEvent, { minLength: 1, maxLength: 60 }),
      fc.constantFrom<JsonValue>({ for: "10m" }, { by: [], for: "2h" }, false),
      fc.constantFrom(0, 15 * MINUTE, 5 * HOUR),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 10 }),
      fc.array(fc.nat(180), { maxLength: 6 }),
      async (events, suppress, digestMs, pageSize, maxFoldWindows, restarts) => {
        const endpoints = [endpointOf("siem"), endpointOf("chat", { digestMs })];
        const { bench, receiver } = watching(suppress, endpoints, { maxFoldWindows });
        using _ = bench;
        bench.api.pageSize = pageSize;
        for (const { minute, user, delayMinutes } of events) {
          bench.api.publish(
            eventAt(minute * MINUTE, user),
            START + (minute + delayMinutes) * MINUTE,
          );
        }
        for (const minutes of restarts) {
          await bench.pass(minutes * MINUTE);
          bench.restart();
        }
        await bench.pass(26 * HOUR);
        const ids = new Set(alertsOf(bench).map(({ id }) => id));
        for (const { name } of endpoints) {
          const { alerts, folded } = receivedBy(receiver, name);
          const own = new Set(alerts.map(({ id }) => id));
          assert([...own].every((id) => ids.has(id)));
          const count = folded.reduce((sum, { count }) => sum + count, 0);
          assertEquals(own.size + count, ids.size, name);
          assertEquals(new Set(folded.map(({ id }) => id)).size, folded.length);
        }
        assertEquals(bench.log.foldsDueAt(), undefined);
      },
    ),
    { numRuns: runsOf(10) },
  );
});
