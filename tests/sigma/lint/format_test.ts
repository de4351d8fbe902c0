import { assert, assertEquals, assertMatch } from "@std/assert";
import { CODES } from "../../../src/sigma/lint/codes.ts";
import { formatGithub } from "../../../src/sigma/lint/format_github.ts";
import { formatJson } from "../../../src/sigma/lint/format_json.ts";
import { formatSarif } from "../../../src/sigma/lint/format_sarif.ts";
import { formatText } from "../../../src/sigma/lint/format_text.ts";
import { lintFile } from "../../../src/sigma/lint/lint_files.ts";
import type { Problem } from "../../../src/sigma/problem.ts";

const text = `title: Failed login.
id: 767e7aa1-e232-15b9-adf1-a15673f7acfd
status: test
description: Somebody failed to log in, which is ordinary once
references: [https://example.org/logins]
author: Ana Diaz
date: 2026-01-15
tags: [attack.credential-access]
logsource: { product: thousandeyes }
detection:
  selection:
    event|contain: login
    user|contains|all: ana
  condition: selection
falsepositives: [A mistyped password]
level: low
`;
const problems = lintFile(text, { file: "rules/login_failed.yml" });

/** A file whose name and content try to break out of every format. */
const hostile: Problem = {
  code: "title-form",
  severity: "warning",
  message: "The title '\u001b[2J%0A::set-output name=x::y\n::error::z' ends in a full stop",
  file: "rules/a,b:c\u001b[31m\n::error::gone%/ü name.yml",
  line: 1,
  column: 8,
  endLine: 2,
  endColumn: 3,
  excerpt: "title: \u001b]0;owned\u0007\u202e.\n       ^^",
  suggestion: "Leave the stop out\n::error::again",
};

Deno.test("formatText() shows place, code, message, suggestion, the line and carets, and counts", () => {
  assertEquals(
    formatText(problems),
    `rules/login_failed.yml:1:8: note title-form: The title ends in a full stop. Remove the full stop
  1 | title: Failed login.
    |        ^^^^^^^^^^^^^
rules/login_failed.yml:2:5: note id-version: The id 767e7aa1-e232-15b9-adf1-a15673f7acfd is not a random UUID (version 4). Keep it if it is in use; give new rules a version 4 UUID
  2 | id: 767e7aa1-e232-15b9-adf1-a15673f7acfd
    |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
rules/login_failed.yml:12:11: error modifier-unknown: Unknown modifier 'contain'; did you mean 'contains'?
  12 |     event|contain: login
     |           ^^^^^^^
rules/login_failed.yml:13:19: warning all-single: 'all' has only one value. Remove '|all'
  13 |     user|contains|all: ana
     |                   ^^^
1 error, 1 warning, 2 notes
`,
  );
});

Deno.test("formatText() has no escape sequence without colour, whatever the file says", () => {
  const shown = formatText([hostile]);
  // deno-lint-ignore no-control-regex
  assertEquals(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/.test(shown), false);
  assertEquals(shown.split("\n").length, 5);
});

Deno.test("formatText() adds colours without changing the words", () => {
  const painted = formatText(problems, { colour: true });
  assert(painted.includes("\u001b[31merror modifier-unknown\u001b[0m"));
  // deno-lint-ignore no-control-regex
  assertEquals(painted.replaceAll(/\u001b\[\d+m/g, ""), formatText(problems));
});

Deno.test("formatText() reports zero problems", () => {
  assertEquals(formatText([]), "0 errors, 0 warnings, 0 notes\n");
});

Deno.test("formatJson() includes every member of every problem", () => {
  const report = JSON.parse(formatJson([...problems, hostile]));
  assertEquals(report.version, 1);
  assertEquals(report.counts, { error: 1, warning: 2, info: 2 });
  assertEquals(report.problems, [...problems, hostile]);
});

Deno.test("formatSarif() writes a log of version 2.1.0 whose results point to their rules", () => {
  const log = JSON.parse(formatSarif(problems));
  assertEquals(log.version, "2.1.0");
  const [run] = log.runs;
  assertEquals(run.columnKind, "utf16CodeUnits");
  assertEquals(run.results.length, problems.length);
  for (const [index, result] of run.results.entries()) {
    const { code, severity, line, column, endColumn } = problems[index]!;
    assertEquals(run.tool.driver.rules[result.ruleIndex].id, result.ruleId);
    assertEquals(result.ruleId, code);
    assertEquals(result.level, severity === "info" ? "note" : severity);
    const { artifactLocation, region } = result.locations[0].physicalLocation;
    assertEquals(artifactLocation.uri, "rules/login_failed.yml");
    assertEquals(region, { startLine: line, startColumn: column, endLine: line, endColumn });
  }
  for (const { id, shortDescription, defaultConfiguration } of run.tool.driver.rules) {
    assertEquals(shortDescription.text, CODES.get(id)!.summary);
    assertMatch(defaultConfiguration.level, /^(error|warning|note)$/);
  }
});

Deno.test("formatSarif() turns any path into a URI", () => {
  const uri = (file: string) =>
    JSON.parse(formatSarif([{ ...hostile, file }])).runs[0].results[0].locations[0]
      .physicalLocation.artifactLocation.uri;
  assertEquals(uri("rules\\ü name.yml"), "rules/%C3%BC%20name.yml");
  assertEquals(uri("/srv/rules/a.yml"), "file:///srv/rules/a.yml");
  assertEquals(uri("a:b.yml"), "a%3Ab.yml");
  assert(URL.canParse(uri(hostile.file!), "file:///srv/"));
});

Deno.test("formatSarif() leaves out the location of a problem in a file without a name", () => {
  const { file: _, ...nameless } = hostile;
  assertEquals("locations" in JSON.parse(formatSarif([nameless])).runs[0].results[0], false);
});

Deno.test("formatGithub() writes one command for each problem", () => {
  const [first, , third, fourth] = formatGithub(problems).split("\n");
  assertEquals(
    first,
    "::notice file=rules/login_failed.yml,line=1,endLine=1,col=8,endColumn=21,title=title-form" +
      "::The title ends in a full stop. Remove the full stop",
  );
  assert(third!.startsWith("::error file="));
  assert(fourth!.startsWith("::warning file="));
});

Deno.test("formatGithub() lets no text of a file start another command", () => {
  const written = formatGithub([hostile]);
  assertEquals(written.split("\n").length, 2);
  assertEquals(written.indexOf("::", 2), written.lastIndexOf("title=title-form::") + 16);
  const properties = written.slice(0, written.indexOf("title=title-form"));
  assert(properties.includes("file=rules/a%2Cb%3Ac"));
  assertEquals(/,col=/.test(properties), false);
});

Deno.test("every format is free of what a terminal obeys, whatever a file is called", () => {
  const file = "\u001b[31m\u009b2J\u202e\u2028\ud800.yml";
  for (const format of [formatText, formatJson, formatSarif, formatGithub]) {
    const written = format([{ ...hostile, file }]);
    // deno-lint-ignore no-control-regex
    assertEquals(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u2028]/.exec(written), null);
  }
});
