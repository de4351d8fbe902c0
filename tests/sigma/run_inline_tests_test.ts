import { assertEquals, assertThrows } from "@std/assert";
import { parseSigma, runInlineTests, SigmaError } from "../../src/sigma/mod.ts";

const RULE = `title: Case
status: deprecated
logsource: { product: test }
detection:
    selection:
        f|contains: a
    condition: selection
tests:
`;

/** The results of one test, written in flow style. */
function run(test: string) {
  const { rules } = parseSigma(`${RULE}    - ${test}\n`);
  return runInlineTests(rules[0]!).map(({ passed, message }) => message ?? passed);
}

Deno.test("runInlineTests() holds a rule to match: true, match: false and match: N", () => {
  const cases: [string, (boolean | string)[]][] = [
    ["{ name: x, match: true, event: { f: a } }", [true]],
    ["{ name: x, match: false, event: { f: b } }", [true]],
    ["{ name: x, match: true, events: [{ f: a }, { f: ab }] }", [true]],
    ["{ name: x, match: 1, events: [{ f: a }, { f: b }] }", [true]],
    ["{ name: x, match: 0, event: { f: b } }", [true]],
    ["{ name: x, match: true, event: { f: b } }", [
      "Expected a match, but the rule does not match",
    ]],
    ["{ name: x, match: false, event: { f: a } }", ["Expected no match, but the rule matches"]],
    ["{ name: x, match: true, events: [{ f: a }, { f: b }] }", [
      "Expected a match, but the rule does not match for 1 of 2 events",
    ]],
    ["{ name: x, match: 2, events: [{ f: a }, { f: b }] }", [
      "Expected 2 of 2 events to match, found 1",
    ]],
    ["{ name: x, match: false, logsource: { product: other }, event: { f: a } }", [true]],
  ];
  for (const [test, expected] of cases) assertEquals([test, run(test)], [test, expected]);
});

Deno.test("runInlineTests() fails an incomplete test, and says what is missing", () => {
  const cases: [string, RegExp][] = [
    ["just a text", /must be a map/],
    ["{ name: x, event: { f: a } }", /requires 'match: true'/],
    ["{ name: x, match: yes, event: { f: a } }", /requires 'match: true'/],
    ["{ name: x, match: -1, event: { f: a } }", /requires 'match: true'/],
    ["{ name: x, match: true }", /requires either 'event' or 'events'/],
    [
      "{ name: x, match: true, event: { f: a }, events: [{ f: a }] }",
      /requires either 'event' or 'events'/,
    ],
    ["{ name: x, match: false, events: [] }", /at least one event/],
    ["{ name: x, match: false, event: a }", /An event must be a map/],
    ["{ name: x, match: false, event: { f: b }, logsource: test }", /'logsource' must be a map/],
  ];
  for (const [test, message] of cases) {
    const [result] = run(test);
    assertEquals([test, message.test(String(result))], [test, true], String(result));
  }
});

Deno.test("runInlineTests() names unnamed tests by number, and returns the events that failed", () => {
  const { rules } = parseSigma(
    `${RULE}    - { match: true, events: [{ f: a }, { f: b }, { f: c }] }\n`,
  );
  const [result] = runInlineTests(rules[0]!);
  assertEquals(result?.name, "test 1");
  assertEquals(result?.events, [{ f: "b" }, { f: "c" }]);
});

Deno.test("runInlineTests() passes events to toEvent before the rule sees them", () => {
  const { rules } = parseSigma(`${RULE}    - { name: x, match: true, event: { g: a } }\n`);
  const toEvent = (event: unknown) => ({ f: (event as { g: string }).g });
  assertEquals(runInlineTests(rules[0]!, { toEvent }).map(({ passed }) => passed), [true]);
});

Deno.test("runInlineTests() returns nothing for a rule without tests", () => {
  const { rules } = parseSigma(RULE.replace("tests:\n", ""));
  assertEquals(runInlineTests(rules[0]!), []);
});

Deno.test("runInlineTests() takes lists for placeholders, and throws without them", () => {
  const text = RULE.replace("f|contains: a", "f|expand: '%Names%'");
  const { rules } = parseSigma(`${text}    - { name: x, match: true, event: { f: b } }\n`);
  const results = runInlineTests(rules[0]!, { placeholders: { Names: ["a", "b"] } });
  assertEquals(results.map(({ passed }) => passed), [true]);
  assertThrows(() => runInlineTests(rules[0]!), SigmaError, "Names");
});

Deno.test("a test may bring lists of its own, which come before the others", () => {
  const { rules } = parseSigma(`
title: Away
logsource: { product: test }
detection:
  selection:
    ip|expand|cidr: '%offices%'
  condition: selection
tests:
  - { name: usual, match: true, event: { ip: 10.1.2.3 } }
  - { name: own, match: true, event: { ip: 192.0.2.1 }, placeholders: { offices: [192.0.2.0/24] } }
  - { name: not a list, match: true, event: { ip: 192.0.2.1 }, placeholders: { offices: 5 } }
`);
  const results = runInlineTests(rules[0]!, { placeholders: { offices: ["10.0.0.0/8"] } });
  assertEquals(results.map(({ passed }) => passed), [true, true, false]);
  assertEquals(results[2]?.message, "'placeholders' must be a map of lists of strings");
});
