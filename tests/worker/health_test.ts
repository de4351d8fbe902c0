import { assert, assertEquals, assertMatch } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { TEST_ENTRY, WorkerFixture } from "./worker_fixture.ts";

type Status = { health: string; reasons: { code: string; severity: string; message: string }[] };

const statusOf = (worker: WorkerFixture) => worker.json("/v1/status") as unknown as Promise<Status>;

/** Makes the database refuse every write that a tick needs, as a full disk does. */
async function fillDisk(worker: WorkerFixture): Promise<void> {
  for (const change of ["INSERT", "UPDATE"]) {
    await worker.sql(
      `CREATE TRIGGER full_${change} BEFORE ${change} ON checkpoints BEGIN
        SELECT RAISE(ABORT, 'database or disk is full'); END`,
    );
  }
}

async function makeRoom(worker: WorkerFixture): Promise<void> {
  for (const change of ["INSERT", "UPDATE"]) await worker.sql(`DROP TRIGGER full_${change}`);
}

Deno.test("the status and the metrics are red from the first tick that the database fails, and green again after it", async () => {
  await using worker = await WorkerFixture.start({ vars: { BACKFILL: "0" }, entry: TEST_ENTRY });
  await worker.cron();
  await eventually(() => statusOf(worker), ({ health }) => health === "green");
  await fillDisk(worker);
  const { reasons } = await eventually(() => statusOf(worker), ({ health }) => health === "red");
  const failed = reasons.find(({ code }) => code === "tick_failed");
  assertMatch(
    failed?.message ?? "",
    /^The last (tick|\d+ ticks) failed: .*database or disk is full/,
  );
  const metrics = await (await worker.fetch("/metrics")).text();
  assert(metrics.includes(`panoptes_health{state="red",source="default"} 1\n`), metrics);
  assert(
    metrics.includes(
      `panoptes_health_reason{code="tick_failed",severity="red",source="default"} 1\n`,
    ),
  );
  await makeRoom(worker);
  await (await worker.object()).setAlarm(Date.now()); // the next one would come within a minute
  await eventually(() => statusOf(worker), ({ health }) => health === "green");
  const told = await eventually(
    () => worker.alerts(),
    (alerts) => alerts.some(({ alert }) => alert.rule.title === "Panoptes could not work"),
  );
  assertEquals(told.length, 1);
});

Deno.test("the status is red, with an alert, when the API changes the type of a member", async () => {
  await using worker = await WorkerFixture.start({ vars: { BACKFILL: "0" } });
  await worker.cron();
  await eventually(() => statusOf(worker), ({ health }) => health === "green");
  for (let n = 0; n < 20; n++) {
    const date = Date.now();
    await worker.api.publish({ event: { text: `Test deleted ${n}.` } as unknown as string, date });
  }
  // Some polls may see only some of them.
  const message = "Invalid events: 20; the first: event is an object.";
  const { health } = await eventually(
    () => statusOf(worker),
    ({ reasons }) => reasons.some((one) => one.message === message),
  );
  assertEquals(health, "red");
  // Not the only one: on a busy machine the collector may be late as well.
  await eventually(
    () => worker.alerts(),
    (alerts) =>
      alerts.some(({ alert }) =>
        alert.rule.title === "ThousandEyes sends events that Panoptes cannot read"
      ),
  );
});
