import { assertEquals } from "@std/assert";
import { lintFile } from "../../src/sigma/lint/mod.ts";
import { parseSigma, RuleSet, type SigmaRule } from "../../src/sigma/mod.ts";

const BODY = `logsource:
    product: test
detection:
    selection:
        a: 1
    condition: selection
`;
const ID = "08fbc97d-0a2f-491c-ae21-8ffcfd3174e9";

/** Each row: lines of metadata, what the rule keeps of them, and the suggestion of the finding. */
const ROWS: [lines: string, kept: Record<string, unknown>, suggestion: string | undefined][] = [
  ["date: 2021/03/04", { date: "2021-03-04" }, "2021-03-04"],
  ["date: 2021/3/4", { date: "2021-03-04" }, "2021-03-04"],
  ["date: 2021.03.04", { date: "2021-03-04" }, "2021-03-04"],
  ["date: 2021-03-04T10:00:00Z", { date: "2021-03-04" }, "2021-03-04"],
  ["date: 20210304", { date: "2021-03-04" }, "'20210304'"],
  ["modified: 2021/03/04", { modified: "2021-03-04" }, "2021-03-04"],
  ["date: 04/03/2021", { date: undefined }, undefined],
  ["date: [2021-03-04]", { date: undefined }, undefined],
  ["date:", { date: undefined }, "remove the key"],
  ["status: Experimental", { status: "experimental" }, "experimental"],
  ["status: ' test'", { status: "test" }, "test"],
  ["status: tset", { status: undefined }, "test"],
  ["status: 3", { status: undefined }, "'3'"],
  ["level: High", { level: "high" }, "high"],
  ["level: severe", { level: undefined }, undefined],
  ["level: [low, high]", { level: undefined }, undefined],
  ["id: 5", { id: "5" }, "'5'"],
  ["id: my-rule", { id: "my-rule" }, undefined],
  ["id: {a: b}", { id: undefined }, undefined],
  ["name: 7", { name: "7" }, "'7'"],
  ["title: 5", { title: "5" }, "'5'"],
  ["author: [Ana, Bo]", { author: "Ana, Bo" }, "'Ana, Bo'"],
  ["description: [It's, long]", { description: "It's, long" }, "'It''s, long'"],
  ["license: 1", { license: "1" }, "'1'"],
  ["taxonomy: Sigma", { taxonomy: "sigma" }, "sigma"],
  ["taxonomy:", { taxonomy: undefined }, "remove the key"],
  ["tags:", { tags: [] }, "remove the key"],
  ["tags: attack.t1059", { tags: ["attack.t1059"] }, "- attack.t1059"],
  ["tags: [attack.T1059.001]", { tags: ["attack.t1059.001"] }, "attack.t1059.001"],
  ["tags: [' attack.t1059 ']", { tags: ["attack.t1059"] }, "attack.t1059"],
  [
    "tags: [attack.Defense Evasion]",
    { tags: ["attack.defense-evasion"] },
    "attack.defense-evasion",
  ],
  ["tags: [evil]", { tags: ["evil"] }, undefined],
  ["tags: [{a: b}]", { tags: [] }, undefined],
  ["tags: {a: b}", { tags: [] }, undefined],
  ["references:", { references: [] }, "remove the key"],
  ["references: https://a.example", { references: ["https://a.example"] }, "- https://a.example"],
  [
    "references: [See: https://a.example]",
    { references: ["See: https://a.example"] },
    "'See: https://a.example'",
  ],
  ["falsepositives:", { falsepositives: [] }, "remove the key"],
  ["falsepositives: [Tuning: leave out the scanner]", {
    falsepositives: ["Tuning: leave out the scanner"],
  }, "'Tuning: leave out the scanner'"],
  ["falsepositives: [{a: b, c: d}]", { falsepositives: ["a: b, c: d"] }, "'a: b, c: d'"],
  ["falsepositives: [{a: [b]}]", { falsepositives: [] }, undefined],
  ["falsepositives: [Admins, ]", { falsepositives: ["Admins"] }, undefined],
  ["falsepositives: [~]", { falsepositives: [] }, "remove the entry"],
  ["fields: Image", { fields: ["Image"] }, "- Image"],
  ["fields: [4688]", { fields: ["4688"] }, "'4688'"],
  ["scope: server", { scope: ["server"] }, "- server"],
  [`related: {id: ${ID}, type: derived}`, { related: [{ id: ID, type: "derived" }] }, undefined],
  [`related: [{id: ${ID}, type: Derived}]`, { related: [{ id: ID, type: "derived" }] }, "derived"],
  [`related: [{id: ${ID}, type: cousin}]`, { related: [] }, undefined],
  [`related: [{id: ${ID}}]`, { related: [] }, undefined],
  ["related: [x]", { related: [] }, undefined],
  ["related: x", { related: [] }, undefined],
  ["related:", { related: [] }, "remove the key"],
  [`title: '${"x".repeat(257)}'`, { title: "x".repeat(257) }, undefined],
  ["title: ''", { title: "" }, undefined],
];

