import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { fullMessage } from "../../../src/sigma/lint/full_message.ts";
import { lintFile, lintFiles } from "../../../src/sigma/lint/lint_files.ts";
import { CHECKS } from "../../../src/sigma/lint/checks.ts";

/** A rule without a finding; `edit` makes one. */
const clean = `title: Failed login
id: 767e7aa1-e232-45b9-adf1-a15673f7acfd
status: test
description: Somebody failed to log in, which is ordinary once
references:
  - https://example.org/logins
author: Ana Diaz
date: 2026-01-15
tags:
  - attack.credential-access
logsource:
  product: thousandeyes
  service: audit
detection:
  selection:
    event: Login failed.
  condition: selection
falsepositives:
  - A mistyped password
level: low
`;

function codes(text: string): string[] {
  return lintFile(text).map(({ code }) => code);
}

Deno.test("there are at least 40 checks beyond the errors of the parser", () => {
  assert(CHECKS.length >= 40);
});

Deno.test("lintFile() says what to write for mistakes that other tools invite", () => {
  const says = (item: string, more = "") => {
    const text = clean.replace("event: Login failed.", item) + more;
    return lintFile(text).map(fullMessage);
  };
  assertEquals(says("port|gt: '5'"), [
    "The modifier 'gt' requires a number, found the string '5'; write 5 without quotes",
  ]);
  assertEquals(says("event|regex: a"), ["Unknown modifier 'regex'; did you mean 're'?"]);
  assertEquals(says("event: 'a"), ["The closing ' is missing"]);
  const tests = "tests:\n  - { name: a, match: yes, event: { event: Login failed. } }\n";
  const [, finding] = says("event: Login failed.", tests);
  assertEquals(
    finding,
    "The test has a match that is not true, false or a number. Write name, match and event",
  );
});

Deno.test("lintFile() finds nothing in a clean rule", () => {
  assertEquals(lintFile(clean), []);
});

Deno.test("lintFile() reports errors and findings of every document, in the order of the file", () => {
  const text = `${clean.replace("Failed login", "Failed login.")}---\n${
    clean.replace("level: low", "level: hihg").replace("event:", "event|contain:")
  }`;
  const problems = lintFile(text, { file: "rules/login_failed.yml" });
  assertEquals(
    problems.map(({ code, file, line, column }) => `${file}:${line}:${column} ${code}`),
    [
      "rules/login_failed.yml:1:8 title-form",
      "rules/login_failed.yml:37:11 modifier-unknown",
      "rules/login_failed.yml:41:8 metadata-value",
    ],
  );
  assertEquals(problems[1]!.excerpt, "    event|contain: Login failed.\n          ^^^^^^^");
});

Deno.test("lintFile() reports nothing else at a place that has an error", () => {
  const text = clean.replace("id: 767e7aa1-e232-45b9-adf1-a15673f7acfd", "id: 5");
  assertEquals(codes(text), ["metadata-type"]);
});

Deno.test("lintFile() still checks the rest of a rule that has an error", () => {
  const text = clean.replace("level: low", "level: hihg").replace("Failed login", "Failed login.");
  assertEquals(codes(text), ["title-form", "metadata-value"]);
});

Deno.test("lintFile() points at the modifier, also in quoted keys", () => {
  const text = clean.replace("event: Login failed.", `"event|contains|all": login`);
  const [problem] = lintFile(text);
  assertEquals([problem!.code, problem!.line, problem!.column], ["all-single", 16, 21]);
  assertEquals(problem!.endColumn, 24);
});

Deno.test("lintFile() points at the name inside a condition", () => {
  const text = clean.replace("condition: selection", "condition: selection or 1 of selection");
  const problem = lintFile(text).find(({ code }) => code === "condition-of-one")!;
  assertEquals([problem.line, problem.column, problem.endColumn], [17, 27, 41]);
});

Deno.test("lintFile() does not check for future dates unless it is told what day it is", () => {
  const text = clean.replace("2026-01-15", "2999-01-15");
  assertEquals(lintFile(text), []);
  assertEquals(lintFile(text, { today: "2026-01-15" }).map(({ code }) => code), ["date-future"]);
});

Deno.test("lintFile() checks the value that an alias stands for", () => {
  const text = clean.replace(
    "event: Login failed.",
    "a|contains: &long login failed\n    b|contains|all: *long",
  );
  assertEquals(codes(text), ["all-single", "text-anchor"]);
});

Deno.test("lintFile() limits the number of findings per check and the length of messages", () => {
  const many = Array.from({ length: 2000 }, (_, number) => `    field ${number}: x`).join("\n");
  const problems = lintFile(clean.replace("    event: Login failed.", many));
  assertEquals(problems.length, 500);
  const long = lintFile(clean.replace("Login failed.", `'**${"x".repeat(5000)}'`));
  assertEquals(long.map(({ message }) => message.length), [300]);
});

Deno.test("lintFile() reports the same mistake in many values of a list once, with the other lines", () => {
  const many = Array.from({ length: 30_000 }, () => "      - x").join("\n");
  const [found, ...others] = lintFile(clean.replace(" Login failed.", `\n${many}`));
  assertEquals(others, []);
  assertEquals(
    [found?.code, found?.message],
    [
      "value-repeated",
      `Duplicate value 'x'; also at 29998 more places in lines ${
        [1, 2, 3, 4, 5].map((more) => found!.line + more).join(", ")
      }, …`,
    ],
  );
  const inOneLine = lintFile(clean.replace("Login failed.", "[x, X, x, x]"));
  assertEquals(inOneLine.map(({ message }) => message), [
    "Duplicate value 'X'; also at 2 more places in this line",
  ]);
});

