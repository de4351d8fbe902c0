import { assertEquals } from "@std/assert";
import { lintFile, lintFiles } from "../../../src/sigma/lint/lint_files.ts";

/** Two findings: title-form in line 1, all-single in line 16. */
function rule(parts: { head?: string; title?: string; item?: string; key?: string } = {}): string {
  return `${parts.head ?? ""}title: Failed login.${parts.title ?? ""}
id: 767e7aa1-e232-45b9-adf1-a15673f7acfd
status: test
description: Somebody failed to log in, which is ordinary once
references: [https://example.org/logins]
author: Ana Diaz
date: 2026-01-15
tags: [attack.credential-access]
logsource: { product: thousandeyes }
detection:
  selection:
${parts.item ?? ""}    ${parts.key ?? "event|contains|all"}: login
  condition: selection
falsepositives: [A mistyped password]
level: low
`;
}

function codes(text: string): string[] {
  return lintFile(text).map(({ code }) => code);
}

const cases: [promise: string, text: string, left: string[]][] = [
  ["without a comment both findings stand", rule(), ["title-form", "all-single"]],
  [
    "a comment after the value silences its line",
    rule({ title: " # panoptes-disable title-form" }),
    ["all-single"],
  ],
  [
    "a comment above silences the next line",
    rule({ item: "    # panoptes-disable all-single\n" }),
    ["title-form"],
  ],
  [
    "a comment above applies past other comments and empty lines",
    rule({ item: "    # panoptes-disable all-single\n    # one word is enough\n\n" }),
    ["title-form"],
  ],
  [
    "a comment at the top applies only to the first line",
    rule({ head: "# panoptes-disable title-form\n" }),
    ["all-single"],
  ],
  [
    "a comment before the document mark applies to the first line after it",
    rule({ head: "# panoptes-disable title-form\n---\n" }),
    ["all-single"],
  ],
  [
    "panoptes-disable-file silences the whole file, wherever it is",
    rule({ item: "    # panoptes-disable-file title-form, all-single\n" }),
    [],
  ],
  [
    "'all' stands for every code",
    rule({ head: "# panoptes-disable-file all\n" }),
    [],
  ],
  [
    "what follows '--' is the reason",
    rule({ title: " # panoptes-disable title-form -- all-single is fine" }),
    ["all-single"],
  ],
  [
    "a comment for another line silences nothing, and says so",
    rule({ title: " # panoptes-disable all-single" }),
    ["title-form", "disable-unused", "all-single"],
  ],
  [
    "a misspelled code is reported",
    rule({ title: " # panoptes-disable titel-form" }),
    ["title-form", "disable-unknown", "all-single"],
  ],
  [
    "a comment without a code is reported",
    rule({ title: " # panoptes-disable " }),
    ["title-form", "disable-unknown", "all-single"],
  ],
  [
    "an error cannot be silenced",
    rule({ key: "event|contain", item: "    # panoptes-disable-file modifier-unknown, all\n" }),
    ["disable-unused", "modifier-unknown"],
  ],
  [
    "text in a value that looks like a comment does not count",
    rule({ key: "'# panoptes-disable-file all'" }),
    ["title-form", "field-space"],
  ],
];

for (const [promise, text, left] of cases) {
  Deno.test(`panoptes-disable: ${promise}`, () => {
    assertEquals(codes(text), left);
  });
}

Deno.test("panoptes-disable: a comment also silences findings between files", () => {
  const one = rule().replaceAll("|all", "").replace("login.", "login");
  const two = one.replace("id: 767", "id: 867")
    .replace("title:", "# panoptes-disable title-repeated -- the same on purpose\ntitle:")
    .replace("detection:", "detection: # panoptes-disable detection-repeated");
  const files = [{ file: "login_failed.yml", text: one }, { file: "login_again.yml", text: two }];
  assertEquals(lintFiles(files), []);
  // One file alone cannot show it, and the comment is not called useless for that.
  assertEquals(lintFile(two), []);
});
