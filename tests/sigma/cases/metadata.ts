import { section } from "./spec_case.ts";

const DETECTION = `detection:
    sel:
        f: x
    condition: sel
`;

function rule(lines: string): string {
  return `title: Case\n${lines}logsource:\n    product: test\n${DETECTION}`;
}

const EVENT = { f: "x" };

export const METADATA = [
  ...section("R Components: what a rule may have", [
    ["an id", rule("id: 929a690e-bef0-4204-a928-ef5e620d6fcc\n"), EVENT, true],
    ["a name", rule("name: failed_logon\n"), EVENT, true],
    [
      "related rules",
      rule(
        "related:\n    - id: 08fbc97d-0a2f-491c-ae21-8ffcfd3174e9\n      type: derived\n    - id: 929a690e-bef0-4204-a928-ef5e620d6fcc\n      type: obsolete\n",
      ),
      EVENT,
      true,
    ],
    ["the default taxonomy", rule("taxonomy: sigma\n"), EVENT, true],
    ["status stable", rule("status: stable\n"), EVENT, true],
    ["status test", rule("status: test\n"), EVENT, true],
    ["status experimental", rule("status: experimental\n"), EVENT, true],
    ["level informational", rule("level: informational\n"), EVENT, true],
    ["level low", rule("level: low\n"), EVENT, true],
    ["level medium", rule("level: medium\n"), EVENT, true],
    ["level high", rule("level: high\n"), EVENT, true],
    ["level critical", rule("level: critical\n"), EVENT, true],
    ["dates", rule("date: 2024-01-15\nmodified: 2024-02-29\n"), EVENT, true],
    ["a licence", rule("license: MIT\n"), EVENT, true],
    ["an author beyond ASCII", rule("author: 'Jörg, 山田'\n"), EVENT, true],
    ["references", rule("references:\n    - https://example.org/a\n"), EVENT, true],
    [
      "tags",
      rule("tags:\n    - attack.t1059.001\n    - cve.2021-44228\n    - tlp.amber\n"),
      EVENT,
      true,
    ],
    [
      "fields, false positives, scope",
      rule("fields: [f]\nfalsepositives: [Unlikely]\nscope: [server]\n"),
      EVENT,
      true,
    ],
    [
      "custom fields",
      rule("regression_tests_path: a/b\nsimulation:\n    - type: x\nmy_field: {a: [1]}\n"),
      EVENT,
      true,
    ],
    [
      "a definition and custom keys of the log source",
      `title: Case\nlogsource:\n    category: a\n    definition: 'Requires: x'\n    custom: y\n${DETECTION}`,
      EVENT,
      true,
    ],
    ["a title of 256 characters", rule("").replace("Case", "x".repeat(256)), EVENT, true],
    ["CR LF line ends", rule("level: low\n").replaceAll("\n", "\r\n"), EVENT, true],
    ["a byte order mark", "\uFEFF" + rule(""), EVENT, true],
    ["a document mark first", "---\n" + rule(""), EVENT, true],
    ["a YAML directive", "%YAML 1.2\n---\n" + rule(""), EVENT, true],
  ]),
  ...section("R Components: what is required", [
    ["no title", `logsource:\n    product: test\n${DETECTION}`, EVENT, { error: /title/i }],
    ["no log source", `title: Case\n${DETECTION}`, EVENT, { error: /logsource/i }],
    ["no detection", "title: Case\nlogsource:\n    product: test\n", EVENT, {
      error: /detection/i,
    }],
    [
      "a detection that is a string",
      "title: Case\nlogsource:\n    product: test\ndetection: x\n",
      EVENT,
      {
        error: /detection/i,
      },
    ],
    [
      "a detection that is a list",
      "title: Case\nlogsource:\n    product: test\ndetection: [x]\n",
      EVENT,
      {
        error: /detection/i,
      },
    ],
    ["a log source that is a string", `title: Case\nlogsource: test\n${DETECTION}`, EVENT, {
      error: /logsource/i,
    }],
    ["a log source without content", `title: Case\nlogsource: {}\n${DETECTION}`, EVENT, {
      problem: /logsource/i,
    }],
    ["a title that is a list", rule("").replace("Case", "[a]"), EVENT, { error: /title/i }],
  ]),
  ...section("J: the schema's limits", [
    ["a title of 257 characters", rule("").replace("Case", "x".repeat(257)), EVENT, {
      problem: /title|256/i,
    }],
    ["an id that is not a UUID", rule("id: my-rule\n"), EVENT, { problem: /\bid\b|uuid/i }],
    ["an id that is a number", rule("id: 5\n"), EVENT, { problem: /\bid\b|uuid/i }],
    ["an unknown status", rule("status: final\n"), EVENT, { problem: /status/i }],
    ["an unknown level", rule("level: severe\n"), EVENT, { problem: /level/i }],
    ["a level in upper case", rule("level: High\n"), EVENT, { problem: /level/i }],
    ["a date with slashes", rule("date: 2024/01/15\n"), EVENT, { problem: /date/i }],
    ["an invalid date", rule("date: 2024-13-01\n"), EVENT, { problem: /date/i }],
    ["a modified date with slashes", rule("modified: 2024/01/15\n"), EVENT, {
      problem: /modified/i,
    }],
    ["a tag without a namespace", rule("tags:\n    - evil\n"), EVENT, { problem: /tag/i }],
    ["a tag in upper case", rule("tags:\n    - Attack.T1059\n"), EVENT, { problem: /tag/i }],
    ["tags that are a string", rule("tags: attack.t1059\n"), EVENT, { problem: /tags/i }],
    ["references that are a string", rule("references: https://example.org\n"), EVENT, {
      problem: /references/i,
    }],
    ["a related rule without an id", rule("related:\n    - type: derived\n"), EVENT, {
      problem: /related|\bid\b/i,
    }],
    [
      "a related rule of unknown type",
      rule("related:\n    - id: 08fbc97d-0a2f-491c-ae21-8ffcfd3174e9\n      type: sibling\n"),
      EVENT,
      { problem: /related|type/i },
    ],
    ["another taxonomy is refused", rule("taxonomy: ecs\n"), EVENT, { error: /taxonomy/i }],
    ["a description of 65,536 characters", rule(`description: ${"x".repeat(65_536)}\n`), EVENT, {
      problem: /description|65/i,
    }],
    ["false positives may be a single string", rule("falsepositives: none\n"), EVENT, true],
  ]),
];