for (const [lines, kept, suggestion] of ROWS) {
  const shown = lines.length > 60 ? `${lines.slice(0, 57)}...` : lines;
  Deno.test(`parseSigma() loads a rule with '${shown}', keeps what can be read, and warns`, () => {
    const head = lines.startsWith("title:") ? "" : "title: A rule\n";
    const { rules, problems } = parseSigma(`${head}${lines}\n${BODY}`);
    assertEquals(rules.length, 1, JSON.stringify(problems));
    const [rule] = rules;
    const found = Object.fromEntries(
      Object.keys(kept).map((key) => [key, rule?.[key as keyof SigmaRule]]),
    );
    assertEquals(found, kept);
    assertEquals(new RuleSet(rules).match({ a: 1 }).length, 1);
    const severities = problems.map(({ severity }) => severity);
    assertEquals(severities.filter((severity) => severity !== "warning"), []);
    if (lines !== "falsepositives: [Admins, ]") {
      assertEquals(severities.length > 0, true, "no finding");
      assertEquals(problems[0]?.suggestion, suggestion);
    }
  });
}

Deno.test("parseSigma() does not run a rule whose status is 'Deprecated', as for 'deprecated'", () => {
  const { rules } = parseSigma(`title: A rule\nstatus: Deprecated\n${BODY}`);
  assertEquals(new RuleSet(rules).skipped.length, 1);
});

Deno.test("parseSigma() with strict: true refuses wrong metadata, for those who publish rules", () => {
  const warned = (text: string) => parseSigma(text).problems.map(({ code }) => code);
  for (const [lines] of ROWS) {
    const head = lines.startsWith("title:") ? "" : "title: A rule\n";
    const text = `${head}${lines}\n${BODY}`;
    const { rules, problems } = parseSigma(text, { strict: true });
    assertEquals(problems.map(({ code }) => code), warned(text));
    // An id that is no UUID, and what is there twice, have always been warnings.
    const refused = problems.length > 0 && lines !== "id: my-rule";
    assertEquals(rules.length, refused ? 0 : 1, lines);
  }
});

const LOAD_NOTHING: [name: string, text: string][] = [
  ["no title", BODY],
  ["a title that is a list", `title: [a]\n${BODY}`],
  ["a title without a value", `title:\n${BODY}`],
  ["a taxonomy with other field names", `title: A\ntaxonomy: ecs\n${BODY}`],
  ["a taxonomy that is a list", `title: A\ntaxonomy: [ecs]\n${BODY}`],
  ["a product that is a number", `title: A\n${BODY.replace("test", "4")}`],
  ["a log source that routes nothing", `title: A\n${BODY.replace("product: test", "product:")}`],
];

for (const [name, text] of LOAD_NOTHING) {
  Deno.test(`parseSigma() refuses ${name}: where the rule runs, or what alerts are called, is unknown`, () => {
    const { rules, problems } = parseSigma(text);
    assertEquals(rules, []);
    assertEquals(problems.some(({ severity }) => severity === "error"), true);
  });
}

