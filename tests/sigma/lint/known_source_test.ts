import { assertEquals } from "@std/assert";
import { AUDIT_LOG } from "../../../src/alert/audit_log.ts";
import { lintFiles } from "../../../src/sigma/lint/lint_files.ts";
import { whole } from "./lint_examples.ts";

/** What lint says about a document of which events are known, as `line:column code suggestion`. */
function findings(text: string, onlySources = false): string[] {
  return lintFiles([{ file: "rule_under_test.yml", text }], { sources: [AUDIT_LOG], onlySources })
    .filter(({ code }) => /^(logsource-(unmet|field)|correlation-field)$/.test(code))
    .map(({ line, column, code, suggestion }) => `${line}:${column} ${code}: ${suggestion}`);
}

const CASES: [what: string, fragment: string, expected: string[]][] = [
  ["nothing of a sound rule", `  selection:\n    ipAddress|cidr: 192.0.2.0/24\n`, []],
  ["nothing of a derived field", `  selection:\n    user.email|endswith: '@x'\n`, []],
  ["nothing of nested fields", `  selection:\n    resources.type: testName\n`, []],
  [
    "nothing of the fields of a block",
    `  selection:\n    resources[any]:\n      type: testName\n      name: x\n`,
    [],
  ],
  ["nothing of keywords", `  selection:\n    - deleted\n`, []],
  [
    "nothing of rules for other products",
    "logsource:\n  product: windows\ndetection:\n  selection:\n    ipAdress: x\n  condition: selection\n",
    [],
  ],
  [
    "a misspelled field",
    `  selection:\n    ipAdress: 192.0.2.44\n`,
    ["3:5 logsource-field: Write 'ipAddress'"],
  ],
  [
    "a field in other letter case",
    `  selection:\n    ipaddress: 192.0.2.44\n`,
    ["3:5 logsource-field: Write 'ipAddress'"],
  ],
  [
    "a field without its parent",
    `  selection:\n    email: x\n`,
    ["3:5 logsource-field: Write 'user.email'"],
  ],
  [
    "a field of a block",
    `  selection:\n    resources[any]:\n      id: x\n      name: y\n`,
    [
      "4:7 logsource-field: Use one of event, user, user.name, user.email, uid, ipAddress, date, " +
      "aid, accountGroupName, resources, resources.type, resources.name",
    ],
  ],
  [
    "the other field of |fieldref",
    `  selection:\n    user.name|fieldref: user.mail\n`,
    ["3:25 logsource-field: Write 'user.email'"],
  ],
  [
    "the fields that a rule looks back at",
    "panoptes:\n  new_value: { field: ipAdress, group-by: [usr, uid], learn: 14d }\n",
    ["2:23 logsource-field: Write 'ipAddress'", "2:44 logsource-field: Write 'user'"],
  ],
  [
    "a field, where the product is misspelled as well",
    "logsource:\n  product: thousandeye\n  service: audit\ndetection:\n  selection:\n    ipAdress: x\n  condition: selection\n",
    [
      "2:12 logsource-unmet: Write 'product: thousandeyes'",
      "6:5 logsource-field: Write 'ipAddress'",
    ],
  ],
  [
    "a service that the product does not have",
    "logsource:\n  product: thousandeyes\n  service: alerts\n",
    ["3:12 logsource-unmet: Write 'product: thousandeyes, service: audit', or remove the rule"],
  ],
  [
    "a category",
    "logsource:\n  category: application\n  product: thousandeyes\n",
    ["2:13 logsource-unmet: Write 'product: thousandeyes, service: audit', or remove the rule"],
  ],
  [
    "the product under another key",
    "logsource:\n  product: cisco\n  service: ThousandEyes\n",
    [
      "2:12 logsource-unmet: Write 'product: thousandeyes, service: audit', or remove the rule",
      "3:12 logsource-unmet: Write 'product: thousandeyes, service: audit', or remove the rule",
    ],
  ],
];

for (const [what, fragment, expected] of CASES) {
  Deno.test(`lintFiles() with known events reports ${what}`, () => {
    assertEquals(findings(whole(fragment)), expected);
  });
}

Deno.test("lintFiles() reports rules for other events where there are none", () => {
  const text = whole("logsource:\n  product: windows\n  service: security\n");
  assertEquals(findings(text), []);
  const suggestion = "Write 'product: thousandeyes, service: audit', or remove the rule";
  assertEquals(findings(text, true).slice(0, 2), [
    `2:12 logsource-unmet: ${suggestion}`,
    `3:12 logsource-unmet: ${suggestion}`,
  ]);
  assertEquals(findings(whole("  selection:\n    event: x\n"), true), []);
});

Deno.test("lintFiles() without known events reports no field and no log source", () => {
  const text = whole("  selection:\n    ipAdress: x\n");
  const codes = lintFiles([{ file: "rule_under_test.yml", text }]).map(({ code }) => code);
  assertEquals(codes.filter((code) => /logsource-(unmet|field)/.test(code)), []);
});

Deno.test("lintFiles() reports fields of a correlation: group-by, condition and aliases", () => {
  const base = whole("name: failed_login\n");
  const correlation = (more: string) =>
    `title: Many failed logins\nid: 0f2d52a4-8f04-4c84-8ea6-5d2a3b9a1c77\ncorrelation:\n${more}\n---\n${base}`;
  assertEquals(
    findings(correlation(
      "  type: value_count\n  rules: [failed_login]\n  group-by: [uid, usr]\n  timespan: 1h\n" +
        "  condition: { field: ipAdress, gte: 5 }",
    )),
    ["6:19 correlation-field: Write 'user'", "8:23 correlation-field: Write 'ipAddress'"],
  );
  assertEquals(
    findings(correlation(
      "  type: event_count\n  rules: failed_login\n  group-by: who\n  timespan: 1h\n" +
        "  aliases:\n    who:\n      failed_login: user.nam\n  condition: { gte: 5 }",
    )),
    ["10:21 correlation-field: Write 'user.name'"],
  );
});

Deno.test("lintFiles() marks a field without its modifiers", () => {
  const text = whole("  selection:\n    ipAdress|cidr: 192.0.2.0/24\n    'usr|re': x\n");
  const found = lintFiles([{ file: "rule_under_test.yml", text }], { sources: [AUDIT_LOG] })
    .filter(({ code }) => code === "logsource-field");
  assertEquals(found.map(({ column, endColumn }) => [column, endColumn]), [[5, 13], [5, 13]]);
});
