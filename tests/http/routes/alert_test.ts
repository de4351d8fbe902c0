import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ALERT_STATES } from "../../../src/alert/alert_state.ts";
import { settled } from "../../support/manual_clock.ts";
import { LogFixture } from "../log_fixture.ts";

const JSON_TYPE = { headers: { Accept: "application/json" } };
const NDJSON = { headers: { Accept: "application/x-ndjson" } };

/** A fixture with so many alerts, and their ids. */
async function withAlerts(count: number) {
  const fixture = new LogFixture();
  const ids = Array.from({ length: count }, (_, n) => n.toString(2).padStart(32, "0"))
    .map((id) => id.replaceAll("0", "a").replaceAll("1", "b"));
  for (const id of ids) fixture.queueAlert(id);
  await settled();
  return { fixture, ids };
}

function put(fixture: LogFixture, id: string, body: unknown, name = "ana") {
  return fixture.request(`/v1/alerts/${id}/state`, {
    method: "PUT",
    name,
    isAdmin: true,
    body: JSON.stringify(body),
  });
}

Deno.test("GET /v1/alerts/:id returns the entry that the list has, and 404 for an unknown id", async () => {
  const { fixture, ids: [, id = ""] } = await withAlerts(3);
  using _ = fixture;
  await put(fixture, id, { state: "closed" });
  const { alerts } = await (await fixture.request("/v1/alerts", JSON_TYPE)).json();
  assertEquals(await (await fixture.request(`/v1/alerts/${id}`)).json(), alerts[1]);
  assertEquals([alerts[1].alert.id, alerts[1].state], [id, "closed"]);
  const unknown = await fixture.request("/v1/alerts/nothing");
  assertEquals([unknown.status, (await unknown.json()).code], [404, "not_found"]);
});

Deno.test("GET /v1/alerts/:id shows no alert that is not durable", async () => {
  using fixture = new LogFixture();
  const durable = Promise.withResolvers<void>();
  fixture.durable = () => durable.promise;
  fixture.queueAlert("a");
  await settled();
  assertEquals((await fixture.request("/v1/alerts/a")).status, 404);
  durable.resolve();
  await settled();
  assertEquals((await fixture.request("/v1/alerts/a")).status, 200);
});

Deno.test("PUT /v1/alerts/:id/state says who is at an alert since when, and keeps who was before", async () => {
  const { fixture, ids: [id = ""] } = await withAlerts(1);
  using _ = fixture;
  const path = `/v1/alerts/${id}/state`;
  const open = { alert: id, state: "open", by: null, at: null, note: null, history: [] };
  assertEquals(await (await fixture.request(path)).json(), open);
  const first = {
    state: "acknowledged",
    by: "ana",
    at: new Date(fixture.clock.now()).toISOString(),
    note: null,
  };
  const response = await put(fixture, id, { state: "acknowledged" });
  const acknowledged = { alert: id, ...first, history: [first] };
  assertEquals([response.status, await response.json()], [200, acknowledged]);
  fixture.clock.advance(60_000);
  await put(fixture, id, { state: "acknowledged" }); // a repeated request changes nothing
  const note = "It was Bob, on call";
  const closed = await (await put(fixture, id, { state: "closed", note }, "bob")).json();
  const at = new Date(fixture.clock.now()).toISOString();
  const second = { state: "closed", by: "bob", at, note };
  assertEquals(closed, { alert: id, ...second, history: [first, second] });
  assertEquals(await (await fixture.request(path)).json(), closed);
});

Deno.test("PUT /v1/alerts/:id/state refuses unknown alerts and states, and keeps the latest 20 changes", async () => {
  const { fixture, ids: [id = ""] } = await withAlerts(1);
  using _ = fixture;
  assertEquals((await put(fixture, "z".repeat(32), { state: "closed" })).status, 404);
  for (
    const wrong of [{}, { state: "done" }, { state: "closed", note: 7 }, {
      state: "closed",
      note: "x".repeat(1_001),
    }, { state: "closed", who: "me" }]
  ) {
    const response = await put(fixture, id, wrong);
    assertEquals([response.status, (await response.json()).code], [400, "invalid_request"]);
  }
  for (let n = 0; n < 30; n++) {
    await put(fixture, id, { state: n % 2 === 0 ? "acknowledged" : "open", note: `${n}` });
  }
  const { history } = await (await fixture.request(`/v1/alerts/${id}/state`)).json();
  assertEquals(history.length, 20);
  assertEquals(history.at(-1).note, "29");
});