Deno.test("lintFile() leaves out of a group what a comment silences, wherever the comment is", () => {
  const found = lintFile(clean.replace(
    " Login failed.",
    `
      - x
      - x # panoptes-disable value-repeated
      - x
      - x # panoptes-disable value-repeated`,
  ));
  assertEquals(found.map(({ code, message }) => `${code}: ${message}`), [
    "value-repeated: Duplicate value 'x'",
  ]);
});

Deno.test("lintFile() reports a field and a tag namespace once, however often they occur", () => {
  const lines = (count: number, line: (number: number) => string) =>
    Array.from({ length: count }, (_, number) => line(number)).join("\n");
  const selection = `    - a b: x\n${lines(99, () => "    - a b: y\n      Event: z")}`;
  const text = clean.replace("    event: Login failed.", selection);
  assertEquals(
    lintFile(text).map(({ code, message }) => `${code}: ${message.replace(/\d+, .*/, "…")}`),
    ["field-space: The field 'a b' contains a space; also at 99 more places in lines …"],
  );
  const tags = clean.replace("tags:\n", `tags:\n${lines(50, (number) => `  - own.t${number}`)}\n`);
  assertEquals(lintFile(tags).map(({ code }) => code), ["tag-namespace-own"]);
});

/** A cheap way to files that are almost rules: cut, double or overwrite pieces of one. */
const broken = fc.array(
  fc.record({
    at: fc.nat(clean.length),
    cut: fc.nat(12),
    put: fc.oneof(
      fc.constantFrom(
        "|",
        "|re",
        "|all",
        ":",
        "- ",
        "\n",
        "  ",
        "'",
        '"',
        "*",
        "&a ",
        "*a",
        "[",
        "{",
      ),
      fc.constantFrom(
        "null",
        "\t",
        "\ufeff",
        "---\n",
        "# panoptes-disable all\n",
        "<<: ",
        "\\",
        "(",
      ),
      fc.string({ maxLength: 4 }),
    ),
  }),
  { maxLength: 6 },
).map((edits) =>
  edits.reduce((text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut), clean)
);

Deno.test("lintFile() never throws, and every problem has a place inside the file", () => {
  fc.assert(
    fc.property(broken, (text) => {
      const lines = text.split("\n");
      for (
        const { line, column, endLine, endColumn, message } of lintFile(text, { file: "a.yml" })
      ) {
        assert(line >= 1 && line <= lines.length, `line ${line}`);
        assert(column >= 1 && column <= lines[line - 1]!.length + 1, `column ${column}`);
        assert(endLine > line || endColumn >= column);
        assert(message.length > 0 && !message.endsWith("."));
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("lintFiles() reports what two files both claim, at the later one", () => {
  const problems = lintFiles([
    { file: "rules/login_failed.yml", text: clean },
    { file: "rules/login_failed_too.yml", text: clean },
  ]);
  assertEquals(
    problems.map(({ file, line, code }) => `${file}:${line} ${code}`),
    [
      "rules/login_failed_too.yml:1 title-repeated",
      "rules/login_failed_too.yml:2 id-repeated",
      "rules/login_failed_too.yml:14 detection-repeated",
    ],
  );
  assert(problems[1]!.message.endsWith("is also used at rules/login_failed.yml:2"));
});

Deno.test("lintFiles() also finds clashes between the documents of one file", () => {
  const problems = lintFiles([{ file: "login_failed.yml", text: `${clean}---\n${clean}` }]);
  assertEquals(problems.map(({ code }) => code), [
    "title-repeated",
    "id-repeated",
    "detection-repeated",
  ]);
});

Deno.test("lintFile() finishes on files made to keep it busy", () => {
  const rule = (body: string) => clean.replace("    event: Login failed.\n", body);
  const laughs = Array.from({ length: 14 }, (_, level) => {
    const of = level === 0
      ? "{ x: y }"
      : `{ ${"abcdefghij".split("").map((key) => `${key}: *l${level - 1}`).join(", ")} }`;
    return `    f${level}[any]: &l${level} ${of}\n`;
  }).join("");
  const busy = [
    rule(laughs),
    rule(Array.from({ length: 20_000 }, (_, index) => `    f${index}|gt: 1\n`).join("")),
    rule(`    a:\n${"      - 'xxxxxxxx'\n".repeat(20_000)}`),
    rule(`    a:\n${Array.from({ length: 20_000 }, (_, i) => `      - v${i}\n`).join("")}`),
    rule(`    a|re: '${"a-".repeat(50_000)}'\n`),
    rule(`    a[any].b: c\n    ${"a.".repeat(50_000)}: d\n`),
    clean.replace("condition: selection", `condition: ${"selection and ".repeat(20_000)}selection`),
    `${"# panoptes-disable all\n".repeat(20_000)}${clean}`,
    `${"# panoptes-disable-file titel-form\n".repeat(2000)}${clean}`,
  ];
  for (const text of busy) assert(lintFile(text).length < 30_000);
});
