import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { AUDIT_LOG } from "../../src/alert/audit_log.ts";
import { toEvent } from "../../src/alert/to_event.ts";
import { newRule } from "../../src/cli/commands/new_rule.ts";
import { lintFile } from "../../src/sigma/lint/mod.ts";
import { parseSigma, RuleSet, runInlineTests } from "../../src/sigma/mod.ts";
import { folder, panoptes } from "./run_panoptes.ts";

const EVENT = {
  date: "2026-11-22T10:00:00Z",
  event: "Test deleted.",
  user: "Mallory Secret (mallory@corp.example)",
  uid: "31337",
  ipAddress: "203.0.113.99",
  resources: [{ type: "testName", name: "internal-billing" }],
};

Deno.test("panoptes rules new writes a rule that passes rules check --strict and rules test at once", async () => {
  await using files = await folder({
    "events.ndjson": `{"event":"Login."}\n${JSON.stringify(EVENT)}\n`,
  });
  const cwd = files.path;
  const made = await panoptes(
    ["rules", "new", "events.ndjson", "--event", "Test deleted.", "--out", "test_was_deleted.yml"],
    { cwd },
  );
  assertEquals(made.code, 0, made.err);
  const check = await panoptes(["rules", "check", "--strict", "test_was_deleted.yml"], { cwd });
  assertEquals([check.code, check.out], [0, "0 errors, 0 warnings, 0 notes\n"]);
  const test = await panoptes(["rules", "test", "test_was_deleted.yml"], { cwd });
  assertEquals(test.code, 0, test.out);
  assertStringIncludes(test.out, "2 passed, 0 failed, in 1 rule");
  const match = await panoptes(["match", "--rules", "test_was_deleted.yml", "events.ndjson"], {
    cwd,
  });
  assertStringIncludes(match.out, "2: low: ThousandEyes Test deleted");
  const text = await Deno.readTextFile(`${cwd}/test_was_deleted.yml`);
  for (const secret of ["Mallory", "corp.example", "31337", "203.0.113.99", "internal-billing"]) {
    assert(!text.includes(secret), secret);
  }
  const again = await panoptes(
    ["rules", "new", "--event", "x", "--out", "test_was_deleted.yml"],
    { cwd },
  );
  assertEquals(again.code, 2);
  assertStringIncludes(again.err, "it exists already");
});

Deno.test("panoptes rules new --event needs no file, and standard input will do", async () => {
  const alone = await panoptes(["rules", "new", "--event", "User was added.", "--level", "high"]);
  assertEquals(alone.code, 0);
  assertEquals(parseSigma(alone.out).rules[0]?.level, "high");
  const piped = await panoptes(["rules", "new"], { stdin: JSON.stringify(EVENT) });
  assertStringIncludes(piped.out, "event: 'Test deleted.'");
  const none = await panoptes(["rules", "new", "-", "--event", "Other"], { stdin: "{}" });
  assertEquals(none.code, 2);
  assertStringIncludes(none.err, "no event 'Other'");
});

const options = {
  level: "low",
  id: "0f2d52a4-8f04-4c84-8ea6-5d2a3b9a1c77",
  today: "2026-11-23",
};

function assertSound(event: Record<string, unknown>, text: string): void {
  const problems = lintFile(text, { strict: true, sources: [AUDIT_LOG], today: options.today });
  assertEquals(problems.filter(({ severity }) => severity !== "info"), [], text);
  const [rule] = parseSigma(text).rules;
  assertEquals(runInlineTests(rule!, { toEvent }).filter(({ passed }) => !passed), [], text);
  assertEquals(new RuleSet([rule!]).match(toEvent(event)).length, 1, text);
}

for (
  const text of [
    "Deleted *",
    "C:\\temp\\new?",
    "yes",
    "0777",
    "- a: {b}",
    "Login failed\u001b[2J for \u202eroot",
    "Line one\nline two",
    "Пароль изменён.",
    "x".repeat(5_000),
    "'quoted' \"twice\" #not a comment",
    "Login failed.  ",
  ]
) {
  Deno.test(`newRule() makes a sound rule of ${JSON.stringify(text.slice(0, 40))}`, () => {
    const rule = newRule({ event: text }, options);
    if (rule === undefined) throw new Error("No rule was made");
    assertSound({ event: text }, rule);
  });
}

Deno.test("newRule() makes a sound rule of any event, or none", () => {
  const texts = fc.oneof(fc.string({ unit: "binary" }), fc.string(), fc.lorem());
  fc.assert(
    fc.property(texts, fc.array(fc.record({ type: texts, name: texts })), (event, resources) => {
      const rule = newRule({ event, resources }, options);
      if (rule !== undefined) assertSound({ event, resources }, rule);
      else assert(!/[a-z]{3}/.test(event) || event === "Something else happened.", event);
    }),
    { numRuns: 300 },
  );
});

Deno.test("newRule() makes no rule of an event without a text", () => {
  for (const event of [{}, { event: "" }, { event: " \u0000" }, { event: null }]) {
    assertEquals(newRule(event, options), undefined);
  }
});
