import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { createEmulator, type Emulator } from "../../src/emulator/create_emulator.ts";
import { type FaultName, FAULTS } from "../../src/emulator/fault.ts";
import { ask, eventsOf, readPass, stillClock, type TestPage } from "./emulator_client.ts";

const NOON = "2026-11-22T12:00:00Z";

/** Nine events in pages of three, resources on every second one. */
function filled(): Emulator {
  const emulator = createEmulator({
    clock: stillClock(NOON),
    pageSize: 3,
    slowMs: 5_000,
    otherOrigin: "https://elsewhere.test",
  });
  emulator.publish(Array.from({ length: 9 }, (_, n) => ({
    event: `Event ${n}`,
    date: `2026-11-22T11:0${n}:00Z`,
    ipAddress: "198.51.100.7",
    uid: "7",
    ...(n % 2 ? { resources: [{ type: "testName", name: "Checkout" }] } : {}),
  })));
  return emulator;
}

function names(pages: readonly TestPage[]): unknown[] {
  return eventsOf(pages).map((event) => event["event"]);
}

const NEWEST_FIRST = [8, 7, 6, 5, 4, 3, 2, 1, 0].map((n) => `Event ${n}`);

Deno.test("ascending-order runs a whole pass from the oldest event to the newest", async () => {
  const emulator = filled();
  emulator.setFaults({ name: "ascending-order" });
  assertEquals(names(await readPass(emulator, "?window=2h")), NEWEST_FIRST.toReversed());
});

Deno.test("next-omitted-on-last-page ends a pass without an empty page, and null-next with a null", async () => {
  const emulator = filled();
  emulator.setFaults({ name: "next-omitted-on-last-page" });
  const sizes = (await readPass(emulator, "?window=2h")).map((page) => page.auditEvents.length);
  assertEquals(sizes, [3, 3, 3]);
  emulator.setFaults({ name: "null-next" });
  assertEquals((await readPass(emulator, "?window=2h")).at(-1)!._links.next, null);
});

Deno.test("a fault of the shape changes no event from one pass to the next, and loses none", async () => {
  const shapes: FaultName[] = [
    "empty-resources",
    "null-resources",
    "missing-ip-address",
    "null-members",
    "unknown-members",
    "numeric-ids",
    "other-date-forms",
    "invalid-event",
  ];
  for (const name of shapes) {
    const emulator = filled();
    const plain = await readPass(emulator, "?window=2h");
    emulator.setFaults({ name });
    const first = await readPass(emulator, "?window=2h");
    const second = await readPass(emulator, "?window=2h&max=2");
    assertNotEquals(eventsOf(first), eventsOf(plain), name);
    const good = (pages: TestPage[]) =>
      eventsOf(pages).filter((event) => NEWEST_FIRST.includes(String(event?.["event"])));
    assertEquals(good(first), good(second), name);
    assertEquals(names([{ ...first[0]!, auditEvents: good(first) }]), NEWEST_FIRST, name);
  }
});

Deno.test("the shape faults are what their names say", async () => {
  const newest = async (name: FaultName) => {
    const response = await ask(filled(), "?window=2h", { "x-emulator-fault": name });
    return (await response.json() as TestPage).auditEvents[0]!;
  };
  assertEquals((await newest("empty-resources"))["resources"], []);
  assertEquals((await newest("null-resources"))["resources"], null);
  assertEquals((await newest("null-members"))["user"], null);
  assertEquals((await newest("numeric-ids"))["uid"], 7);
  assert("session" in await newest("unknown-members"));
  const emulator = filled();
  emulator.setFaults({ name: "missing-ip-address" });
  const without = eventsOf(await readPass(emulator, "?window=2h")).filter((e) =>
    !("ipAddress" in e)
  );
  assertEquals(without.length, 3);
});

Deno.test("other-date-forms are the same instants", async () => {
  const emulator = filled();
  const plain = eventsOf(await readPass(emulator, "?window=2h")).map((event) => event["date"]);
  emulator.setFaults({ name: "other-date-forms" });
  const other = eventsOf(await readPass(emulator, "?window=2h")).map((event) => event["date"]);
  const instant = (date: unknown) =>
    Date.parse(String(date).replace(/ (.*)$/, "T$1Z").replace("+0000", "Z"));
  assertEquals(other.map(instant), plain.map(instant));
  assertEquals(new Set(other.map((date) => String(date).slice(19))).size, 4);
});

Deno.test("invalid-event adds one item to each page with events, and removes none", async () => {
  const emulator = filled();
  emulator.setFaults({ name: "invalid-event" });
  const sizes = (await readPass(emulator, "?window=2h")).map((page) => page.auditEvents.length);
  assertEquals(sizes, [4, 4, 4, 0]);
});

Deno.test("repeated-cursor comes back to the same page, endless-pages never repeats a cursor and never ends", async () => {
  const cursors = (pages: TestPage[]) =>
    pages.map((page) => new URL(page._links.next!.href).searchParams.get("cursor"));
  const emulator = filled();
  emulator.setFaults({ name: "repeated-cursor" });
  const repeated = cursors(await readPass(emulator, "?window=2h", 4));
  assertEquals(new Set(repeated).size, 1);
  emulator.setFaults({ name: "endless-pages" });
  const endless = await readPass(emulator, "?window=2h", 30);
  assertEquals(new Set(cursors(endless)).size, 30);
  assertEquals(names(endless), NEWEST_FIRST);
});

