import { assertEquals } from "@std/assert";
import * as v from "valibot";
import { parse, parseAllDocuments } from "yaml";
import { EVENT_FIELD_MEANINGS } from "../../src/alert/event_fields.ts";
import { parseSigma, type ProblemCode } from "../../src/sigma/mod.ts";
import { ruleJsonSchema } from "../../src/sigma/rule_json_schema.ts";
import { RuleSchema } from "../../src/sigma/rule_schema.ts";
import { FAMILIES } from "./cases/families.ts";
import { ruleText } from "./cases/spec_case.ts";

const root = new URL("../../", import.meta.url);

const rule = {
  title: "A rule",
  logsource: { product: "thousandeyes", service: "audit" },
  detection: { selection: { event: "Login failed." }, condition: "selection" },
};
const id = "5013bb8f-3b3a-4d5e-a4b6-2f0d7ab2d3a1";

/** Each case: what is put over the plain rule, and whether the schema takes it. */
const cases: [name: string, over: Record<string, unknown>, valid: boolean][] = [
  ["a plain rule", {}, true],
  ["a custom top-level field", { runbook: "https://example.org" }, true],
  ["no title", { title: undefined }, false],
  ["a title of 256 characters", { title: "x".repeat(256) }, true],
  ["a title of 257 characters", { title: "x".repeat(257) }, false],
  ["no logsource", { logsource: undefined }, false],
  ["an own key under logsource", { logsource: { product: "a", region: "eu" } }, true],
  ["a logsource that is a number", { logsource: { product: 4 } }, false],
  ["no detection", { detection: undefined }, false],
  ["no condition", { detection: { selection: { a: 1 } } }, false],
  ["a list of conditions", { detection: { a: { x: 1 }, condition: ["a", "not a"] } }, true],
  ["an empty list of conditions", { detection: { a: { x: 1 }, condition: [] } }, false],
  ["keywords", { detection: { a: ["x", 1], condition: "a" } }, true],
  ["a list of maps", { detection: { a: [{ "x|re|i": "y" }, { z: null }], condition: "a" } }, true],
  ["an unknown modifier", { detection: { a: { "x|contain": "y" }, condition: "a" } }, false],
  ["a UUID", { id }, true],
  ["an id that is no UUID", { id: "rule-1" }, false],
  ["a related rule", { related: [{ id, type: "derived" }] }, true],
  ["a related correlation", { related: [{ id, type: "correlation" }] }, true],
  ["an unknown relation", { related: [{ id, type: "cousin" }] }, false],
  ["a relation without an id", { related: [{ type: "derived" }] }, false],
  ["a status", { status: "experimental" }, true],
  ["an unknown status", { status: "testing" }, false],
  ["an unknown level", { level: "severe" }, false],
  ["a date", { date: "2026-02-28" }, true],
  ["a date with slashes", { date: "2026/02/28" }, false],
  ["month 13", { modified: "2026-13-01" }, false],
  ["a description of 65,536 characters", { description: "x".repeat(65_536) }, false],
  ["a tag", { tags: ["attack.t1078.004"] }, true],
  ["a tag in upper case", { tags: ["attack.T1078"] }, false],
  ["a tag without a namespace", { tags: ["persistence"] }, false],
  ["a repeated tag", { tags: ["attack.t1078", "attack.t1078"] }, false],
  ["repeated references", { references: ["a", "a"] }, false],
  ["false positives as a text", { falsepositives: "Admins" }, true],
  ["a false positive of one character", { falsepositives: ["x"] }, false],
  ["a scope", { scope: ["server"] }, true],
  ["a test with an event", { tests: [{ name: "t", match: true, event: { a: 1 } }] }, true],
  ["a test with events", { tests: [{ name: "t", match: true, events: [{ a: 1 }] }] }, true],
  ["a test with both", { tests: [{ name: "t", match: true, event: {}, events: [{}] }] }, false],
  ["a test with neither", { tests: [{ name: "t", match: true }] }, false],
  ["a test with a number", { tests: [{ name: "t", match: 2, events: [{}, {}, {}] }] }, true],
  ["a test with half a match", { tests: [{ name: "t", match: 0.5, event: {} }] }, false],
  ["a test without match", { tests: [{ name: "t", event: {} }] }, false],
  [
    "a filter",
    { detection: undefined, filter: { rules: [id], a: { x: 1 }, condition: "not a" } },
    true,
  ],
  [
    "a filter for any rule",
    { detection: undefined, filter: { rules: "any", a: { x: 1 }, condition: "not a" } },
    true,
  ],
  [
    "a filter for no rule",
    { detection: undefined, filter: { rules: [], a: { x: 1 }, condition: "not a" } },
    false,
  ],
];

