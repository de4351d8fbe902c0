import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { partsOf } from "../../src/cli/input/backup_file.ts";
import { eventually } from "../support/eventually.ts";
import { WorkerFixture } from "./worker_fixture.ts";

const HOUR = 3_600_000;

Deno.test("the Worker: a backup that is put back goes on with the same numbers in a new epoch, each event once", async () => {
  await using worker = await WorkerFixture.start();
  await worker.api.publishMany(40, Date.now() - HOUR);
  await worker.api.publish({
    event: "Login failed.",
    user: "Ana (ana@example.com)",
    date: Date.now(),
  });
  const log = await eventually(() => worker.log(), (log) => log.length === 41);
  const seqOf = ({ id }: { id: string }) => id.split(".")[1];
  const alerts = await worker.alerts();
  const text = await (await worker.fetch("/v1/backup")).text();
  const parts = (await Array.fromAsync(partsOf(new Response(text).body!))).map(({ text }) => text);
  assertEquals(parts.join(""), text);

  await worker.api.publishMany(5, Date.now() - 60_000);
  await eventually(() => worker.log(), (log) => log.length === 46);
  for (const part of parts) {
    const response = await worker.fetch("/v1/restore?replace=true", {
      method: "POST",
      body: JSON.stringify({ part }),
    });
    assertEquals(response.status, 200, await response.text());
  }
  const after = await eventually(() => worker.log(), (log) => log.length === 46);
  assertEquals(after.slice(0, 41).map(seqOf), log.map(seqOf));
  assertEquals(after.slice(0, 41).map(({ event }) => event), log.map(({ event }) => event));
  assertNotEquals(after[0]?.id, log[0]?.id);
  const again = await worker.alerts();
  assertEquals(
    again.slice(0, alerts.length).map(({ alert }) => alert.id),
    alerts.map(({ alert }) => alert.id),
  );
  assertEquals(new Set(again.map(({ alert }) => alert.id)).size, again.length);
  const reader = await worker.stream("/v1/events", log[20]?.id);
  assertEquals([(await reader.next())?.event, (await reader.next())?.event], ["gap", "ready"]);
  await reader.cancel();
  const { reasons } = await worker.json("/v1/status") as { reasons: { code: string }[] };
  assert(!reasons.some(({ code }) => code === "restoring"));
});
