import { assertEquals } from "@std/assert";
import { historyOf, parseSigma, runInlineTests } from "../../../src/sigma/mod.ts";
import type { JsonValue } from "../../../src/sigma/mod.ts";
import { lintFile } from "../../../src/sigma/lint/mod.ts";

const HEAD = `
title: Login
name: login
logsource: { product: test }
detection: { selection: { event: Login }, condition: selection }
`;

function fileOf(panoptes: JsonValue): string {
  return `${HEAD}panoptes: ${JSON.stringify(panoptes)}\n`;
}

const VALID: [name: string, panoptes: JsonValue, expected: unknown][] = [
  [
    "the least that new_value needs",
    { new_value: { field: "ip" } },
    { kind: "new_value", field: "ip", groupBy: [], learn: { text: "14d", seconds: 1_209_600 } },
  ],
  [
    "all of new_value",
    {
      new_value: {
        field: "ip",
        "group-by": ["user", "aid"],
        learn: "1w",
        network: { ipv4: 24, ipv6: 64 },
      },
    },
    {
      kind: "new_value",
      field: "ip",
      groupBy: ["user", "aid"],
      learn: { text: "1w", seconds: 604_800 },
      network: { ipv4: 24, ipv6: 64 },
    },
  ],
  [
    "the default for one family",
    { new_value: { field: "ip", "group-by": "user", network: { ipv4: 24 } } },
    {
      kind: "new_value",
      field: "ip",
      groupBy: ["user"],
      learn: { text: "14d", seconds: 1_209_600 },
      network: { ipv4: 24, ipv6: 48 },
    },
  ],
  [
    "absence",
    { absence: { for: "24h", "group-by": "user" } },
    { kind: "absence", groupBy: ["user"], for: { text: "24h", seconds: 86_400 } },
  ],
  ["a rule that does not look back", { summary: "Hello" }, undefined],
];

for (const [name, panoptes, expected] of VALID) {
  Deno.test(`historyOf() reads ${name}`, () => {
    const { rules, problems } = parseSigma(fileOf(panoptes));
    assertEquals(problems, []);
    assertEquals<unknown>(historyOf(rules[0]!), expected);
  });
}

const INVALID: [name: string, panoptes: JsonValue, expected: RegExp][] = [
  ["no map", { new_value: "ip" }, /'new_value' must be a map with field, group-by, learn, network/],
  ["no field", { new_value: { learn: "3d" } }, /'new_value' needs the name of a field/],
  ["an unknown key", { new_value: { field: "ip", groupby: "user" } }, /Unknown key 'groupby'/],
  [
    "no timespan",
    { new_value: { field: "ip", learn: 14 } },
    /'learn' of 'new_value' cannot be '14'/,
  ],
  ["a field of the group", { new_value: { field: "u", "group-by": "u" } }, /only one value/],
  ["a field twice", { absence: { for: "1h", "group-by": ["u", "u"] } }, /has a field twice/],
  ["no field to group by", { absence: { for: "1h", "group-by": [7] } }, /a field or a list of/],
  ["a prefix that is too long", { new_value: { field: "ip", network: { ipv4: 33 } } }, /1 to 32/],
  ["another kind of network", { new_value: { field: "ip", network: "/16" } }, /must be true, or/],
  ["no time", { absence: {} }, /'for' of 'absence' is missing/],
  [
    "both",
    { new_value: { field: "ip" }, absence: { for: "1h" } },
    /either 'new_value' or 'absence'/,
  ],
];

for (const [name, panoptes, expected] of INVALID) {
  Deno.test(`a rule that looks back with ${name} is an error at load time, with its place`, () => {
    const { rules, problems } = parseSigma(fileOf(panoptes), { file: "rule.yml" });
    assertEquals(rules, []);
    const [problem] = problems;
    assertEquals(problem?.code, "panoptes-history");
    assertEquals(problem!.line, 6);
    assertEquals(expected.test(problem!.message), true, problem!.message);
  });
}

