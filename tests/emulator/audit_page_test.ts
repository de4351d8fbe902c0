import { assertEquals, assertMatch } from "@std/assert";
import { createEmulator } from "../../src/emulator/create_emulator.ts";
import { ask, eventsOf, ORIGIN, readPass, stillClock, type TestPage } from "./emulator_client.ts";

const NOON = "2026-11-22T12:00:00Z";

function emulatorAtNoon(pageSize = 3) {
  return createEmulator({ clock: stillClock(NOON), seed: 5, pageSize });
}

Deno.test("a pass has every event once, newest first, and in one second the last published first", async () => {
  const emulator = emulatorAtNoon();
  const dates = [
    "11:00:02",
    "11:00:01",
    "11:00:01",
    "11:00:03",
    "11:00:00",
    "11:00:01",
    "11:00:02",
  ];
  emulator.publish(dates.map((time, index) => ({
    event: `Event ${index}`,
    date: `2026-11-22T${time}Z`,
  })));
  const pages = await readPass(emulator, "?window=2h");
  assertEquals(
    eventsOf(pages).map((event) => event["event"]),
    [3, 6, 0, 5, 2, 1, 4].map((index) => `Event ${index}`),
  );
  assertEquals(pages.map((page) => page.auditEvents.length), [3, 3, 1, 0]);
});

Deno.test("an event published during a pass, older than its place, is met; a newer one is not, and none is met twice", async () => {
  const emulator = emulatorAtNoon();
  for (let minute = 10; minute < 19; minute += 1) {
    emulator.publish({ event: `At ${minute}`, date: `2026-11-22T11:${minute}:00Z` });
  }
  const [first] = await readPass(emulator, "?window=2h", 1);
  emulator.publish({ event: "Late and older", date: "2026-11-22T11:12:30Z" });
  emulator.publish({ event: "Late and newer", date: "2026-11-22T11:30:00Z" });
  const rest = await readPass(emulator, first!._links.next!.href);
  const seen = eventsOf([first!, ...rest]).map((event) => event["event"]);
  assertEquals(seen.length, new Set(seen).size);
  assertEquals(seen.filter((text) => String(text).startsWith("Late")), ["Late and older"]);
  assertEquals(seen.length, 10);
});

Deno.test("the next link has the captured parameters in the captured order, with pinned dates and plain colons", async () => {
  const emulator = emulatorAtNoon();
  emulator.publish({ event: "Login failed.", date: "2026-11-22T11:00:00Z" });
  const group = emulator.organisation.accountGroups[0]!.aid;
  const [page] = await readPass(emulator, "?window=1d&max=500", 1);
  assertMatch(
    page!._links.next!.href,
    new RegExp(
      `^${ORIGIN}/v7/audit-user-events\\?aid=${group}&useAllPermittedAids=false&max=500` +
        "&cursor=b2Zmc2V0PTU1MDAwMDAx&startDate=2026-11-21T12:00:00Z&endDate=2026-11-22T12:00:00Z$",
    ),
  );
  assertEquals(atob("b2Zmc2V0PTU1MDAwMDAx"), "offset=55000001");
});

Deno.test("self is the URL of the request, including repeated parameters", async () => {
  const emulator = emulatorAtNoon();
  const query = "?startDate=2026-11-22T10:00:00Z&startDate=2026-11-22T10:00:00Z&max=5&max=5";
  const [page] = await readPass(emulator, query, 1);
  assertEquals(page!._links.self.href, `${ORIGIN}/v7/audit-user-events${query}`);
});

Deno.test("both ends of a range are inclusive", async () => {
  const emulator = emulatorAtNoon();
  for (const second of ["00", "01", "02", "03"]) {
    emulator.publish({ event: second, date: `2026-11-22T11:00:${second}Z` });
  }
  const query = "?startDate=2026-11-22T11:00:01Z&endDate=2026-11-22T11:00:02Z";
  assertEquals(eventsOf(await readPass(emulator, query)).map((e) => e["event"]), ["02", "01"]);
});

Deno.test("the body names the ends of the range that were requested", async () => {
  const emulator = emulatorAtNoon();
  const cases: [string, string | undefined, string | undefined][] = [
    ["", undefined, undefined],
    ["?window=1h", "2026-11-22T11:00:00Z", "2026-11-22T12:00:00Z"],
    ["?window=90", "2026-11-22T11:58:30Z", "2026-11-22T12:00:00Z"],
    ["?startDate=2026-11-22T11:00:00Z", "2026-11-22T11:00:00Z", undefined],
    [
      "?startDate=2026-11-22T11:00:00%2B01:00&endDate=2026-11-22 11:30:00",
      "2026-11-22T10:00:00Z",
      "2026-11-22T11:30:00Z",
    ],
    [
      "?startDate=2026-11-22T11:00:00.000000%2B0000&endDate=2026-11-22T11:30:00Z",
      "2026-11-22T11:00:00Z",
      "2026-11-22T11:30:00Z",
    ],
  ];
  for (const [query, startDate, endDate] of cases) {
    const page = await (await ask(emulator, query)).json() as TestPage;
    assertEquals([query, page.startDate, page.endDate], [query, startDate, endDate]);
  }
});

Deno.test("a page without a range is unbounded, and its next link has no dates", async () => {
  const emulator = emulatorAtNoon();
  emulator.publish({ event: "Old", date: "2020-01-01T00:00:00Z" });
  const [page] = await readPass(emulator, "", 1);
  assertEquals(page!.auditEvents.length, 1);
  assertEquals(new URL(page!._links.next!.href).searchParams.has("startDate"), false);
});

Deno.test("aid selects one account group, useAllPermittedAids all groups of the token's user", async () => {
  const organisation = emulatorAtNoon().organisation;
  const [one, two, three] = organisation.accountGroups.map((group) => group.aid);
  const emulator = createEmulator({
    clock: stillClock(NOON),
    organisation,
    tokens: [{ token: "two-groups", aid: two!, aids: [one!, two!] }],
  });
  for (const aid of [one!, two!, three!]) emulator.publish({ aid, event: aid });
  const seen = async (query: string) =>
    eventsOf(await readPass(emulator, query)).map((event) => event["event"]);
  assertEquals(await seen("?window=1h"), [two]);
  assertEquals(await seen(`?window=1h&aid=${one}`), [one]);
  assertEquals(await seen("?window=1h&useAllPermittedAids=True"), [two, one]);
  assertEquals((await ask(emulator, `?aid=${three}`)).status, 403);
});

Deno.test("a user who may only view their own activity sees nothing else", async () => {
  const organisation = emulatorAtNoon().organisation;
  const emulator = createEmulator({
    clock: stillClock(NOON),
    organisation,
    pageSize: 2,
    tokens: [{ token: "own-only", onlyUid: "7" }],
  });
  for (let n = 0; n < 12; n += 1) emulator.publish({ event: `Event ${n}`, uid: n % 3 ? "8" : "7" });
  const seen = eventsOf(await readPass(emulator, "?window=1h")).map((event) => event["uid"]);
  assertEquals(seen, ["7", "7", "7", "7"]);
});

Deno.test("an event keeps its undocumented members and gains no others", async () => {
  const emulator = emulatorAtNoon();
  const group = emulator.organisation.accountGroups[0]!;
  emulator.publish({ colour: "blue", resources: [] });
  const [page] = await readPass(emulator, "?window=1h", 1);
  assertEquals(page!.auditEvents, [
    { ...group, date: NOON, resources: [], colour: "blue" },
  ]);
});
