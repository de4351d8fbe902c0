import { assertEquals } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { TEST_ENTRY, WorkerFixture } from "./worker_fixture.ts";

/** A Worker that polls once an hour, after its first poll: its alarm causes nothing earlier. */
async function atRest() {
  const worker = await WorkerFixture.start({
    vars: { POLL_INTERVAL_SECONDS: "3600", BACKFILL: "0" },
    entry: TEST_ENTRY,
  });
  await worker.json("/v1/status");
  const alarm = await worker.object();
  await eventually(() => alarm.alarmAt(), (at) => at !== null && at > Date.now() + 60_000);
  return { worker, alarm };
}

Deno.test("the watchdog wakes a log that has never been called", async () => {
  await using worker = await WorkerFixture.start();
  await worker.api.publish({ event: "Login failed.", date: Date.now() - 60_000 });
  await worker.cron();
  await eventually(() => worker.api.requests(), (count) => count > 0);
  await eventually(() => worker.log(), (log) => log.length === 1);
});

Deno.test("the watchdog restores a lost alarm, and the log continues", async () => {
  const { worker, alarm } = await atRest();
  await using _ = worker;
  await alarm.loseAlarm();
  assertEquals(await alarm.alarmAt(), null);
  await worker.cron();
  await eventually(() => alarm.alarmAt(), (at) => at !== null && at > Date.now() + 60_000);
});

Deno.test("the watchdog corrects an alarm that was set by a clock a day ahead", async () => {
  const { worker, alarm } = await atRest();
  await using _ = worker;
  const tomorrow = Date.now() + 86_400_000;
  await alarm.setAlarm(tomorrow);
  await worker.cron();
  await eventually(() => alarm.alarmAt(), (at) => at !== null && at < tomorrow - 3_600_000);
});

Deno.test("the watchdog does not change a valid alarm", async () => {
  const { worker, alarm } = await atRest();
  await using _ = worker;
  const at = await alarm.alarmAt();
  await worker.cron();
  assertEquals(await alarm.alarmAt(), at);
});

Deno.test("an object that restarts without an alarm sets it", async () => {
  const { worker, alarm } = await atRest();
  await using _ = worker;
  await alarm.loseAlarm();
  await worker.kill();
  await worker.json("/v1/status");
  const again = await worker.object();
  await eventually(() => again.alarmAt(), (at) => at !== null && at > Date.now() + 60_000);
});

Deno.test("the log continues by itself after an outage of the API", async () => {
  await using worker = await WorkerFixture.start();
  await worker.api.setFaults({ name: "server-error" });
  await worker.api.publish({ event: "Login failed.", date: Date.now() - 60_000 });
  await worker.cron();
  await eventually(() => worker.api.requests(), (count) => count >= 2);
  await worker.api.setFaults();
  await eventually(() => worker.log(), (log) => log.length === 1);
});
