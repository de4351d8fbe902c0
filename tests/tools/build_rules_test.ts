import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { matchRules } from "../../src/alert/match_rules.ts";
import { BUNDLE_FORMAT, revisionOf, type SealedBundle } from "../../src/alert/rule_bundle.ts";
import { toSigmaEvent } from "../../src/alert/to_sigma_event.ts";

const SCRIPT = new URL("../../tools/build_rules.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** Builds the given rules in a temporary folder. */
async function build(
  rules: Record<string, string>,
): Promise<{ code: number; said: string; built?: string }> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/rules`);
    await Deno.mkdir(`${folder}/src/service`, { recursive: true });
    for (const [name, text] of Object.entries(rules)) {
      await Deno.mkdir(`${folder}/rules/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${folder}/rules/${name}`, text);
    }
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-read", "--allow-write", "--allow-env", "--config", CONFIG, SCRIPT],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    const built = await Deno.readTextFile(`${folder}/src/service/rules.json`).catch(() =>
      undefined
    );
    return built === undefined ? { code, said } : { code, said, built };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const GOOD = `title: A test was deleted
id: 5f7c4c5e-1d7c-4f0a-9d0e-6c1f0a5c7b11
status: test
description: A user deleted a test
author: Panoptes
date: 2026-11-23
tags:
  - attack.impact
logsource:
  product: thousandeyes
  service: audit
detection:
  selection:
    event|contains: delet
  condition: selection
falsepositives:
  - Planned work
level: medium
tests:
  - name: a deleted test
    match: true
    event:
      event: Test deleted.
`;

Deno.test("rules:build writes checked rules as JSON, without their tests", async () => {
  const { code, built } = await build({ "good.yml": GOOD });
  assertEquals(code, 0);
  const { rules: [rule], filters } = JSON.parse(built!);
  assertEquals(filters, []);
  assertEquals(rule.title, "A test was deleted");
  assertEquals(rule.custom, {});
});

Deno.test("rules:build seals what it writes: a format, a revision of the content, and compiled expressions", async () => {
  const expression = GOOD.replace("event|contains: delet", "event|re|i: '\\bdelet\\w+'");
  const { code, said, built } = await build({ "good.yml": expression });
  assertEquals(code, 0, said);
  const bundle: SealedBundle = JSON.parse(built!);
  assertEquals([bundle.format, bundle.revision], [BUNDLE_FORMAT, revisionOf(bundle)]);
  assertEquals(bundle.sources?.[bundle.rules[0]?.file ?? ""], expression);
  assertEquals(bundle.regexes?.map(({ source, flags }) => [source, flags]), [[
    "\\bdelet\\w+",
    "i",
  ]]);
  const { match, rules } = matchRules(bundle, () => {});
  assertEquals(rules.length, 1);
  assertEquals(match(toSigmaEvent({ event: "Test DELETED." })).map(({ rule }) => rule.title), [
    "A test was deleted",
  ]);
  const same = await build({ "good.yml": expression });
  const other = await build({ "good.yml": expression.replace("medium", "high") });
  assertEquals(same.built, built);
  assertNotEquals(JSON.parse(other.built!).revision, bundle.revision);
});

Deno.test("matchRules() leaves out a rule whose expression is not in the bundle, and reports it", async () => {
  const expression = GOOD.replace("event|contains: delet", "event|re: delet");
  const { built } = await build({ "good.yml": expression });
  const reported: unknown[] = [];
  const bundle: SealedBundle = { ...JSON.parse(built!), regexes: [] };
  assertEquals(matchRules(bundle, (_, facts) => reported.push(facts)).rules, []);
  assertStringIncludes(JSON.stringify(reported), "/delet/ has no compiled form");
});

Deno.test("rules:build refuses a broken rule with file:line:column and a suggestion", async () => {
  const { code, said, built } = await build({ "bad.yml": GOOD.replace("|contains", "|contain") });
  assertEquals(code, 1);
  assertStringIncludes(said, "rules/bad.yml:14:");
  assertStringIncludes(said, "contains");
  assertEquals(built, undefined);
});

for (
  const [what, from, to, place, says] of [
    [
      "for a product that no event has",
      "product: thousandeyes",
      "product: thousandeye",
      "10:12",
      "did you mean 'thousandeyes'?",
    ],
    [
      "for another product",
      "product: thousandeyes",
      "product: windows",
      "10:12",
      "No event has the product 'windows'",
    ],
    [
      "with a field that no event has",
      "event|contains: delet",
      "ipAdress: 192.0.2.44",
      "14:5",
      "did you mean 'ipAddress'?",
    ],
  ] as const
) {
  Deno.test(`rules:build refuses a rule ${what}: it cannot match in Panoptes`, async () => {
    const { code, said, built } = await build({
      "good.yml": GOOD,
      "never.yml": GOOD.replace("5f7c4c5e", "6f7c4c5e").replace("A test was", "Tests were")
        .replace(from, to).replace("event: Test deleted.", `${to.split(":")[0]}: 192.0.2.44`),
    });
    assertEquals(code, 1);
    assertStringIncludes(said, `rules/never.yml:${place}: warning logsource-`);
    assertStringIncludes(said, says);
    assertStringIncludes(said, "What cannot match in Panoptes is not built");
    assertEquals(built, undefined);
  });
}

Deno.test("rules:build takes a field that lint does not know if its author says so", async () => {
  const own = `severity: high # panoptes-disable logsource-field -- our events have it`;
  const { code, said } = await build({
    "own.yml": GOOD.replace("event|contains: delet", own).replace("Test deleted.", "x")
      .replace("      event: x", "      severity: high"),
  });
  assertEquals(code, 0, said);
});

