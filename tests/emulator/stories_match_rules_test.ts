import { assert, assertEquals } from "@std/assert";
import { ordinaryActivity } from "../../src/emulator/activity.ts";
import type { NewEvent } from "../../src/emulator/api_event.ts";
import { createEmulator } from "../../src/emulator/create_emulator.ts";
import { makeOrganisation } from "../../src/emulator/organisation.ts";
import { seededRandom } from "../../src/emulator/random.ts";
import { ACCOUNT_TAKEOVER, STORY_TITLES, tellStory } from "../../src/emulator/story.ts";
import { EVENTS_PER_MINUTE, SEED } from "../../src/local/watched_api.ts";
import { alertsOfRules, isSent } from "../support/alerts_of_rules.ts";
import { stillClock } from "./emulator_client.ts";

const NOON = Date.parse("2026-11-24T12:00:00Z");
const SECOND = 1_000;

function told(title: string, seed: number): (NewEvent & { date: number })[] {
  const { events } = tellStory(makeOrganisation(seededRandom(3)), seededRandom(seed), title);
  return events.map((event, index) => ({ ...event, date: NOON + index * 1_500 }));
}

Deno.test("the account takeover is one message of the level high; its single events page nobody", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const alerts = alertsOfRules(told(ACCOUNT_TAKEOVER, seed));
    assertEquals(alerts.filter(isSent), [{
      title: "ThousandEyes Account Taken Over",
      level: "high",
    }]);
    assert(alerts.length > 1);
  }
});

Deno.test("every other story is one or two messages, but for a token, which is everyday work", () => {
  for (const title of STORY_TITLES) {
    const sent = alertsOfRules(told(title, 4)).filter(isSent);
    const quiet = title === "A token created for later use";
    assert(
      quiet ? sent.length === 0 : sent.length === 1 || sent.length === 2,
      `${title}: ${sent.map(({ title }) => title)}`,
    );
  }
});

Deno.test("no rule of the level medium or above matches ordinary activity", () => {
  const organisation = makeOrganisation(seededRandom(5));
  const random = seededRandom(6);
  const events = Array.from({ length: 2_000 }, (_, index) => ({
    ...ordinaryActivity(organisation, random),
    date: NOON + index * 60 * SECOND / EVENTS_PER_MINUTE,
  }));
  const alerts = alertsOfRules(events);
  assertEquals(alerts.filter(isSent), []);
  assert(alerts.length > 10, "a mistyped password, a deleted test");
});

/** The titles of what is sent about five minutes of a live scenario, and about the hour before. */
async function sentInFiveMinutes(seed: number): Promise<string[]> {
  const clock = stillClock(new Date(NOON).toISOString());
  const emulator = createEmulator({ clock, seed });
  emulator.publishHistory(60, NOON - 3_600 * SECOND, NOON);
  const stopping = new AbortController();
  const { wait } = clock;
  clock.wait = (ms, signal) => {
    if (clock.now() >= NOON + 300 * SECOND) stopping.abort();
    return wait(ms, signal);
  };
  await emulator.live({ perMinute: EVENTS_PER_MINUTE, signal: stopping.signal });
  const events = emulator.events().map(({ event }) => ({
    ...event as unknown as NewEvent,
    date: Date.parse(String(event["date"])),
  }));
  const expected = 60 + 5 * EVENTS_PER_MINUTE;
  assert(Math.abs(events.length - expected) < 0.2 * expected, `${events.length} events`);
  return alertsOfRules(events).filter(isSent).map(({ title }) => title);
}

Deno.test("five minutes of any demo make at most three messages, and always one about the takeover", async () => {
  for (let seed = 1; seed <= 50; seed++) {
    const titles = await sentInFiveMinutes(seed);
    assert(titles.length <= 3, `seed ${seed}: ${titles.join(", ")}`);
    assert(titles.includes("ThousandEyes Account Taken Over"), `seed ${seed}`);
  }
});

Deno.test("five minutes of the demo of deno task start make the two messages that the README tells", async () => {
  assertEquals((await sentInFiveMinutes(SEED)).sort(), [
    "ThousandEyes Account Taken Over",
    "ThousandEyes Many Tests Deleted",
  ]);
});
