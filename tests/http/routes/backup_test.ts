import { assert, assertEquals } from "@std/assert";
import { partsOf } from "../../../src/cli/input/backup_file.ts";
import { openPart } from "../../../src/store/backup/backup_part.ts";
import { LogFixture } from "../log_fixture.ts";

const admin = { name: "ana", isAdmin: true };

async function backupOf(fixture: LogFixture, query = "", follows?: string): Promise<string[]> {
  const response = await fixture.request(`/v1/backup${query}`, admin);
  assertEquals(response.headers.get("Content-Type"), "application/x-ndjson");
  const parts = await Array.fromAsync(partsOf(new Response(await response.bytes()).body!, follows));
  return parts.map(({ text }) => text);
}

const restore = (fixture: LogFixture, part: unknown, query = "") =>
  fixture.request(`/v1/restore${query}`, {
    ...admin,
    method: "POST",
    body: JSON.stringify({ part }),
  });

Deno.test("a backup of one log is put back into another, whose readers get a gap and every entry", async () => {
  using old = new LogFixture();
  await old.recordEvents(1, 5);
  old.queueAlert("a");
  const parts = await backupOf(old);
  using other = new LogFixture();
  for (const [index, part] of parts.entries()) {
    const answer = await (await restore(other, part)).json();
    assertEquals(answer.parts, index + 1);
    assertEquals(answer.restoring, index + 1 < parts.length);
  }
  assertEquals(other.continuedFrom, [null]); // nothing had been read by a collector
  const feed = await (await other.request("/v1/events", {
    headers: { "Last-Event-ID": old.id(3), Accept: "application/json" },
  })).json();
  assert(feed.gap !== null);
  assertEquals(feed.events.length, 5);
  const changes = await (await other.request("/v1/changes", admin)).json();
  assertEquals(changes.changes.map(({ what }: { what: string }) => what), [
    "restore.done",
    "restore.begun",
  ]);
});

Deno.test("GET /v1/backup?from= continues after the last part that arrived", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 5);
  const [first = "", ...rest] = await backupOf(fixture);
  const { next = "", sha256 } = openPart(first).end;
  assertEquals(await backupOf(fixture, `?from=${encodeURIComponent(next)}`, sha256), rest);
  const refused = await fixture.request("/v1/backup?from=7", admin);
  assertEquals([refused.status, (await refused.json()).code], [400, "invalid_request"]);
});

Deno.test("POST /v1/restore refuses what is no part, is damaged, or would mix two logs", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 5);
  const [first = "", second] = await backupOf(fixture);
  const answers: [unknown, number, string][] = [
    [undefined, 422, "invalid_backup"],
    ["GIF89a", 422, "invalid_backup"],
    [first.replace("panoptes log", "panoptes lag"), 422, "invalid_backup"],
    [first, 409, "conflict"],
    [second, 409, "conflict"],
  ];
  for (const [part, status, code] of answers) {
    const response = await restore(fixture, part);
    assertEquals([response.status, (await response.json()).code], [status, code]);
  }
  assertEquals(fixture.log.head().newest, 5);
  assertEquals((await restore(fixture, first, "?replace=true")).status, 200);
  const state = await (await fixture.request("/v1/restore", admin)).json();
  assertEquals([state.restoring, state.parts], [true, 1]);
  const removed = await fixture.request("/v1/restore", { ...admin, method: "DELETE" });
  assertEquals((await removed.json()).restoring, false);
  const again = await fixture.request("/v1/restore", { ...admin, method: "DELETE" });
  assertEquals(again.status, 404);
});
