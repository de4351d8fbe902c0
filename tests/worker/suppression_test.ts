import { assertEquals } from "@std/assert";
import type { Alert, FoldedAlerts } from "../../src/alert/alert.ts";
import { newSecret } from "../../src/local/credentials.ts";
import { createReceiver, type ReceivedWebhook } from "../../src/local/webhook_receiver.ts";
import { eventually } from "../support/eventually.ts";
import { TEST_ENTRY, WorkerFixture } from "./worker_fixture.ts";

/** A receiver that accepts everything, as one or more endpoints. */
function startReceiver(...endpoints: { name: string; digestMs?: number }[]) {
  const secret = newSecret();
  const received: ReceivedWebhook[] = [];
  const accept = createReceiver({ secrets: [secret], onReceived: (one) => received.push(one) });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, accept);
  const url = `http://127.0.0.1:${server.addr.port}/`;
  return {
    WEBHOOKS: JSON.stringify(
      endpoints.map((one) => ({
        minLevel: "low",
        ...one,
        url,
        secret,
        allowHttpLoopback: true,
      })),
    ),
    /** The data of the messages of one type. */
    of: <Data>(type: string) =>
      received.map(({ body }) => body as { type: string; data: Data })
        .filter((body) => body.type === type).map(({ data }) => data),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const failedLogin = (user: string) => ({ event: "Login failed.", user });

Deno.test("the Worker delivers the first of a group, marks repeats, and tells their count although it was killed", async () => {
  await using receiver = startReceiver({ name: "chat", digestMs: 6_000 });
  const { WEBHOOKS } = receiver;
  await using worker = await WorkerFixture.start({
    vars: { WEBHOOKS, BACKFILL: "0" },
    entry: TEST_ENTRY,
  });
  await worker.cron();
  await worker.api.publish(failedLogin("Ada"));
  await eventually(() => worker.alerts(), (alerts) => alerts.length === 1);
  await worker.kill();
  await worker.api.publish(failedLogin("Ada"), failedLogin("Bob"), failedLogin("Ada"));
  const alerts = await eventually(() => worker.alerts(), (alerts) => alerts.length === 4);
  const [first] = alerts;
  const adas = alerts.filter(({ alert }) => alert.events[0]?.event.user === "Ada");
  // A rule of the level `low` folds for a day.
  assertEquals(adas.map(({ alert }) => alert.foldedInto), [
    undefined,
    first!.alert.id,
    first!.alert.id,
  ]);
  const status = await worker.json("/v1/status") as { counts: Record<string, number> };
  assertEquals([status.counts.alerts, status.counts.folded], [4, 2]);
  const metrics = await (await worker.fetch("/metrics")).text();
  assertEquals(/^panoptes_alerts_folded_total\{source="default"\} (\d+)$/m.exec(metrics)?.[1], "2");
  const delivered = await eventually(
    () => Promise.resolve(receiver.of<Alert>("alert.created")),
    (alerts) => alerts.length === 2,
  );
  assertEquals(delivered.map(({ events }) => events[0]?.event.user), ["Ada", "Bob"]);
});

Deno.test("the Worker tells the count of a digest when its window ends, under an id of its own", async () => {
  await using receiver = startReceiver({ name: "chat", digestMs: 8_000 });
  await using worker = await WorkerFixture.start({
    vars: { WEBHOOKS: receiver.WEBHOOKS, SUPPRESS_BY_DEFAULT: "false", BACKFILL: "0" },
    entry: TEST_ENTRY,
  });
  await worker.cron();
  await worker.api.publish(failedLogin("Ada"), failedLogin("Ada"), failedLogin("Ada"));
  const alerts = await eventually(() => worker.alerts(), (alerts) => alerts.length === 3);
  assertEquals(alerts.map(({ alert }) => alert.foldedInto), Array(3).fill(undefined));
  await worker.kill();
  const [folded, ...others] = await eventually(
    () => Promise.resolve(receiver.of<FoldedAlerts>("alert.folded")),
    ([folded]) => folded !== undefined,
  );
  assertEquals(others, []);
  assertEquals(
    [folded!.count, folded!.first, folded!.last, folded!.group],
    [2, alerts[0]!.alert.id, alerts[2]!.alert.id, [{ field: "user", value: "Ada" }]],
  );
  assertEquals(receiver.of<Alert>("alert.created").map(({ id }) => id), [alerts[0]!.alert.id]);
  const { deliveries } = await worker.json(`/v1/deliveries?alert=${folded!.id}`) as {
    deliveries?: { state: string }[];
  };
  assertEquals(deliveries?.length, 1);
});

Deno.test("the Worker keeps silences and closed alerts across restarts, and delivers what is not silenced", async () => {
  await using receiver = startReceiver({ name: "siem" });
  await using worker = await WorkerFixture.start({
    vars: { WEBHOOKS: receiver.WEBHOOKS, SUPPRESS_BY_DEFAULT: "false", BACKFILL: "0" },
    entry: TEST_ENTRY,
  });
  await worker.cron();
  const response = await worker.fetch("/v1/silences", {
    method: "POST",
    body: JSON.stringify({
      fields: { user: "Ada" },
      until: new Date(Date.now() + 3_600_000).toISOString(),
      reason: "She tests the lock",
    }),
  });
  const { id, by } = await response.json();
  assertEquals([response.status, by], [201, "tests"]);
  await worker.kill();
  await worker.api.publish(failedLogin("Ada"), failedLogin("Bob"));
  const alerts = await eventually(() => worker.alerts(), (alerts) => alerts.length === 2);
  assertEquals(
    alerts.map(({ alert }) => [alert.events[0]?.event.user, alert.silencedBy?.id]).sort(),
    [["Ada", id], ["Bob", undefined]],
  );
  await eventually(
    () => Promise.resolve(receiver.of<Alert>("alert.created")),
    ([first]) => first?.events[0]?.event.user === "Bob",
  );
  const { silences } = await worker.json("/v1/status") as { silences?: { heldBack: number }[] };
  assertEquals(silences?.map(({ heldBack }) => heldBack), [1]);
  const ended = await worker.fetch(`/v1/silences/${id}`, { method: "DELETE" });
  assertEquals(ended.status, 200);
  const path = `/v1/alerts/${alerts[0]!.alert.id}/state`;
  const body = JSON.stringify({ state: "closed", note: "It was the test" });
  assertEquals((await worker.fetch(path, { method: "PUT", body })).status, 200);
  await worker.kill();
  const { state, by: closedBy, note } = await worker.json(path);
  assertEquals([state, closedBy, note], ["closed", "tests", "It was the test"]);
  const { alerts: closed } = await worker.json("/v1/alerts?state=closed") as {
    alerts?: { state: string; alert: Alert }[];
  };
  assertEquals(closed?.map(({ state, alert }) => [state, alert.id]), [
    ["closed", alerts[0]!.alert.id],
  ]);
  await worker.api.publish(failedLogin("Ada"));
  await eventually(
    () => Promise.resolve(receiver.of<Alert>("alert.created")),
    (alerts) => alerts.length === 2,
  );
});
