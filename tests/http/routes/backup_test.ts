import { assert, assertEquals } from "@std/assert";
import { partsOf } from "../../../src/cli/input/backup_file.ts";
import { openPart } from "../../../src/store/backup/backup_part.ts";
import { bundleOf } from "../../support/bundle_of.ts";
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

Deno.test("while a backup is put back, the state of an alert cannot be changed, so its rows fit", async () => {
  using fixture = new LogFixture();
  fixture.queueAlert("a");
  const set = (state: string) =>
    fixture.request("/v1/alerts/a/state", {
      ...admin,
      method: "PUT",
      body: JSON.stringify({ state }),
    });
  assertEquals((await set("acknowledged")).status, 200);
  const [first, ...rest] = await backupOf(fixture);
  await restore(fixture, first, "?replace=true");
  const refused = await set("closed");
  const { code, detail } = await refused.json();
  assertEquals([refused.status, code], [409, "conflict"]);
  assert(detail.includes("A restore is running"));
  for (const part of rest) assertEquals((await restore(fixture, part)).status, 200);
  assertEquals((await (await set("closed")).json()).history.length, 2);
});

const RULE = `
title: Somebody signed in
id: 5f7c4c5e-1d7c-4f0a-9d0e-6c1f0a5c7b11
logsource: { product: thousandeyes, service: audit }
detection: { words: { event: Login }, condition: words }
level: medium
`;

Deno.test("uploaded rules are in force where a backup was put back, and a stored endpoint once its secrets are set again", async () => {
  const secret = `whsec_${btoa("S3CRET".repeat(6))}`;
  const siem = { url: "https://siem.example.com/in/S3CRET", secret, minLevel: "low" };
  using old = new LogFixture();
  old.rules.upload(bundleOf(RULE), "bob");
  old.endpoints.put("siem", siem, "bob");
  const parts = await backupOf(old);
  assert(!parts.join("").includes(secret));

  using other = new LogFixture();
  for (const part of parts) await restore(other, part);
  const { rules } = await (await other.request("/v1/rules")).json();
  assertEquals(rules.map(({ title }: { title: string }) => title), ["Somebody signed in"]);
  assertEquals(other.rules.state, { ...old.rules.state });
  const problems = ["url, secret must be set again: a backup has no secrets"];
  assertEquals(other.endpoints.list().map((one) => one.problems), [problems]);
  const { url, minLevel } = other.endpoints.find("siem")!;
  assertEquals([url, minLevel], ["", "low"]); // it queues what it takes, and sends nothing

  assertEquals(other.endpoints.patch("siem", { url: siem.url }, "ana"), [
    "secret must be set again: a backup has no secrets",
  ]);
  assertEquals(other.endpoints.patch("siem", { url: siem.url, secret }, "ana"), []);
  assertEquals(other.endpoints.find("siem"), old.endpoints.find("siem"));
});
