import { assertEquals } from "@std/assert";
import { eventually, WorkerFixture } from "./worker_fixture.ts";

Deno.test("the Worker records what the API publishes and streams it", async () => {
  await using worker = await WorkerFixture.start();
  const now = Date.now();
  worker.emulator.publishHistory(250, now - 3_600_000, now - 60_000);
  const reader = await worker.stream("/v1/events");
  const messages = await reader.take(251);
  assertEquals(messages[0]?.event, "ready");
  assertEquals(new Set(messages.map(({ id }) => id)).size, 251);
  await reader.cancel();
  await eventually(() => worker.log(), (log) => log.length === 250);
  console.log(worker.logs, await worker.json("/v1/status"));
});
