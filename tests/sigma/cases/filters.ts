import { section, type SpecCaseOptions } from "./spec_case.ts";

const ID = "6f3e2987-db24-4c78-a860-b4f4095a7095";
const OTHER = "df0841c0-9846-4e9f-ad8a-7df91571771b";

function rule(logsource = "category: process_creation\n    product: windows"): string {
  return `title: Case
id: ${ID}
name: rar_used
logsource:
    ${logsource}
detection:
    selection:
        Image|endswith: rar.exe
    condition: selection
`;
}

function filter(
  body: string,
  logsource = "category: process_creation\n    product: windows",
): string {
  return `---
title: Filter Administrator account
logsource:
    ${logsource}
filter:
${body.split("\n").map((line) => "    " + line).join("\n")}
`;
}

const NOT_ADMIN = `rules:
    - ${ID}
selection:
    User|startswith: adm_
condition: not selection`;

const ANY_RULE = `rules: any
selection:
    User|startswith: adm_
condition: not selection`;

const admin = { Image: "rar.exe", User: "adm_joe" };
const user = { Image: "rar.exe", User: "joe" };
const windows: SpecCaseOptions = {
  logsource: { category: "process_creation", product: "windows" },
};

export const FILTERS = [
  ...section("F Global Filter: rule and filter condition", [
    ["without the filter the rule matches", rule(), admin, true, windows],
    ["what the filter excludes", rule() + filter(NOT_ADMIN), admin, false, windows],
    ["what the filter leaves", rule() + filter(NOT_ADMIN), user, true, windows],
    [
      "the rule must still match",
      rule() + filter(NOT_ADMIN),
      { Image: "x", User: "joe" },
      false,
      windows,
    ],
    [
      "the filter may stand before the rule",
      (rule() + filter(NOT_ADMIN)).replace(
        /^([\s\S]*?)---\n([\s\S]*)$/,
        "$2---\n$1",
      ),
      admin,
      false,
      windows,
    ],
    [
      "a positive condition keeps only what it selects",
      rule() + filter(NOT_ADMIN.replace("not selection", "selection")),
      user,
      false,
      windows,
    ],
    [
      "a positive condition keeps what it selects",
      rule() + filter(NOT_ADMIN.replace("not selection", "selection")),
      admin,
      true,
      windows,
    ],
    ["another rule's filter", rule() + filter(NOT_ADMIN.replace(ID, OTHER)), admin, true, windows],
    [
      "one of two rules",
      rule() + filter(NOT_ADMIN.replace(`- ${ID}`, `- ${OTHER}\n    - ${ID}`)),
      admin,
      false,
      windows,
    ],
    [
      "a rule by its name",
      rule() + filter(NOT_ADMIN.replace(ID, "rar_used")),
      admin,
      false,
      windows,
    ],
    ["any rule (2.2)", rule() + filter(ANY_RULE), admin, false, windows],
    ["any rule (2.2), left", rule() + filter(ANY_RULE), user, true, windows],
    [
      "two filters",
      rule() + filter(NOT_ADMIN) + filter(NOT_ADMIN.replace("adm_", "svc_")),
      { Image: "rar.exe", User: "svc_x" },
      false,
      windows,
    ],
    [
      "a filter's names are its own",
      rule() + filter(`rules: any
selection:
    Image: nothing
condition: not selection`),
      user,
      true,
      windows,
    ],
    [
      "a pattern in a filter means its own names",
      rule() + filter(`rules: any
selection_a:
    User: a
selection_b:
    User: b
condition: not 1 of selection_*`),
      { Image: "rar.exe", User: "b" },
      false,
      windows,
    ],
    [
      "a pattern in the rule does not see a filter's names",
      rule().replace("condition: selection", "condition: all of selection*") + filter(`rules: any
selection_a:
    User: a
condition: not selection_a`),
      user,
      true,
      windows,
    ],
    [
      "a rule with a list of conditions is filtered as a whole",
      rule().replace("condition: selection", "condition: [selection, selection]") +
      filter(NOT_ADMIN),
      admin,
      false,
      windows,
    ],
  ]),
  ...section("F Log source: the filter's contains the rule's", [
    [
      "a wider filter applies",
      rule() + filter(ANY_RULE, "product: windows"),
      admin,
      false,
      windows,
    ],
    [
      "a narrower filter does not apply",
      rule("product: windows") + filter(ANY_RULE),
      admin,
      true,
      { logsource: { product: "windows" } },
    ],
    [
      "another product's filter does not apply",
      rule() + filter(ANY_RULE, "product: linux"),
      admin,
      true,
      windows,
    ],
  ]),
  ...section("F: what is refused", [
    ["no rules", rule() + filter("selection:\n    a: 1\ncondition: not selection"), admin, {
      error: /rules/i,
    }],
    ["no condition", rule() + filter("rules: any\nselection:\n    a: 1"), admin, {
      error: /condition/i,
    }],
    ["no selection", rule() + filter("rules: any\ncondition: not selection"), admin, {
      error: /selection|identifier|unknown/i,
    }],
    [
      "a broken condition",
      rule() + filter("rules: any\nselection:\n    a: 1\ncondition: not ("),
      admin,
      {
        error: /expected|end|condition/i,
      },
    ],
    [
      "an unknown modifier",
      rule() + filter("rules: any\nselection:\n    a|contain: 1\ncondition: not selection"),
      admin,
      {
        error: /contains/,
      },
    ],
  ]),
  ...section("R LogSource: a wrong log source must not fire", [
    ["the same log source", rule(), user, true, windows],
    ["another product", rule(), user, false, {
      logsource: { category: "process_creation", product: "linux" },
    }],
    ["another category", rule(), user, false, {
      logsource: { category: "file_event", product: "windows" },
    }],
    ["a rule for the whole product sees its services", rule("product: windows"), user, true, {
      logsource: { product: "windows", service: "sysmon" },
    }],
    [
      "a rule for a service does not see another",
      rule("product: windows\n    service: security"),
      user,
      false,
      {
        logsource: { product: "windows", service: "sysmon" },
      },
    ],
  ]),
];