for (const [name, over, valid] of cases) {
  Deno.test(`RuleSchema ${valid ? "accepts" : "refuses"} ${name}`, () => {
    const document = JSON.parse(JSON.stringify({ ...rule, ...over }));
    assertEquals(v.is(RuleSchema, document), valid);
  });
}

/** What the parser finds inside a condition, a key or a value, where no schema looks. */
const BEYOND_SCHEMA: readonly ProblemCode[] = [
  "condition-aggregation",
  "condition-name",
  "condition-syntax",
  "condition-too-deep",
  "field-quantifier",
  "field-syntax",
  "modifier-combination",
  "modifier-order",
  "value-cidr",
  "value-empty",
  "value-regex",
  "value-regex-construct",
  "value-syntax",
  "value-type",
];

for (const [family, cases] of Object.entries(FAMILIES)) {
  Deno.test(`RuleSchema and parseSigma() give the same verdict on every case of the table '${family}'`, () => {
    for (const { name, rule: fragment } of cases) {
      const text = ruleText(fragment);
      const codes = parseSigma(text).problems.map(({ code }) => code as ProblemCode);
      // Not YAML, or a key that valibot leaves out of what it checks.
      if (codes.some((code) => code.startsWith("yaml-")) || text.includes("__proto__")) continue;
      const accepted = parseAllDocuments(text, { merge: true }).every((document) =>
        v.is(RuleSchema, document.toJS())
      );
      const seen = codes.filter((code) => !BEYOND_SCHEMA.includes(code));
      if (codes.length === 0 || seen.length > 0) {
        assertEquals(accepted, codes.length === 0, `${name}: ${codes}\n${text}`);
      }
    }
  });
}

Deno.test("docs/rule.schema.json is what `deno run -A tools/build_rule_schema.ts` writes", async () => {
  const written = await Deno.readTextFile(new URL("docs/rule.schema.json", root));
  assertEquals(
    JSON.parse(written),
    JSON.parse(JSON.stringify(ruleJsonSchema(EVENT_FIELD_MEANINGS))),
  );
});

Deno.test("every file in rules/ is valid under RuleSchema and names the schema for editors", async () => {
  const folder = new URL("rules/", root);
  for await (const entry of Deno.readDir(folder)) {
    if (!entry.isFile || !entry.name.endsWith(".yml")) continue;
    const text = await Deno.readTextFile(new URL(entry.name, folder));
    assertEquals(
      text.split("\n")[0],
      "# yaml-language-server: $schema=../docs/rule.schema.json",
      entry.name,
    );
    for (const document of text.split(/^---$/m)) {
      const { issues } = v.safeParse(RuleSchema, parse(document));
      assertEquals(issues?.map((issue) => issue.message), undefined, entry.name);
    }
  }
});

const corpus = Deno.env.get("SIGMA_CORPUS") ?? "../shared/corpus";
const corpusRules = await Deno.readTextFile(`${corpus}/sigmahq-rules.ndjson`).catch(() => "");

Deno.test({
  name: "RuleSchema accepts every rule of the SigmaHQ corpus (skipped where it is absent)",
  ignore: corpusRules === "",
  fn() {
    const refused = corpusRules.trim().split("\n").map((line) => JSON.parse(line))
      .filter(({ yaml }) => !v.is(RuleSchema, parse(yaml))).map(({ file }) => file);
    assertEquals(refused, []);
  },
});