Deno.test("empty-pages sends an empty page before each page, and loses nothing", async () => {
  const emulator = filled();
  emulator.setFaults({ name: "empty-pages" });
  const pages = await readPass(emulator, "?window=2h");
  assertEquals(pages.map((page) => page.auditEvents.length), [0, 3, 0, 3, 0, 3, 0, 0]);
  assertEquals(names(pages), NEWEST_FIRST);
});

Deno.test("the faults of the link lead elsewhere or are a template", async () => {
  const next = async (name: FaultName) => {
    const response = await ask(filled(), "?window=2h", { "x-emulator-fault": name });
    return (await response.json() as TestPage)._links.next!;
  };
  assertEquals(new URL((await next("next-other-host")).href).origin, "https://elsewhere.test");
  const template = await next("templated-next");
  assertEquals([template.templated, template.href.includes("{")], [true, true]);
});

Deno.test("the faults that replace a page have the right status, body and headers", async () => {
  const cases: [FaultName, number, RegExp, boolean][] = [
    ["too-many-requests", 429, /"Too Many Requests"/, true],
    ["too-many-requests-no-reset", 429, /"Too Many Requests"/, false],
    ["forbidden", 403, /"status":0/, true],
    ["empty-404", 404, /^$/, true],
    ["server-error", 500, /"Internal server error"/, true],
    ["html-502", 502, /^<html>/, false],
    ["maintenance-503", 503, /"Service Unavailable"/, false],
    ["redirect", 302, /^$/, false],
    ["not-json", 200, /^Service is restarting/, true],
  ];
  for (const [name, status, body, hasReset] of cases) {
    const response = await ask(filled(), "?window=2h", { "x-emulator-fault": name });
    assertEquals([name, response.status], [name, status]);
    assert(body.test(await response.text()), name);
    assertEquals(response.headers.has("x-organization-rate-limit-reset"), hasReset, name);
  }
  const redirect = await ask(filled(), "?window=2h", { "x-emulator-fault": "redirect" });
  assertEquals(
    redirect.headers.get("location"),
    "https://elsewhere.test/v7/audit-user-events?window=2h",
  );
});

Deno.test("expired-cursor rejects the second page and not the first", async () => {
  const emulator = filled();
  emulator.setFaults({ name: "expired-cursor" });
  const [first] = await readPass(emulator, "?window=2h", 1);
  assertEquals((await ask(emulator, first!._links.next!.href)).status, 400);
});

Deno.test("a cut body ends early: by a broken stream, or in the middle of the JSON", async () => {
  const broken = await ask(filled(), "?window=2h", { "x-emulator-fault": "body-cut-short" });
  await assertRejects(() => broken.text(), Error, "cut on purpose");
  const short = await ask(filled(), "?window=2h", { "x-emulator-fault": "json-cut-short" });
  const text = await short.text();
  assertEquals(text.startsWith('{"auditEvents":['), true);
  assertEquals(text.endsWith("}}"), false);
});

Deno.test("a slow body and a slow response are complete in the end, after the emulator's pause", async () => {
  for (const name of ["slow-body", "slow-answer"] as const) {
    const clock = stillClock(NOON);
    const emulator = createEmulator({ clock, slowMs: 5_000 });
    emulator.publish({ event: "Login failed." });
    const response = await ask(emulator, "?window=2h", { "x-emulator-fault": name });
    assertEquals((await response.json()).auditEvents.length, 1);
    assertEquals(clock.time - Date.parse(NOON), 5_000, name);
  }
});

Deno.test("a fault may be planned for every n-th request and for a number of times", async () => {
  const emulator = filled();
  emulator.setFaults({ name: "server-error", every: 2, times: 2 });
  const statuses: number[] = [];
  for (let n = 0; n < 7; n += 1) {
    const response = await ask(emulator, "?window=2h");
    await response.body?.cancel();
    statuses.push(response.status);
  }
  assertEquals(statuses, [200, 500, 200, 500, 200, 200, 200]);
});

Deno.test("the control route turns every fault mode on and off, and rejects an unknown one", async () => {
  const emulator = filled();
  const post = (body: unknown) =>
    emulator.app.request("/emulator/faults", { method: "POST", body: JSON.stringify(body) });
  for (const name of Object.keys(FAULTS)) {
    assertEquals((await post({ name, times: 3 })).status, 200, name);
  }
  const list = await (await emulator.app.request("/emulator/faults")).json();
  assertEquals(list.on, [{ name: "slow-answer", every: 1, times: 3 }]);
  for (const bad of [{ name: "none" }, { name: "redirect", every: 0 }, null, "redirect"]) {
    assertEquals((await post(bad)).status, 400);
  }
  await emulator.app.request("/emulator/faults", { method: "DELETE" });
  assertEquals((await ask(emulator, "?window=2h")).status, 200);
  assertEquals((await ask(emulator, "", { "x-emulator-fault": "none" })).status, 400);
});
