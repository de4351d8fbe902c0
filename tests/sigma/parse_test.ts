import { assert, assertEquals } from "@std/assert";
import { parseSigma } from "../../src/sigma/mod.ts";

const RULE = `title: Failed login
id: 0b4b9a4e-4f6a-4f0e-9a55-0f6a1d2f3c4d
status: test
logsource:
    product: thousandeyes
    service: audit
detection:
    selection:
        event|contains|all:
            - login
            - failed
    filter:
        resources[any].type: test
        resources[any].name|startswith: canary
    condition: selection and not filter
falsepositives: forgotten passwords
level: low
tests:
    - name: one
`;

function problemsOf(text: string): string[] {
  return parseSigma(text, { file: "rule.yml" }).problems.map((problem) => {
    const { severity, code, line, column, endColumn, suggestion } = problem;
    const place = `${line}:${column}-${endColumn}`;
    return `${place} ${severity} ${code}${suggestion === undefined ? "" : ` -> ${suggestion}`}`;
  });
}

Deno.test("parseSigma() returns plain data that survives JSON unchanged", () => {
  const { rules: [rule], problems } = parseSigma(RULE, { file: "rule.yml" });
  assertEquals(problems, []);
  assertEquals(JSON.parse(JSON.stringify(rule)), rule);
  assertEquals(rule?.custom, { tests: [{ name: "one" }] });
  assertEquals(rule?.falsepositives, ["forgotten passwords"]);
  assertEquals(rule?.file, "rule.yml");
  assertEquals(rule?.conditions, [{
    text: "selection and not filter",
    expression: {
      op: "and",
      of: [{ op: "name", name: "selection" }, { op: "not", of: { op: "name", name: "filter" } }],
    },
  }]);
});

Deno.test("parseSigma() joins the keys of one array in a map into one block, and keeps their names", () => {
  const { rules: [rule] } = parseSigma(RULE);
  const item = (field: string, modifiers: string[], value: string) =>
    ({ kind: "item", field, modifiers, values: [value] }) as const;
  const both = (prefix: string) => ({
    kind: "all",
    of: [
      item(`${prefix}type`, [], "test"),
      item(`${prefix}name`, ["startswith"], "canary"),
    ],
  });
  assertEquals(rule?.detections[1]?.detection as unknown, {
    kind: "block",
    field: "resources",
    quantifier: "any",
    body: both(""),
    literal: both("resources[any]."),
  });
});

Deno.test("parseSigma() reports every problem of a file at once, each at its place", () => {
  const text = RULE
    .replace("status: test", "status: tset")
    .replace("event|contains|all", "event|contain|all")
    .replace("resources[any].type", "resources[anny].type")
    .replace("not filter", "not filtre")
    .replace("level: low", "level: low\ndate: 2025/01/02");
  assertEquals(problemsOf(text), [
    "3:9-13 warning metadata-value -> test",
    "9:15-22 error modifier-unknown -> contains",
    "13:18-24 error field-quantifier -> any",
    "15:34-40 error condition-name -> filter",
    "18:7-17 warning metadata-value -> 2025-01-02",
  ]);
});

Deno.test("parseSigma() points at the value in a list, and at the part of a condition", () => {
  assertEquals(
    problemsOf(
      RULE.replace("event|contains|all", "event|re")
        .replace("- login", "- (?=login)"),
    ),
    [
      "10:15-24 error value-regex-construct -> match the wider text, and exclude the rest with a second " +
      "item and 'not' in the condition",
    ],
  );
  const quoted = RULE.replace("selection and not filter", '"selection and not filtre"');
  assertEquals(problemsOf(quoted), ["15:35-41 error condition-name -> filter"]);
});

Deno.test("parseSigma() puts a caret below the place", () => {
  const { problems: [problem] } = parseSigma(RULE.replace("contains", "contain"));
  assertEquals(problem?.excerpt, "        event|contain|all:\n              ^^^^^^^");
});

Deno.test("parseSigma() loads the valid documents of a file that also has a broken one", () => {
  const text = [RULE, RULE.replace("title: Failed", "titel: Failed"), RULE].join("---\n");
  const { rules, problems } = parseSigma(text);
  assertEquals(rules.length, 2);
  assertEquals(problems.map(({ line, code }) => [line, code]), [
    [21, "metadata-unknown"],
    [21, "metadata-missing"],
  ]);
});

Deno.test("parseSigma() reports everything that is wrong in a correlation, each at its place", () => {
  const correlation = "title: A\ncorrelation:\n    type: event_counts\n    rules: [a, 1, {}]\n" +
    "    timespan: 5 min\n    condition: { gte: x, foo: 1 }\n";
  assertEquals(problemsOf(correlation), [
    "3:11-23 error correlation-type -> event_count",
    "4:19-21 error correlation-rules",
    "5:15-20 error correlation-timespan -> 5m",
    "6:23-24 error correlation-condition",
    "6:26-29 error correlation-condition",
  ]);
  const { correlations, rules } = parseSigma(correlation);
  assertEquals([correlations, rules], [[], []]);
  assertEquals(problemsOf(`${RULE}correlation: {}\n`).at(-1)?.includes("document-kind"), true);
});

