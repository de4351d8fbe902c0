import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { matchRules } from "../../src/alert/match_rules.ts";
import { toAlert } from "../../src/alert/to_alert.ts";
import { toSigmaEvent } from "../../src/alert/to_sigma_event.ts";
import type { UserEvent } from "../../src/thousandeyes/event/user_event.ts";
import { readBundle } from "../../src/alert/read_bundle.ts";
import { sealBundle, type SealedBundle } from "../../src/alert/rule_bundle.ts";
import { bundleOf } from "../support/bundle_of.ts";
import { runsOf } from "../support/fuzz_settings.ts";

const BUNDLE = bundleOf(`title: A test was deleted
id: 5f7c4c5e-1d7c-4f0a-9d0e-6c1f0a5c7b11
name: test_deleted
logsource: { product: thousandeyes, service: audit }
panoptes:
  summary: "{event} by {user.name}"
  runbook: Ask
  suppress: { by: [user], for: 1h }
detection:
  words:
    event|re|i: '\\bdelet\\w+'
    resources[any]:
      type: test
      name|endswith: [ prod, "1" ]
  not_robot:
    uid|exists: true
  condition: 1 of word* and not (not not_robot or not all of them)
---
title: Many tests were deleted
id: 3b1f0a52-7a0c-4d86-9f0e-1f6a2f5d4c33
correlation:
  type: event_count
  rules: test_deleted
  group-by: user
  timespan: 10m
  condition: { gte: 3 }
---
title: Not the robot
filter:
  rules: any
  robot: { uid: 42 }
  condition: not robot
logsource: { product: thousandeyes }
`);

const clone = (): SealedBundle => structuredClone(BUNDLE);

Deno.test("readBundle() takes what the build writes", async () => {
  assertEquals(readBundle(clone()).problems, undefined);
  const own = await Deno.readTextFile("src/service/rules.json");
  assertEquals(readBundle(JSON.parse(own)).problems, undefined);
});

Deno.test("readBundle() says where a bundle is wrong, and what is wrong with its format", () => {
  const wrong: [(bundle: Record<string, unknown>) => unknown, string][] = [
    [() => null, "bundle: "],
    [() => [], "format: "],
    [() => "rules", "bundle: "],
    [(bundle) => ({ ...bundle, format: 2 }), "format: The bundle has the format 2"],
    [(bundle) => ({ ...bundle, rules: [] }), "rules: Expected at least one rule"],
    [(bundle) => ({ ...bundle, rules: [{ kind: "rule" }] }), "rules.0.title: "],
    [(bundle) => ({ ...bundle, regexes: [{}] }), "regexes.0.source: "],
    [(bundle) => ({ ...bundle, revision: "0000000000000000" }), "revision: The content has"],
    [(bundle) => ({ ...bundle, placeholders: { a: ["b"] } }), "changed after it was built"],
  ];
  for (const [change, expected] of wrong) {
    const { problems = [] } = readBundle(change({ ...clone() }));
    assertStringIncludes(problems.join("\n"), expected);
    assert(problems.length <= 20);
  }
});

Deno.test("readBundle() tells at most 20 problems, and looks for no more", () => {
  let looks = 0;
  class Wrong {
    get kind() {
      looks++;
      return "none";
    }
  }
  const many = Array.from({ length: 1_000 }, () => new Wrong());
  for (const member of ["rules", "correlations", "filters"]) {
    looks = 0;
    const { problems = [] } = readBundle({ ...clone(), [member]: many });
    assertEquals(problems.length, 20);
    assertStringIncludes(problems[19]!, `${member}.19.kind: `);
    assert(looks < 100, `looked ${looks} times`);
  }
  const texts = { ...clone().rules[0]!, tags: many };
  assertEquals(readBundle({ ...clone(), rules: [texts, texts] }).problems?.length, 2);
  const lists = Object.fromEntries(many.map((list, number) => [`list${number}`, list]));
  assertEquals(readBundle({ ...clone(), placeholders: lists }).problems?.length, 1);
});

Deno.test("readBundle() refuses a bundle that is nested too deeply, without overflowing", () => {
  let condition: unknown = { op: "name", name: "words" };
  for (let level = 0; level < 50_000; level++) condition = { op: "not", of: condition };
  const bundle = clone();
  const deep = { ...bundle.rules[0]!, conditions: [{ text: "", expression: condition }] };
  assertEquals(readBundle({ ...bundle, rules: [deep] }).problems, [
    "The bundle is nested too deeply",
  ]);
});

/** Every place in JSON data, as a path. */
function placesOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, member]) =>
      placesOf(member, [...path, Array.isArray(value) ? Number(key) : key])
    ),
  ];
}

Deno.test("whatever stands at any place of a bundle, it is refused or runs, and nothing throws", () => {
  const places = placesOf(BUNDLE).filter((path) => path.length > 0);
  const other = fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    -1,
    0.5,
    1e300,
    "",
    "x",
    "__proto__",
    [],
    [[]],
    {},
    { kind: "item" },
    ["%x%"],
  );
  const events = [
    { event: "Test deleted.", uid: "7", user: "Ana", resources: [{ type: "test", name: "prod" }] },
    { event: null, resources: "x" },
    {},
  ];
  fc.assert(
    fc.property(fc.constantFrom(...places), other, (path, value) => {
      const changed = clone() as unknown as Record<string | number, unknown>;
      let parent = changed;
      for (const key of path.slice(0, -1)) parent = parent[key] as typeof changed;
      if (value === undefined) delete parent[path.at(-1)!];
      else parent[path.at(-1)!] = value;
      const sealed = {
        ...sealBundle(changed as unknown as SealedBundle),
        format: changed["format"],
      };
      const { bundle } = readBundle(JSON.parse(JSON.stringify(sealed)));
      if (bundle === undefined) return;
      const { match } = matchRules(bundle, () => {});
      for (const event of events) {
        for (
          const { rule, matched = [] } of match(toSigmaEvent(event as Record<string, unknown>))
        ) {
          toAlert(rule, event as UserEvent, { identity: "[]", occurrence: 1, matched });
        }
      }
    }),
    { numRuns: runsOf(4_000) },
  );
});