Deno.test("GET /v1/alerts shows the state of each alert, and only alerts in a state if asked", async () => {
  const { fixture, ids } = await withAlerts(3);
  using _ = fixture;
  await put(fixture, ids[1]!, { state: "closed" });
  const statesOf = async (path: string) =>
    (await (await fixture.request(path, JSON_TYPE)).json()).alerts
      .map(({ state, alert }: { state: string; alert: { id: string } }) => [alert.id, state]);
  assertEquals(await statesOf("/v1/alerts"), [
    [ids[0], "open"],
    [ids[1], "closed"],
    [ids[2], "open"],
  ]);
  assertEquals(await statesOf("/v1/alerts?state=closed"), [[ids[1], "closed"]]);
  assertEquals(await statesOf("/v1/alerts?state=acknowledged"), []);
  const text = await (await fixture.request("/v1/alerts?state=open", NDJSON)).text();
  assertEquals(text.trim().split("\n").map((line) => JSON.parse(line).alert.id), [ids[0], ids[2]]);
  for (
    const [path, init] of [
      ["/v1/alerts?state=gone", JSON_TYPE],
      ["/v1/events?state=open", JSON_TYPE],
    ] as const
  ) {
    assertEquals((await fixture.request(path, init)).status, 400, path);
  }
});

Deno.test("pages of alerts in a state, one after the other, are all alerts in that state", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...ALERT_STATES), { maxLength: 300 }),
      fc.constantFrom(...ALERT_STATES),
      fc.integer({ min: 1, max: 50 }),
      async (states, wanted, limit) => {
        const { fixture, ids } = await withAlerts(states.length);
        using _ = fixture;
        for (const [n, state] of states.entries()) {
          const at = new Date(0).toISOString();
          fixture.log.changeAlert(ids[n]!, { state, by: "ana", at, note: null });
        }
        const found: string[] = [];
        let after = "earliest";
        for (let pages = 0;; pages++) {
          assert(pages <= states.length + 1);
          const path = `/v1/alerts?state=${wanted}&limit=${limit}&after=${after}`;
          const page = await (await fixture.request(path, JSON_TYPE)).json();
          found.push(...page.alerts.map(({ alert }: { alert: { id: string } }) => alert.id));
          after = page.next;
          if (!page.more) break;
        }
        assertEquals(found, ids.filter((_, n) => states[n] === wanted));
        // What comes later is found from there.
        const last = "c".repeat(32);
        fixture.queueAlert(last);
        await settled();
        const path = `/v1/alerts?state=open&after=${after}`;
        const page = await (await fixture.request(path, JSON_TYPE)).json();
        assertEquals(page.alerts.map(({ alert }: { alert: { id: string } }) => alert.id), [last]);
      },
    ),
    { numRuns: 15 },
  );
});

Deno.test("GET /v1/alert-states tells what changed after a number, the latest without one, and what was missed", async () => {
  const { fixture, ids: [one = "", two = ""] } = await withAlerts(2);
  using _ = fixture;
  const read = async (query = "") =>
    await (await fixture.request(`/v1/alert-states${query}`)).json();
  assertEquals(await read(), { states: [], next: 0, missed: false });
  await put(fixture, one, { state: "acknowledged" });
  const first = await read("?after=0");
  assertEquals(
    first.states.map((each: Record<string, unknown>) => [each["alert"], each["state"], each["by"]]),
    [[one, "acknowledged", "ana"]],
  );
  assertEquals(await read(), first);
  await put(fixture, two, { state: "closed" }, "bob");
  await put(fixture, one, { state: "closed" });
  const { states, next, missed } = await read(`?after=${first.next}`);
  assertEquals(
    states.map((each: Record<string, unknown>) => [each["alert"], each["state"], each["by"]]),
    [[two, "closed", "bob"], [one, "closed", "ana"]],
  );
  assertEquals([next, missed], [first.next + 2, false]);
  assertEquals(await read(`?after=${next}`), { states: [], next, missed: false });
  // A number that was never given out is from another life of the log.
  assertEquals((await read(`?after=${next + 1}`)).missed, true);
  fixture.log.sql.run("DELETE FROM changes WHERE seq <= ?", next - 1);
  const late = await read(`?after=${first.next}`);
  assertEquals([late.missed, late.states.length, late.next], [true, 1, next]);
});
