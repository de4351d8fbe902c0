import { assert, assertEquals } from "@std/assert";
import type { Alert } from "../../src/alert/alert.ts";
import type { Silence } from "../../src/alert/silence.ts";
import { Bench, endpointOf, eventAt, HOUR, MINUTE, START } from "./bench_of.ts";

/** A watch whose only rule matches every event, with a silence for one user until an hour has passed. */
function silenced(more: Partial<Silence> = {}): Bench {
  const bench = new Bench({ suppressesByDefault: true }, {
    endpoints: [endpointOf("siem"), endpointOf("pager", { minLevel: "critical" })],
    match: () => [{ rule: { id: "any", title: "Any event", level: "medium" } }],
  });
  const silence: Silence = {
    id: "s1",
    rule: null,
    fields: { user: ["ana"] },
    until: new Date(START + HOUR).toISOString(),
    by: "bob",
    reason: "A test of ours",
    createdAt: new Date(START).toISOString(),
    ...more,
  };
  bench.log.transaction(() => bench.log.addSilence(silence, START));
  return bench;
}

function alertsOf({ log }: Bench): Alert[] {
  return log.alertsAfter(0, 1e6).map(({ body }) => JSON.parse(body) as Alert);
}

function queued({ log }: Bench): string[] {
  return log.deliveries({ limit: 100 }).reverse()
    .map(({ webhookId }) =>
      String((JSON.parse(log.alert(webhookId)!.body) as Alert).events[0]?.event.user)
    );
}

Deno.test("a silence holds back the notification, never the alert, which says who and why", async () => {
  using bench = silenced();
  await bench.settle();
  bench.api.publish(eventAt(MINUTE, "Ana"), START + MINUTE);
  bench.api.publish(eventAt(MINUTE, "Bob"), START + MINUTE);
  await bench.run(10 * MINUTE);
  assertEquals(queued(bench), ["Bob"]);
  const [ana] = alertsOf(bench).filter(({ events }) => events[0]?.event.user === "Ana");
  assertEquals(ana?.silencedBy, {
    id: "s1",
    by: "bob",
    reason: "A test of ours",
    until: new Date(START + HOUR).toISOString(),
  });
  const { counts, silences, reasons } = bench.watch.status();
  assertEquals([counts.alerts, counts.silenced], [2, 1]);
  assertEquals(bench.log.alertCounts().map(({ rule, alerts }) => [rule, alerts]), [["any", 2]]);
  assertEquals(silences.map(({ id, heldBack }) => [id, heldBack]), [["s1", 1]]); // one endpoint accepts the level
  const said = reasons.find(({ code }) => code === "silenced");
  assertEquals(said?.severity, "info");
  assert(said?.message.includes("Silences: 1; messages held back: 1"), said?.message);
});

Deno.test("what a silence held back opens no window: the first alert after it is delivered", async () => {
  using bench = silenced();
  await bench.settle();
  for (const minutes of [30, 50, 61, 62]) bench.api.publish(eventAt(minutes * MINUTE, "Ana"));
  await bench.run(2 * HOUR);
  assertEquals(queued(bench), ["Ana"]);
  const alerts = alertsOf(bench);
  assertEquals(alerts.map(({ silencedBy }) => silencedBy?.id), ["s1", "s1", undefined, undefined]);
  assertEquals(alerts.map(({ foldedInto }) => foldedInto), [
    undefined,
    undefined,
    undefined,
    alerts[2]!.id,
  ]);
});

Deno.test("a silence that swallows everything is in the status, with what it has swallowed", async () => {
  using bench = silenced({ rule: "any", fields: {} });
  await bench.settle();
  for (let n = 1; n <= 20; n++) bench.api.publish(eventAt(n * MINUTE, `user ${n}`));
  await bench.run(30 * MINUTE);
  assertEquals(queued(bench), []);
  const { silences, counts, reasons } = bench.watch.status();
  assertEquals([silences[0]?.heldBack, counts.silenced], [20, 20]);
  assert(reasons.some(({ code }) => code === "silenced"));
});