const FILTER = `title: Not the nightly clean-up
id: 0c9cb2c8-7d0f-4a43-9b7e-3a1d1f0f7a10
status: test
description: A script deletes its own tests every night
author: Panoptes
date: 2026-11-23
logsource:
  product: thousandeyes
  service: audit
filter:
  rules:
    - 5f7c4c5e-1d7c-4f0a-9d0e-6c1f0a5c7b11
  robot:
    uid: "42"
  condition: not robot
`;

Deno.test("rules:build writes filters and rules, and runs the tests of rules without the filters", async () => {
  const { code, said, built } = await build({ "good.yml": GOOD, "night.yml": FILTER });
  assertEquals(code, 0, said);
  const { rules, filters } = JSON.parse(built!);
  assertEquals([rules.length, filters[0].title], [1, "Not the nightly clean-up"]);
  assertStringIncludes(said, "1 rule and 1 filter");
});

Deno.test("rules:build refuses a broken filter with file:line:column", async () => {
  const broken = FILTER.replace("uid:", "uid|contain:");
  const { code, said } = await build({ "good.yml": GOOD, "night.yml": broken });
  assertEquals(code, 1);
  assertStringIncludes(said, "rules/night.yml:14:");
});

Deno.test("rules:build refuses a rule whose own test fails, and names the test", async () => {
  const { code, said } = await build({
    "wrong.yml": GOOD.replace("Test deleted.", "Test created."),
  });
  assertEquals(code, 1);
  assertStringIncludes(said, "rules/wrong.yml: test 'a deleted test'");
});

Deno.test("rules:build refuses a rule without an id, since it identifies the alerts", async () => {
  const { code, said } = await build({ "anonymous.yml": GOOD.replace(/^id: .*\n/m, "") });
  assertEquals(code, 1);
  assertStringIncludes(said, "requires an id");
});

const LISTED = GOOD.replace("event|contains: delet", 'user|expand: "%robots%"')
  .replace("event: Test deleted.", "user: bot-1");

Deno.test("rules:build writes the value lists, and the tests of rules know them", async () => {
  const { code, said, built } = await build({
    "good.yml": LISTED,
    "lists/robots.txt": "# Ours\nbot-*\n",
  });
  assertEquals(code, 0, said);
  assertEquals(JSON.parse(built!).placeholders, { robots: ["bot-*"] });
});

Deno.test("rules:build refuses an unknown list and an empty one, each with its place", async () => {
  const unknown = await build({ "bad.yml": LISTED, "lists/robot.txt": "bot-*\n" });
  assertEquals([unknown.code, unknown.built], [1, undefined]);
  assertStringIncludes(unknown.said, "rules/bad.yml:14:");
  assertStringIncludes(unknown.said, "no list for the placeholder %robots%");
  assertStringIncludes(unknown.said, "%robot%");
  const empty = await build({ "good.yml": GOOD, "lists/robots.txt": "# none yet\n" });
  assertEquals([empty.code, empty.built], [1, undefined]);
  assertStringIncludes(empty.said, "rules/lists/robots.txt:1:1: error");
});

Deno.test("every rule of the project has tests that match and tests that do not", async () => {
  const files = [...Deno.readDirSync("rules")].filter(({ name }) => name.endsWith(".yml"));
  assert(files.length >= 10);
  for (const { name } of files) {
    const text = await Deno.readTextFile(`rules/${name}`);
    assertStringIncludes(text, "match: true", name);
    assertStringIncludes(text, "match: false", name);
    assertStringIncludes(text, "falsepositives:", name);
  }
});

Deno.test("rules:build writes correlations, without what only the build needs", async () => {
  const correlation = `---
title: Many tests were deleted
id: 3b1f0a52-7a0c-4d86-9f0e-1f6a2f5d4c33
status: test
description: A user deleted several tests in a short time
correlation:
  type: event_count
  rules: 5f7c4c5e-1d7c-4f0a-9d0e-6c1f0a5c7b11
  group-by: user
  timespan: 10m
  condition:
    gte: 3
falsepositives:
  - A clean-up
level: high
tests:
  - name: three in a minute
    match: true
    events:
      - { at: 0s, repeat: 3, every: 10s, event: { event: Test deleted., user: Ana } }
`;
  const { code, said, built } = await build({ "good.yml": GOOD + correlation });
  assertEquals(code, 0, said);
  const { correlations } = JSON.parse(built!) as { correlations: Record<string, unknown>[] };
  assertEquals(correlations.map(({ title, places, custom }) => [title, places, custom]), [
    ["Many tests were deleted", {}, {}],
  ]);
});
