import { assert, assertEquals, assertThrows } from "@std/assert";
import { createEmulator } from "../../src/emulator/create_emulator.ts";
import { ask, ORIGIN, stillClock } from "./emulator_client.ts";

const TEN_PAST = "2026-11-22T08:16:10Z";

Deno.test("a page carries the media type and the rate headers that were captured", async () => {
  const emulator = createEmulator({ clock: stillClock(TEN_PAST) });
  const response = await ask(emulator, "?window=1h");
  await response.body?.cancel();
  assertEquals(response.headers.get("content-type"), "application/hal+json;charset=UTF-8");
  assertEquals(response.headers.get("x-organization-rate-limit-limit"), "240");
  assertEquals(response.headers.get("x-organization-rate-limit-remaining"), "239");
  assertEquals(
    response.headers.get("x-organization-rate-limit-reset"),
    String(Date.parse("2026-11-22T08:17:00Z") / 1000),
  );
});

Deno.test("the limit counts the organisation's requests by the clock's minute, whoever's token", async () => {
  const clock = stillClock(TEN_PAST);
  const emulator = createEmulator({
    clock,
    ratePerMinute: 2,
    tokens: [{ token: "one" }, { token: "two" }],
  });
  const status = async (token: string) => {
    const response = await ask(emulator, "?window=1h", { authorization: `Bearer ${token}` });
    const body = await response.text();
    if (response.status === 429) assertEquals(JSON.parse(body).status, 429);
    return response.status;
  };
  assertEquals([await status("one"), await status("two"), await status("one")], [200, 200, 429]);
  clock.time = Date.parse("2026-11-22T08:17:00Z");
  assertEquals(await status("one"), 200);
});

Deno.test("missing and invalid credentials are distinguished, and neither uses up the limit", async () => {
  const emulator = createEmulator({ clock: stillClock(TEN_PAST), ratePerMinute: 1 });
  const none = await emulator.app.request(`${ORIGIN}/v7/audit-user-events`);
  assertEquals(none.status, 401);
  assertEquals(await none.json(), {
    errorMessage:
      "401 Not Authorized\nPlease ensure you are using the correct authentication token.",
  });
  for (const authorization of ["Bearer wrong", "Basic dXNlcjpwYXNz", emulator.token]) {
    const wrong = await ask(emulator, "", { authorization });
    assertEquals(wrong.status, 401);
    assertEquals(await wrong.json(), {
      error: "invalid_token",
      error_description: "Invalid access token",
    });
  }
  assertEquals((await ask(emulator, "?window=1h")).status, 200);
});

Deno.test("an invalid query is a 400, a problem document that names the field", async () => {
  const emulator = createEmulator({ clock: stillClock(TEN_PAST) });
  const cases: [string, string][] = [
    ["?window=1y", "window"],
    ["?window=-1h", "window"],
    ["?window=", "window"],
    ["?window=1h&startDate=2026-11-22T00:00:00Z", "window"],
    ["?window=1h&endDate=2026-11-22T00:00:00Z", "window"],
    ["?endDate=2026-11-22T00:00:00Z", "endDate"],
    ["?startDate=yesterday", "startDate"],
    ["?startDate=2026-13-22T00:00:00Z", "startDate"],
    ["?startDate=2026-11-22T00:00:00Z&endDate=never", "endDate"],
    ["?startDate=2026-11-22T02:00:00Z&endDate=2026-11-22T01:00:00Z", "startDate"],
    ["?cursor=nonsense!", "cursor"],
    [`?cursor=${btoa("offset=1")}`, "cursor"],
    [`?cursor=${btoa("page=1")}`, "cursor"],
    ["?max=0", "max"],
    ["?max=many", "max"],
    ["?useAllPermittedAids=maybe", "useAllPermittedAids"],
    ["?aid=mine", "aid"],
  ];
  for (const [query, field] of cases) {
    const response = await ask(emulator, query);
    const body = await response.json();
    assertEquals([query, response.status, body.errors?.[0].field], [query, 400, field]);
    assertEquals(response.headers.get("content-type"), "application/problem+json;charset=UTF-8");
  }
});

Deno.test("a 400 has one of the other two shapes on demand", async () => {
  const emulator = createEmulator({ clock: stillClock(TEN_PAST) });
  const title = await ask(emulator, "?window=1y", { "x-emulator-fault": "title-only-400" });
  const titleBody = await title.json();
  assertEquals(Object.keys(titleBody).sort(), ["instance", "status", "title", "type"]);
  const old = await ask(emulator, "?window=1y", { "x-emulator-fault": "old-error-shape" });
  const oldBody = await old.json();
  assertEquals([oldBody.httpStatus, typeof oldBody.errors[0]], ["BAD_REQUEST", "string"]);
});

Deno.test("unknown parameters are ignored, a final slash is accepted, and other paths are an empty 404", async () => {
  const emulator = createEmulator({ clock: stillClock(TEN_PAST) });
  assertEquals((await ask(emulator, "?from=2026-01-01&limit=3")).status, 200);
  assertEquals((await ask(emulator, `${ORIGIN}/v7/audit-user-events/?window=1h`)).status, 200);
  for (const path of ["/v7/audit-user-events.json", "/v7/audit-user-events/x", "/v7/alerts"]) {
    const response = await ask(emulator, `${ORIGIN}${path}`);
    assertEquals([response.status, await response.text()], [404, ""]);
  }
});

Deno.test("a wrong method is 405 and an Accept that cannot be met is 406", async () => {
  const emulator = createEmulator({ clock: stillClock(TEN_PAST) });
  const post = await emulator.app.request(`${ORIGIN}/v7/audit-user-events`, { method: "POST" });
  assertEquals(post.status, 405);
  assertEquals((await ask(emulator, "", { accept: "text/csv" })).status, 406);
  const accept = "application/hal+json, application/json, application/problem+json";
  assertEquals((await ask(emulator, "", { accept })).status, 200);
});

Deno.test("a page has max events if max is sent, and never more than the server's own limit", async () => {
  const emulator = createEmulator({
    clock: stillClock(TEN_PAST),
    pageSize: 4,
    maxPageSize: 6,
    organisation: createEmulator().organisation,
  });
  emulator.publish(Array.from({ length: 10 }, (_, n) => ({ event: `Event ${n}` })));
  const size = async (query: string) =>
    (await (await ask(emulator, query)).json()).auditEvents.length;
  assertEquals([await size(""), await size("?max=5"), await size("?max=500")], [4, 5, 6]);
});

Deno.test("publish() rejects an invalid date and an unknown account group", () => {
  const emulator = createEmulator();
  assertThrows(() => emulator.publish({ date: "soon" }), RangeError, '"soon" is not a date');
  assertThrows(() => emulator.publish({ aid: "1" }), RangeError, "not in the organisation");
  assertEquals(emulator.size, 0);
});

Deno.test("the sample bodies are served instead of a page, and each under its own name", async () => {
  const emulator = createEmulator({ clock: stillClock(TEN_PAST) });
  const list = await (await emulator.app.request("/emulator/samples")).json();
  assert(list.length >= 5);
  for (const { id } of list) {
    const own = await (await emulator.app.request(`/emulator/samples/${id}`)).json();
    const page = await (await ask(emulator, "?window=1h", { "x-emulator-sample": id })).json();
    assertEquals(page, own);
    assert(Array.isArray(own.auditEvents));
  }
  assertEquals((await ask(emulator, "", { "x-emulator-sample": "none" })).status, 400);
});