Deno.test("parseSigma() reads a log source without its empty keys, and warns", () => {
  const text = `title: A\n${
    BODY.replace("product: test", "product: test\n    service:\n    definition: [x]")
  }`;
  const { rules, problems } = parseSigma(text);
  assertEquals(rules[0]?.logsource, { product: "test" });
  assertEquals(problems.map(({ severity, line }) => [severity, line]), [["warning", 4], [
    "warning",
    5,
  ]]);
});

const COLLECTION = `action: global
title: Many
level: low
detection:
    condition: selection
---
logsource: { product: one }
detection:
    selection: { a: 1 }
---
logsource: { product: two }
detection:
    selection: { a: 2 }
---
action: repeat
detection:
    selection: { b: 3 }
---
action: reset
---
title: Alone
logsource: { product: three }
detection:
    selection: { a: 3 }
    condition: selection
`;

Deno.test("parseSigma() completes the documents of an 'action' collection, and names each action once", () => {
  const { rules, problems } = parseSigma(COLLECTION);
  assertEquals(
    rules.map(({ title, level, logsource, detections }) => [
      title,
      level,
      logsource.product,
      JSON.stringify(detections[0]?.detection).match(/"field":"."|"values":\[.\]/g)?.join(" "),
    ]),
    [
      ["Many", "low", "one", '"field":"a" "values":[1]'],
      ["Many", "low", "two", '"field":"a" "values":[2]'],
      ["Many", "low", "two", '"field":"a" "values":[2] "field":"b" "values":[3]'],
      ["Alone", undefined, "three", '"field":"a" "values":[3]'],
    ],
  );
  assertEquals(problems.map(({ code, line, severity }) => [code, line, severity]), [
    ["document-action", 1, "warning"],
    ["document-action", 15, "warning"],
    ["document-action", 19, "warning"],
  ]);
});

Deno.test("lintFile() reports once what the documents of a collection share", () => {
  const text = COLLECTION.replace("level: low", "level: Low\ndate: 2021/03/04\nauthor: ''");
  const problems = lintFile(text).map(({ line, column, code, message }) =>
    `${line}:${column} ${code} ${message}`
  );
  assertEquals(problems.filter((problem, index) => problems.indexOf(problem) !== index), []);
  assertEquals(problems.filter((problem) => problem.includes("metadata-value")).length, 2);
});

const BASE = `title: Base
name: base
id: ${ID}
${BODY}`;
const correlationOf = (about: string, more = "") =>
  `title: Often\ncorrelation:\n    type: event_count\n    rules: ${about}\n${more}    timespan: 5m\n` +
  "    condition: { gte: 2 }\n";

for (
  const [name, text, alerts] of [
    ["by name", `${BASE}---\n${correlationOf("[base]")}`, 0],
    ["by id", `${BASE}---\n${correlationOf(`[${ID}]`)}`, 0],
    ["by a single name", `${BASE}---\n${correlationOf("base")}`, 0],
    ["before the rule", `${correlationOf("[base]")}---\n${BASE}`, 0],
    ["among others", `${BASE}---\n${correlationOf("[other, base]")}`, 0],
    ["with generate: true", `${BASE}---\n${correlationOf("[base]", "    generate: true\n")}`, 1],
    ["by another name", `${BASE}---\n${correlationOf("[other]")}`, 1],
  ] as const
) {
  Deno.test(`A rule that a correlation names ${name} alerts by itself ${alerts} times`, () => {
    const { rules, correlations, problems } = parseSigma(text);
    const ruleSet = new RuleSet(rules);
    assertEquals(ruleSet.match({ a: 1 }).length, alerts);
    assertEquals(ruleSet.baseRules.length, 1 - alerts);
    assertEquals(new RuleSet(rules, { baseRules: true }).match({ a: 1 }).length, 1);
    assertEquals([correlations.length, problems], [1, []]);
  });
}