Deno.test("parseSigma() reports what it does not run: aggregations, timeframes, actions", () => {
  const aggregation = RULE.replace("selection and not filter", "selection | count() > 5");
  assertEquals(problemsOf(aggregation), [
    "15:26-39 error condition-aggregation",
  ]);
  const timeframe = RULE.replace("    condition:", "    timeframe: 5m\n    condition:");
  assertEquals(problemsOf(timeframe), [
    "15:5-14 error detection-timeframe",
  ]);
  assertEquals(problemsOf("action: global\ntitle: A\n"), [
    "1:9-15 warning document-action",
    "1:9-15 error document-action",
  ]);
});

Deno.test("parseSigma() reports a file that is not UTF-8, with the byte and its offset", () => {
  const bytesOf = (text: string) => new TextEncoder().encode(text);
  const latin = (text: string) => Uint8Array.from(text, (unit) => unit.charCodeAt(0));
  const utf16 = (text: string) =>
    Uint8Array.from([0xff, 0xfe, ...[...text].flatMap((unit) => [unit.charCodeAt(0), 0])]);
  const found = (content: string | Uint8Array) => {
    const { rules, problems } = parseSigma(content);
    return [
      rules.length,
      ...problems.map(({ code, message, line, column }) =>
        code === "yaml-encoding" ? `${line}:${column} ${message}` : code
      ),
    ];
  };
  assertEquals(found(bytesOf(RULE)), [1]);
  assertEquals(found(bytesOf("\uFEFF" + RULE)), [1]);
  assertEquals(found(bytesOf(RULE.replace("login", "Grüße \ufffd 🦉"))), [1]);
  const cut = bytesOf("title: Grüße\n").slice(0, 10);
  assertEquals(found(cut), [0, "1:10 The file is not UTF-8: invalid byte 0xC3 at offset 9"]);
  assertEquals(found(latin("title: A\n# é\n")), [
    0,
    "2:3 The file is not UTF-8: invalid byte 0xE9 at offset 11",
  ]);
  const mixed = new Uint8Array([...bytesOf("title: é 🦉 \ufffd "), 0x93, 0x0a]);
  assertEquals(found(mixed), [0, "1:15 The file is not UTF-8: invalid byte 0x93 at offset 19"]);
  assertEquals(found(utf16(RULE)), [0, "1:1 The file is UTF-16, and Sigma rules are UTF-8"]);
  assertEquals(found("t\0i\0"), [
    0,
    "1:2 The file has a NUL character, which UTF-8 text does not have",
  ]);
  assertEquals(found("text"), [0, "document-kind"]);
});

Deno.test("parseSigma() refuses U+FFFD in a value, which stands for lost bytes, unless it is escaped", () => {
  const lost = RULE.replace("- login", "- gr\ufffd\ufffde");
  assertEquals(problemsOf(lost), [
    '10:15-20 error yaml-encoding -> save the file as UTF-8; write "\\uFFFD" for the character itself',
  ]);
  assertEquals(problemsOf(RULE.replace("- login", '- "\\uFFFD"')), []);
  assertEquals(problemsOf(RULE.replace("Failed login", "gr\ufffde")), []);
});

Deno.test("parseSigma() takes a CR alone as the end of a line", () => {
  assertEquals(parseSigma(RULE.replaceAll("\n", "\r")).rules, parseSigma(RULE).rules);
  const broken = RULE.replace("event|contains|all", "event|contain|all");
  const places = [broken, broken.replaceAll("\n", "\r"), broken.replaceAll("\n", "\r\n")].map(
    problemsOf,
  );
  assertEquals(places, Array(3).fill(["9:15-22 error modifier-unknown -> contains"]));
});

Deno.test("parseSigma() keeps names that JavaScript objects inherit", () => {
  const text = RULE.replace("filter:", "__proto__:").replace("not filter", "not __proto__")
    .replace("tests:", "constructor:");
  const { rules: [rule], problems } = parseSigma(text);
  assertEquals(problems, []);
  assertEquals(rule?.detections.map(({ name }) => name), ["selection", "__proto__"]);
  assert(Object.hasOwn(rule!.custom, "constructor"));
});

Deno.test("parseSigma() warns of a custom field whose name is almost that of a known one", () => {
  assertEquals(problemsOf(RULE.replace("level: low", "levle: low")), [
    "17:1-6 warning metadata-unknown -> level",
  ]);
});

Deno.test("parseSigma() reads a filter for any rule", () => {
  const { filters, problems } = parseSigma(`title: Not the lab
logsource: { product: thousandeyes }
filter:
    rules: any
    selection:
        accountGroupName: Lab
    condition: not selection
`);
  assertEquals(problems, []);
  assertEquals(filters[0]?.rules, "any");
});
