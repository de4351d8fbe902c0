import { assert, assertEquals } from "@std/assert";
import { ordinaryActivity } from "../../src/emulator/activity.ts";
import { EVENT_CATALOGUE } from "../../src/emulator/event_catalogue.ts";
import type { NewEvent } from "../../src/emulator/api_event.ts";
import { makeOrganisation } from "../../src/emulator/organisation.ts";
import { seededRandom } from "../../src/emulator/random.ts";
import { STORY_TITLES, tellStory } from "../../src/emulator/story.ts";
import { parseSigma, RuleSet, type SigmaRule } from "../../src/sigma/mod.ts";
import { toSigmaEvent } from "../../src/alert/to_sigma_event.ts";

async function projectRules(): Promise<SigmaRule[]> {
  const folder = new URL("../../rules/", import.meta.url);
  const rules: SigmaRule[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".yml")) continue;
    rules.push(...parseSigma(await Deno.readTextFile(new URL(name, folder))).rules);
  }
  return rules;
}

const ruleSet = new RuleSet(await projectRules());

function titles(event: NewEvent): string[] {
  const matches = ruleSet.match(toSigmaEvent(event as Parameters<typeof toSigmaEvent>[0]), {
    product: "thousandeyes",
    service: "audit",
  });
  return matches.map((match) => match.rule.title);
}

Deno.test("every story of the emulator matches a rule of rules/ that ordinary activity does not", () => {
  const organisation = makeOrganisation(seededRandom(3));
  const random = seededRandom(4);
  const ordinary = new Set<string>();
  for (let n = 0; n < 2_000; n += 1) {
    for (const title of titles(ordinaryActivity(organisation, random))) ordinary.add(title);
  }
  for (const story of STORY_TITLES) {
    const fired = tellStory(organisation, random, story).events.flatMap(titles);
    assert(fired.some((title) => !ordinary.has(title)), `${story}: ${fired}`);
  }
});

Deno.test("in ordinary activity, only a mistyped password matches a rule", () => {
  const organisation = makeOrganisation(seededRandom(5));
  const random = seededRandom(6);
  const texts = new Set<unknown>();
  for (let n = 0; n < 5_000; n += 1) {
    const event = ordinaryActivity(organisation, random);
    if (titles(event).length > 0) texts.add(event.event);
  }
  assertEquals([...texts], [EVENT_CATALOGUE.loginFailed.event]);
});