Deno.test("only rules look back: correlations and filters are refused", () => {
  const correlation = "correlation: { type: event_count, rules: login, timespan: 5m, " +
    "condition: { gte: 5 } }\npanoptes: { absence: { for: 1h } }\n";
  const { correlations, problems } = parseSigma(`${HEAD}---\ntitle: Many\n${correlation}`);
  assertEquals(correlations, []);
  assertEquals(problems.map(({ code, line }) => [code, line]), [["panoptes-history", 9]]);
});

const NETWORK = `
title: Login from a new network
logsource: { product: test }
detection: { selection: { event: Login }, condition: selection }
panoptes:
  new_value: { field: ip, group-by: user, learn: 14d, network: true }
tests:
`;
const SILENT = `
title: Silent
logsource: { product: test }
detection: { selection: { event: Beat }, condition: selection }
panoptes: { absence: { for: 24h } }
tests:
`;

const login = (at: string, ip: string, user = "Ana") =>
  `{ at: ${at}, event: { event: Login, user: ${user}, ip: "${ip}" } }`;
const beat = (at: string) => `{ at: ${at}, event: { event: Beat } }`;

const INLINE: [text: string, match: string, events: string, passed: boolean, until?: string][] = [
  [NETWORK, "true", `${login("0s", "192.0.2.1")}, ${login("15d", "10.1.1.1")}`, true],
  [NETWORK, "true", `${login("0s", "192.0.2.1")}, ${login("13d", "10.1.1.1")}`, false],
  [NETWORK, "1", `${login("0s", "192.0.2.1")}, ${login("15d", "10.1.1.1")}`, true],
  [NETWORK, "false", `${login("0s", "192.0.2.1")}, ${login("15d", "192.0.9.9")}`, true],
  [NETWORK, "false", `${login("0s", "192.0.2.1")}, ${login("15d", "10.1.1.1", "Ben")}`, true],
  [SILENT, "true", beat("1h"), true, "25h"],
  [SILENT, "false", beat("2h"), true, "25h"],
  [SILENT, "1", beat("25h"), true],
  [SILENT, "1", `${beat("2h")}, ${beat("26h")}, ${beat("51h")}`, true],
];

for (const [number, [text, match, events, passed, until]] of INLINE.entries()) {
  Deno.test(`inline tests of rules that look back are sequences of timed events (${number + 1})`, () => {
    const end = until === undefined ? "" : `, until: ${until}`;
    const { rules, problems } = parseSigma(
      `${text}  - { name: case, match: ${match}, events: [${events}]${end} }\n`,
    );
    assertEquals(problems, []);
    const [result] = runInlineTests(rules[0]!);
    assertEquals(result!.passed, passed, result!.message);
  });
}

Deno.test("a timed test may bring value lists of its own", () => {
  const text = NETWORK.replace("event: Login", "'user|expand': '%people%'");
  const case_ = (lists: string) =>
    `  - { name: a, match: true, placeholders: { people: ${lists} }, ` +
    `events: [${login("0s", "192.0.2.1")}, ${login("15d", "10.1.1.1")}] }\n`;
  const { rules } = parseSigma(text + case_("[Ana]") + case_("[Ben]") + case_("Ana"));
  const results = runInlineTests(rules[0]!, { placeholders: { people: ["Cem"] } });
  assertEquals(results.map(({ passed }) => passed), [true, false, false]);
  assertEquals(results[2]!.message, "'placeholders' must be a map of lists of strings");
});

Deno.test("lint asks for timed events in the tests of a rule that looks back", () => {
  const plain = "  - { name: a, match: true, event: { event: Login } }\n";
  const found = lintFile(NETWORK + plain, { file: "rule.yml" });
  assertEquals(found.filter(({ code }) => code === "test-form").map(({ message }) => message), [
    "The test of a rule that looks back has no list of events, each with at and event",
  ]);
  const { rules } = parseSigma(NETWORK + plain);
  assertEquals(
    runInlineTests(rules[0]!).map(({ passed }) => passed),
    [false],
  );
  const timed = `  - { name: a, match: false, events: [${login("0s", "10.1.1.1")}] }\n`;
  const clean = lintFile(NETWORK + timed, { file: "rule.yml" });
  assertEquals(clean.filter(({ code }) => /^(test-(form|key)|panoptes)/.test(code)), []);
});
