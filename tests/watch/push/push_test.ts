import { assert, assertEquals } from "@std/assert";
import type { UserEvent } from "../../../src/thousandeyes/event/user_event.ts";
import { pushedRecord } from "../../support/otlp.ts";
import { Bench, eventAt, HOUR, MINUTE, START } from "../bench_of.ts";

const SECOND = 1_000;

function happened(ms: number, more: UserEvent = {}): UserEvent {
  const { user: _, ...event } = eventAt(ms);
  return { ...event, uid: "7", user: "Ada (ada@example.com)", ...more };
}

function codesOf(bench: Bench): string[] {
  return bench.watch.status().reasons.map(({ code }) => code)
    .filter((code) => code.startsWith("push") || code === "invalid_events");
}

Deno.test("a pushed event is in the log at once, and polling that shows it adds nothing", async () => {
  using bench = new Bench({}, { isPushed: true });
  const event = happened(10 * SECOND);
  bench.api.publish(event, START + 40 * SECOND);
  await bench.settle();
  bench.clock.set(START + 11 * SECOND);
  assertEquals(bench.watch.push([pushedRecord(event)])?.recorded, 1);
  assertEquals(bench.recorded(), [event]);
  await bench.run(5 * MINUTE);
  assertEquals(bench.watch.push([pushedRecord(event)]), {
    recorded: 0,
    duplicates: 1,
    expired: 0,
    invalid: 0,
  });
  bench.assertComplete();
  const { push, counts } = bench.watch.status();
  assertEquals([push?.recorded, push?.duplicates, push?.unconfirmed], [1, 1, 0]);
  assertEquals(counts.recorded, 1);
});

Deno.test("twins that are pushed together or one by one are completed by polling", async () => {
  using bench = new Bench({}, { isPushed: true });
  const event = happened(10 * SECOND);
  for (let twin = 0; twin < 3; twin++) bench.api.publish(event, START + 30 * SECOND);
  await bench.settle();
  bench.clock.set(START + 20 * SECOND);
  bench.watch.push([pushedRecord(event, 1), pushedRecord(event, 500)]);
  bench.watch.push([pushedRecord(event, 900_000_000)]);
  assertEquals(bench.recorded().length, 1);
  await bench.run(5 * MINUTE);
  bench.assertComplete();
});

Deno.test("a log record that is no valid event is set aside once, and the health says so", () => {
  using bench = new Bench({}, { isPushed: true, aid: "12" });
  const odd = [
    pushedRecord({ event: "Login failed.", date: eventAt(0).date! }), // of no account group
    pushedRecord({ ...eventAt(0), aid: "13" }), // of another one
    pushedRecord({ ...eventAt(0), date: "1970-01-01T00:00:00Z" }), // of no time
    { resource: undefined, record: 7 },
  ];
  assertEquals(bench.watch.push(odd)?.invalid, 4);
  assertEquals(bench.watch.push(odd)?.invalid, 4);
  assertEquals(bench.log.invalidEvents(0, 10).map(({ issues }) => issues), [
    ["thousandeyes.account.id is missing"],
    ["thousandeyes.account.id is not the account group of this source"],
    ["timeUnixNano is missing"],
    ["the log record is not valid OTLP"],
  ]);
  assertEquals(codesOf(bench), ["invalid_events"]);
  assertEquals(bench.recorded(), []);
});

Deno.test("when polling finds new events for 15 minutes and nothing is pushed, the health says so until something is", async () => {
  using bench = new Bench({}, { isPushed: true });
  await bench.run(HOUR); // nothing happens, so nothing is missed
  assertEquals(codesOf(bench), []);
  bench.api.publish(happened(HOUR));
  await bench.run(10 * MINUTE);
  assertEquals(codesOf(bench), []);
  await bench.run(10 * MINUTE);
  assertEquals(codesOf(bench), ["push_silent"]);
  bench.watch.push([pushedRecord(happened(HOUR + 20 * MINUTE))]);
  assertEquals(codesOf(bench), []);
});

Deno.test("without a token that may push, nothing is expected", async () => {
  using bench = new Bench();
  bench.api.publish(happened(0));
  await bench.run(HOUR);
  assertEquals([codesOf(bench), bench.watch.status().push], [[], null]);
});

Deno.test("pushed events that polling does not show for two hours may be in the log twice: the health says so", async () => {
  using bench = new Bench({}, { isPushed: true });
  const event = happened(10 * SECOND);
  bench.api.publish(event, START + 20 * SECOND);
  await bench.settle();
  bench.clock.set(START + 20 * SECOND);
  bench.watch.push([pushedRecord({ ...event, event: "Login failed" })]); // the API writes a full stop
  await bench.run(110 * MINUTE);
  assertEquals(bench.recorded().length, 2);
  assert(!codesOf(bench).includes("push_unconfirmed"));
  await bench.run(20 * MINUTE);
  assert(codesOf(bench).includes("push_unconfirmed"));
  assertEquals(bench.watch.status().push?.unconfirmed, 1);
});

Deno.test("a push that is refused for good is told for an hour", () => {
  using bench = new Bench({}, { isPushed: true });
  bench.watch.notePushRefused("The body is not JSON in UTF-8");
  assertEquals(codesOf(bench), ["push_refused"]);
  assertEquals(bench.watch.status().push?.refused, 1);
  bench.clock.set(START + HOUR + MINUTE);
  assertEquals(codesOf(bench), []);
});

Deno.test("a rule that fails on a pushed event leaves it in the log, and the health says so", () => {
  using bench = new Bench({}, {
    isPushed: true,
    match: () => {
      throw new Error("a bug");
    },
  });
  bench.watch.push([pushedRecord(happened(0))]);
  assertEquals(bench.recorded().length, 1);
  const found = bench.watch.status().reasons.find(({ code }) => code === "match_failed");
  assertEquals([found?.about, found?.severity], ["push", "yellow"]);
});
