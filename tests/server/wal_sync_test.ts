import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { WalSync } from "../../src/server/wal_sync.ts";
import { HeldDisk } from "../support/held_disk.ts";
import { settled } from "../support/manual_clock.ts";

/** A log in a folder of its own, already open, on a disk whose syncs wait. */
async function withWal(
  test: (wal: WalSync, disk: HeldDisk, failures: readonly Error[]) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/log.db`;
  await Deno.writeTextFile(`${path}-wal`, "");
  using disk = new HeldDisk();
  const failures: Error[] = [];
  const wal = new WalSync(path, (error) => failures.push(error));
  try {
    await wal.durable();
    disk.begun = 0;
    disk.hold();
    await test(wal, disk, failures);
  } finally {
    disk.release();
    wal.close();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("many who wait share one sync, and it begins after what they have written", async () => {
  await withWal(async (wal, disk) => {
    wal.wrote();
    const early = Array.from({ length: 50 }, () => wal.durable());
    await settled();
    assertEquals(disk.begun, 1);
    wal.wrote();
    let isLateDone = false;
    const late = Promise.all(Array.from({ length: 50 }, () => wal.durable()))
      .then(() => isLateDone = true);
    disk.end();
    await Promise.all(early);
    await settled();
    assert(!isLateDone, "that sync may have begun before the write");
    assertEquals(disk.begun, 2);
    disk.end();
    await late;
    await wal.durable(); // nothing was written since
    assertEquals(disk.begun, 2);
  });
});

Deno.test("a sync that fails is told once, fails everybody, and is never repeated", async () => {
  await withWal(async (wal, disk, failures) => {
    wal.wrote();
    const waiting = [wal.durable()];
    await settled();
    wal.wrote();
    waiting.push(wal.durable(), wal.durable());
    const ends = Promise.allSettled(waiting);
    disk.fail();
    for (const end of await ends) assertEquals(end.status, "rejected");
    wal.wrote();
    const error = await assertRejects(() => wal.durable(), Error, "Input/output error");
    assertStringIncludes(error.message, "log.db");
    assertEquals(failures, [error]);
    assertEquals(disk.begun, 1);
  });
});

Deno.test("after the end, nothing counts as on disk, and nobody is told that the disk has failed", async () => {
  await withWal(async (wal, disk, failures) => {
    wal.wrote();
    const waiting = wal.durable();
    await settled();
    wal.close();
    disk.fail(new Error("Bad resource ID"));
    await assertRejects(() => waiting, Error, "log.db is closed");
    assertEquals(failures, []);
  });
  await withWal(async (wal, disk, failures) => {
    wal.wrote();
    wal.close();
    disk.release();
    await assertRejects(() => wal.durable(), Error, "log.db is closed");
    assertEquals([disk.begun, failures.length], [0, 0]);
  });
});

Deno.test("whatever is written, awaited and synced in any order: durable() resolves after a sync that began after the write", async () => {
  const steps = fc.array(fc.constantFrom("write", "wait", "wait", "end", "end", "fail"), {
    maxLength: 30,
  });
  const property = fc.asyncProperty(steps, (steps) =>
    withWal(async (wal, disk, failures) => {
      let written = 0;
      let begunAt = 0;
      let onDisk = 0;
      let hasFailed = false;
      disk.onSync = () => {
        assertEquals(disk.waiting, 0, "one sync at a time");
        assert(!hasFailed, "no sync after one that failed");
        begunAt = written;
      };
      const waits: Promise<void>[] = [];
      for (const step of steps) {
        if (step === "write") {
          written++;
          wal.wrote();
        } else if (step === "wait") {
          const needed = written;
          waits.push(
            wal.durable().then(
              () => assert(needed <= onDisk, `${needed} was awaited, ${onDisk} is on disk`),
              (error) => assert(hasFailed, `failed without a cause: ${error}`),
            ),
          );
        } else if (disk.waiting > 0) {
          if (step === "end") onDisk = begunAt;
          else hasFailed = true;
          if (step === "end") disk.end();
          else disk.fail();
        }
        await settled();
      }
      while (disk.waiting > 0) {
        onDisk = begunAt;
        disk.end();
        await settled();
      }
      await Promise.all(waits);
      assertEquals(failures.length, hasFailed ? 1 : 0);
    }));
  await fc.assert(property, { numRuns: 200 });
});
