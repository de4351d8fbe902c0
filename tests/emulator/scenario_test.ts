import { assert, assertEquals } from "@std/assert";
import { createEmulator } from "../../src/emulator/create_emulator.ts";
import { DOCUMENTED_RESOURCE_TYPES, EVENT_CATALOGUE } from "../../src/emulator/event_catalogue.ts";
import { makeOrganisation } from "../../src/emulator/organisation.ts";
import { seededRandom } from "../../src/emulator/random.ts";
import { ACCOUNT_TAKEOVER, STORY_TITLES, tellStory } from "../../src/emulator/story.ts";
import { stillClock } from "./emulator_client.ts";

const NOON = "2026-11-22T12:00:00Z";

async function liveFor(seed: number, events: number) {
  const clock = stillClock(NOON);
  const emulator = createEmulator({ clock, seed });
  const stopping = new AbortController();
  const stories: string[] = [];
  const wait = clock.wait;
  clock.wait = (ms, signal) => {
    if (emulator.size >= events) stopping.abort();
    return wait(ms, signal);
  };
  await emulator.live({
    perMinute: 60,
    signal: stopping.signal,
    onStory: (title) => stories.push(title),
  });
  return { emulator, stories };
}

Deno.test("the live scenario depends on the seed alone", async () => {
  const [one, same, other] = await Promise.all([liveFor(1, 200), liveFor(1, 200), liveFor(2, 200)]);
  assertEquals(one.emulator.events(), same.emulator.events());
  assert(JSON.stringify(one.emulator.events()) !== JSON.stringify(other.emulator.events()));
});

Deno.test("the live scenario is mostly ordinary, begins with a story, and has duplicates and late events", async () => {
  const { emulator, stories } = await liveFor(4, 1000);
  const events = emulator.events();
  const suspicious = new Set<string>(
    Object.values(EVENT_CATALOGUE).filter((entry) => entry.weight === 0).map((e) => e.event),
  );
  const odd = events.findIndex((event) =>
    suspicious.has(String(event.event["event"])) ||
    String(event.event["ipAddress"]).startsWith("192.0.2.")
  );
  assert(odd >= 0 && odd < 10, `the first suspicious event is number ${odd}`);
  assert(stories.length > 2 && stories.length < 12);
  assertEquals(stories[0], ACCOUNT_TAKEOVER);
  const share = events.filter((event) => suspicious.has(String(event.event["event"]))).length;
  assert(share < events.length / 20);
  const texts = events.map((event) => JSON.stringify(event.event));
  assert(new Set(texts).size < texts.length, "no twins");
  const late = events.filter((event) =>
    event.publishedAt - Date.parse(String(event.event["date"])) > 60_000
  );
  assert(late.length > 5);
});

Deno.test("live() ends quietly if its signal has aborted before it starts", async () => {
  const emulator = createEmulator();
  await emulator.live({ perMinute: 1, signal: AbortSignal.abort() });
  assertEquals(emulator.size, 0);
});

Deno.test("an organisation has people of its own groups, each with an address of its own", () => {
  const organisation = makeOrganisation(seededRandom(9), 40);
  const aids = organisation.accountGroups.map((group) => group.aid);
  assertEquals(new Set(aids).size, aids.length);
  for (const key of ["uid", "user", "address"] as const) {
    assertEquals(new Set(organisation.users.map((user) => user[key])).size, 40, key);
  }
  for (const user of organisation.users) {
    assert(aids.includes(user.homeAid));
    assert(/^.+ \([a-z.]+@example\.com\)$/.test(user.user), user.user);
  }
});

Deno.test("only event names that Cisco published are marked as documented", () => {
  const documented = Object.values(EVENT_CATALOGUE).filter((entry) => entry.documented);
  assertEquals(documented.map((entry) => entry.event).sort(), ["Login failed.", "Report created."]);
  for (const { resources } of documented) {
    for (const type of resources) assert(DOCUMENTED_RESOURCE_TYPES.includes(type));
  }
});

Deno.test("every story can be told, and every resource in it has a name", () => {
  const organisation = makeOrganisation(seededRandom(1));
  for (const title of STORY_TITLES) {
    const { events } = tellStory(organisation, seededRandom(2), title);
    assert(events.length > 0);
    for (const { name } of events.flatMap((event) => event.resources ?? [])) {
      assert(name !== "unnamed", title);
    }
  }
});

Deno.test("the control routes publish, and list the ground truth in order with ids", async () => {
  const emulator = createEmulator({ clock: stillClock(NOON) });
  const published = await emulator.app.request("/emulator/publish", {
    method: "POST",
    body: JSON.stringify([{ event: "One" }, { event: "Two", date: "2026-11-22T09:00:00Z" }]),
  });
  assertEquals(published.status, 201);
  const truth = await (await emulator.app.request("/emulator/events")).json();
  assertEquals(truth.events, emulator.events());
  assertEquals(truth.events.map((event: { id: number }) => event.id), [55000001, 55000002]);
  const rest = await (await emulator.app.request("/emulator/events?after=1")).json();
  assertEquals(rest.events.length, 1);
  const bad = await emulator.app.request("/emulator/publish", { method: "POST", body: "{" });
  assertEquals(bad.status, 400);
});

Deno.test("publishHistory() spreads events over a range, and all of them are ordinary", () => {
  const emulator = createEmulator({ clock: stillClock(NOON) });
  const from = Date.parse("2026-11-01T00:00:00Z");
  emulator.publishHistory(500, from, Date.parse(NOON));
  const dates = emulator.events().map((event) => Date.parse(String(event.event["date"])));
  assertEquals(dates.length, 500);
  assertEquals(dates, dates.toSorted((a, b) => a - b));
  assert(dates.every((date) => date >= from && date <= Date.parse(NOON)));
});
