import { assertEquals } from "@std/assert";
import type { Alert, FoldedAlerts } from "../../src/alert/alert.ts";
import { Bench, endpointOf, eventAt, HOUR, MINUTE, START } from "./bench_of.ts";
import { Receiver } from "./receiver.ts";

/** A watch from 10:00 on, whose endpoint is told only what is high between 12:00 and 18:00. */
function watching(from = "12:00") {
  const receiver: Receiver = new Receiver(() => bench);
  receiver.instant = () => "ok";
  const quietHours = { from, to: "18:00", minLevel: "high" } as const;
  const bench: Bench = new Bench({ suppressesByDefault: true }, {
    endpoints: [endpointOf("pager", {}, { quietHours })],
    attempt: receiver.attempt,
    match: ({ user }) => {
      if (user === "poison") throw new Error("A rule broke");
      const custom = { panoptes: { suppress: { by: ["user"], for: "1h" } } };
      return [{ rule: { title: "Any event", level: user === "root" ? "high" : "low", custom } }];
    },
  });
  return { bench, receiver };
}

/** Who each message was about, or how many repeats it tells, and when it came. */
function told({ posts }: Receiver): [what: string | number, at: string][] {
  return posts.map(({ body, at }) => {
    const { type, data } = JSON.parse(body) as { type: string; data: Alert | FoldedAlerts };
    const what = type === "alert.folded"
      ? (data as FoldedAlerts).count
      : String((data as Alert).events[0]?.event.user);
    return [what, new Date(at).toISOString().slice(11, 16)];
  });
}

Deno.test("in quiet hours an endpoint is told what is urgent, and the rest when they end", async () => {
  const { bench, receiver } = watching();
  using _ = bench;
  await bench.pass(MINUTE);
  for (const [hour, user] of [[1, "Ana"], [3, "Bob"], [4, "root"], [9, "Eve"]] as const) {
    bench.api.publish(eventAt(hour * HOUR, user));
  }
  await bench.pass(7 * HOUR);
  const health = bench.watch.status().health;
  assertEquals(told(receiver).map(([who]) => who), ["Ana", "root"]);
  assertEquals(bench.log.deliveries({ state: "pending", limit: 9 }).map(({ dueAt }) => dueAt), [
    START + 8 * HOUR,
  ]);
  assertEquals(health, "green");
  await bench.pass(3 * HOUR);
  const later = told(receiver).slice(2);
  assertEquals(later[0], ["Bob", "18:00"]);
  assertEquals(later.map(([who]) => who), ["Bob", "Eve"]);
});

Deno.test("a count of repeats waits for the end of quiet hours too", async () => {
  const { bench, receiver } = watching("11:00");
  using _ = bench;
  await bench.pass(MINUTE);
  for (let n = 0; n < 4; n++) bench.api.publish(eventAt((30 + n) * MINUTE, "Ana"));
  await bench.pass(7 * HOUR);
  assertEquals(told(receiver).map(([what]) => what), ["Ana"]);
  await bench.pass(2 * HOUR);
  assertEquals(told(receiver).slice(1), [[3, "18:00"]]);
});

Deno.test("what fails in Panoptes itself is told in quiet hours too", async () => {
  const { bench, receiver } = watching("11:00");
  using _ = bench;
  await bench.pass(MINUTE);
  bench.api.publish(eventAt(2 * HOUR, "poison"));
  await bench.pass(3 * HOUR);
  const rules = receiver.posts.map(({ body }) => JSON.parse(body).data.rule.id);
  assertEquals(rules[0], "panoptes.rules.broken");
});
