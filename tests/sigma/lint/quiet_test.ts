import { assertEquals } from "@std/assert";
import { lintFile } from "../../../src/sigma/lint/lint_files.ts";
import { whole } from "./lint_examples.ts";

/** What looks like a finding but is not: the check must be quiet. Fragments as in docs/lint. */
const quiet: [code: string, why: string, fragment: string][] = [
  ["wildcard-double", "the first is escaped", `  selection:\n    a: 'x\\**'`],
  ["wildcard-only", "a keyword has no field that could exist", `  selection:\n    - '*'`],
  ["wildcard-redundant", "the other end is open", `  selection:\n    a|startswith: '*x'`],
  ["wildcard-redundant", "'?' requires a character", `  selection:\n    a|contains: '?x'`],
  ["wildcard-for-modifier", "the values differ", `  selection:\n    a: ['*x', 'x*']`],
  ["wildcard-for-modifier", "a '*' within is needed", `  selection:\n    a: '*x*y*'`],
  ["wildcard-for-modifier", "the backslash is literal, the '*' too", `  selection:\n    a: 'x\\*'`],
  ["wildcard-escaped", "an escaped backslash", `  selection:\n    a: 'C:\\\\*'`],
  ["all-single", "keywords with two values", `  selection:\n    '|all': [a, b]`],
  ["all-exact", "wildcards can meet in one value", `  selection:\n    a|all: ['x*', '*y']`],
  [
    "all-exact",
    "networks can contain one another",
    `  selection:\n    a|cidr|all: [10.0.0.0/8, 10.1.0.0/16]`,
  ],
  ["windash-nothing", "a slash is a dash too", `  selection:\n    a|windash|contains: ' /x'`],
  ["value-empty-text", "the whole value is empty", `  selection:\n    a: ''`],
  [
    "value-control-character",
    "a line break in a substring",
    `  selection:\n    a|contains: "x\\ny"`,
  ],
  ["value-number-quoted", "leading zeros make a string", `  selection:\n    a: '0042'`],
  ["value-number-quoted", "a prefix of a number", `  selection:\n    a|startswith: '42'`],
  ["value-repeated", "letter case matters", `  selection:\n    a|cased: [x, X]`],
  ["value-repeated", "a number and a boolean", `  selection:\n    a: [1, true]`],
  ["value-covered", "letter case matters", `  selection:\n    a|contains|cased: [x, XY]`],
  ["value-covered", "the start must be the same", `  selection:\n    a|startswith: [y, xy]`],
  ["value-covered", "a wildcard may say more", `  selection:\n    a|contains: ['x?', 'xyz']`],
  ["value-null-in-list", "null alone", `  selection:\n    a: null`],
  ["value-yaml-version", "quotes", `  selection:\n    a: ['yes', '1:30', '0777']`],
  [
    "value-yaml-version",
    "plain words and numbers",
    `  selection:\n    a: [yesterday, 10, 1.5, -3, on fire]`,
  ],
  ["value-number-form", "numbers that are compared", `  selection:\n    a|gte: 0x10`],
  ["value-number-form", "the plain form", `  selection:\n    a: [10, 1.5, -3, '1.50']`],
  ["value-double-quoted", "quotes are escaped, no backslash", `  selection:\n    a: "say \\"x\\""`],
  [
    "range-impossible",
    "the two maps are alternatives",
    `  selection:\n    - a|gt: 9\n    - a|lt: 5`,
  ],
  ["range-impossible", "both bounds are the value", `  selection:\n    a|gte: 5\n    a|lte: 5`],
  ["cidr-everything", "a host", `  selection:\n    a|cidr: 0.0.0.0/32`],
  ["cidr-by-prefix", "a version", `  selection:\n    a|startswith: '10.1'`],
  ["cidr-not-asked", "a path", `  selection:\n    a: 10/11`],
  ["regex-plain", "a class", `  selection:\n    a|re: 'x\\d'`],
  ["regex-open-ends", "the dot is literal", `  selection:\n    a|re: 'x\\.*'`],
  ["regex-open-ends", "'.+' requires a character", `  selection:\n    a|re: '.+x'`],
  ["regex-host-dot", "the dot is literal", `  selection:\n    a|re: 'example\\.com'`],
  ["regex-host-dot", "another word", `  selection:\n    a|re: 'a.comma'`],
  [
    "field-case",
    "array members have their own fields",
    `  selection:\n    a: x\n    b[any]:\n      A: y`,
  ],
  ["field-array-apart", "another array", `  selection:\n    a[any].b: x\n    c.d: y`],
  [
    "selection-repeated",
    "other modifiers",
    `  selection_a:\n    a: x\n  selection_b:\n    a|contains: x\n  condition: 1 of selection_*`,
  ],
  [
    "condition-unused",
    "'them' includes it",
    `  a:\n    a: x\n  b:\n    a: y\n  condition: 1 of them`,
  ],
  [
    "condition-unused",
    "a later condition uses it",
    `  a:\n    a: x\n  b:\n    a: y\n  condition: [a, b]`,
  ],
  [
    "condition-unused",
    "the condition is invalid",
    `  a:\n    a: x\n  b:\n    a: y\n  condition: a and`,
  ],
  [
    "condition-of-one",
    "more names are expected",
    `  selection_a:\n    a: x\n  condition: 1 of selection_*`,
  ],
  [
    "condition-only-not",
    "a selection comes first",
    `  a:\n    a: x\n  b:\n    a: y\n  condition: a and not b`,
  ],
  ["condition-only-not", "a double negation", `  a:\n    a: x\n  condition: not (not a)`],
  ["condition-constant", "other parts", `  a:\n    a: x\n  b:\n    a: y\n  condition: a or not b`],
  ["condition-mixed", "brackets", `  a:\n    a: x\n  b:\n    a: y\n  condition: a or (a and b)`],
  [
    "condition-mixed",
    "brackets of their own",
    `  a:\n    a: x\n  b:\n    a: y\n  condition: (a and b) or (b and a)`,
  ],
  [
    "condition-operator-form",
    "parts of names",
    `  any_NOT:\n    a: x\n  AND-b:\n    a: y\n  condition: any_NOT and AND-b`,
  ],
  [
    "condition-filter-positive",
    "excluded by pattern",
    `  a:\n    a: x\n  filter_b:\n    a: y\n  condition: a and not 1 of filter_*`,
  ],
  [
    "condition-selection-negative",
    "negated twice",
    `  selection:\n    a: x\n  b:\n    a: y\n  condition: b and not (b and not selection)`,
  ],
  ["tag-attack", "a group and software", "tags: [attack.persistence, attack.g0016, attack.s0154]"],
  ["tag-attack", "a renamed tactic of the next version", "tags: [attack.stealth]"],
  ["tag-namespace", "a form the parser refuses anyway", "tags: [Attack.t1110]"],
  ["tag-without-tactic", "only groups", "tags: [attack.g0016]"],
  ["logsource-form", "dots and dashes are allowed", "logsource:\n  service: onelogin.events-2"],
  [
    "logsource-form",
    "a definition is prose",
    "logsource:\n  product: a\n  definition: Turn the Log on",
  ],
  [
    "logsource-generic",
    "other events of the log",
    "logsource:\n  product: windows\n  service: security\ndetection:\n  selection:\n    EventID: 4624\n  condition: selection",
  ],
  ["modified-before-date", "the same day", "date: 2026-01-15\nmodified: 2026-01-15"],
  ["title-form", "a word that starts the same way", "title: Detection of the detector turned off"],
  [
    "falsepositive-vague",
    "a sentence that mentions one",
    "falsepositives:\n  - Penetration tests that were announced",
  ],
  ["license-form", "an expression", "license: (MIT OR Apache-2.0) AND DRL-1.1"],
  ["deprecated-alone", "it is in use", "status: stable"],
  [
    "test-one-sided",
    "a number of matches",
    "tests:\n  - name: a\n    match: 1\n    events:\n      - event: Login failed.\n      - event: Logout",
  ],
  [
    "test-form",
    "a log source of its own",
    "tests:\n  - name: a\n    match: false\n    logsource: { product: other }\n    event: { event: x }",
  ],
  [
    "test-without-field",
    "a nested field",
    "detection:\n  selection:\n    a.b: x\n  condition: selection\ntests:\n  - name: a\n    match: true\n    event: { a: { b: x } }",
  ],
  ["text-anchor", "an unused anchor", "title: &title Failed login"],
  ["key-empty", "an own field may be empty", "runbook:"],
];

for (const [code, why, fragment] of quiet) {
  Deno.test(`lintFile() does not report ${code}: ${why}`, () => {
    const found = lintFile(whole(`${fragment}\n`), { today: "2026-11-23" });
    assertEquals(found.filter((problem) => problem.code === code), []);
  });
}
