import { assertEquals, assertThrows } from "@std/assert";
import {
  type Explanation,
  parseSigma,
  RuleSet,
  SigmaError,
  type SigmaRule,
} from "../../src/sigma/mod.ts";

function load(detection: string): SigmaRule {
  const { rules, problems } = parseSigma(`title: Rule
logsource: { product: test }
detection:
${detection.replace(/^/gm, "    ")}`);
  assertEquals(problems, []);
  return rules[0]!;
}

const RULE = load(`selection:
    event|contains: [login, logout]
    user|endswith: '@example.com'
resources:
    resources[any]:
        type: test
        name|startswith: canary
filter:
    ipAddress|cidr: 10.0.0.0/8
condition: selection and resources and not filter`);

const EVENT = {
  event: "User login failed",
  user: "Ann@Example.com",
  ipAddress: "192.0.2.7",
  resources: [{ type: "user", name: "canary" }, { type: "test", name: "Canary 1" }],
};

/** The tree as text, one line for each part. */
function shown({ text, matched, found, of }: Explanation, depth = 0): string[] {
  const line = `${"  ".repeat(depth)}${matched ? "+" : "-"} ${text}${
    found ? ` [${found.join()}]` : ""
  }`;
  return [line, ...of.flatMap((part) => shown(part, depth + 1))];
}

Deno.test("RuleSet.explain() tells for every part whether it holds and what the event has there", () => {
  assertEquals(shown(new RuleSet([RULE]).explain(RULE, { ...EVENT, ipAddress: "10.1.2.3" })), [
    "- Rule",
    "  - all of these",
    "    + selection: all of these",
    "      + event|contains [User login failed]",
    '        + is "*login*"',
    '        - is "*logout*"',
    "      + user|endswith [Ann@Example.com]",
    '        + is "*@example.com"',
    "    + resources: resources[any]",
    "      - element 0",
    "        - all of these",
    "          - type [user]",
    '            - is "test"',
    "          + name|startswith [canary]",
    '            + is "canary*"',
    "      + element 1",
    "        + all of these",
    "          + type [test]",
    '            + is "test"',
    "          + name|startswith [Canary 1]",
    '            + is "canary*"',
    "    - not",
    "      + filter: ipAddress|cidr [10.1.2.3]",
    "        + is in the network 10.0.0.0/8",
  ]);
});

Deno.test("RuleSet.explain() writes comparisons of numbers and dates with the usual signs", () => {
  const { rules } = parseSigma(`title: A
logsource: { product: a }
detection:
  selection: { n|gte: 5, t|hour|lt: 5, u|month: 1 }
  condition: selection
`);
  assertEquals(shown(new RuleSet(rules).explain(rules[0]!, { n: 4 })), [
    "- A",
    "  - selection: all of these",
    "    - n|gte [4]",
    "      - is >= 5",
    "    - t|hour|lt []",
    "      - has a date whose hour is < 5 (UTC)",
    "    - u|month []",
    "      - has a date whose month is 1 (UTC)",
  ]);
});

Deno.test("RuleSet.matchedFields() names the values that made the rule match, and only those", () => {
  const ruleSet = new RuleSet([RULE]);
  const fields = ruleSet.matchedFields(RULE, EVENT).map(({ detection, field, value, wanted }) =>
    [detection, field, value, wanted].join(" | ")
  );
  assertEquals(fields, [
    "selection | event | User login failed | login",
    "selection | user | Ann@Example.com | @example.com",
    "resources | resources[any].type | test | test",
    "resources | resources[any].name | Canary 1 | canary",
  ]);
  assertEquals(ruleSet.matchedFields(RULE, { event: "login" }), []);
});

Deno.test("RuleSet.matchedFields() has no value if the rule is about absence", () => {
  const rule = load("selection:\n    user: null\ncondition: selection");
  assertEquals(new RuleSet([rule]).matchedFields(rule, {}), [
    { detection: "selection", field: "user", modifiers: [], wanted: null },
  ]);
});

Deno.test("RuleSet explains a rule as it was compiled: with its lists and its filters", () => {
  const rule = load("selection:\n    user|expand: '%admins%'\ncondition: selection");
  assertThrows(() => new RuleSet([rule]), SigmaError);
  const { filters } = parseSigma(`title: Only here
logsource: { product: test }
filter: { rules: any, here: { site: here }, condition: here }
`);
  const ruleSet = new RuleSet([rule], { filters, placeholders: { admins: ["ann"] } });
  assertEquals(ruleSet.explain(rule, { user: "ann" }).matched, false);
  assertEquals(ruleSet.matchedFields(rule, { user: "ann" }), []);
  const event = { user: "ann", site: "here" };
  assertEquals(ruleSet.explain(rule, event).matched, true);
  assertEquals(ruleSet.matchedFields(rule, event).map(({ field }) => field), ["user"]);
});

Deno.test("RuleSet.explain() and matchedFields() throw on a rule that is not in the set", () => {
  const ruleSet = new RuleSet([]);
  assertThrows(() => ruleSet.explain(RULE, EVENT), RangeError, "not in this set");
  assertThrows(() => ruleSet.matchedFields(RULE, EVENT), RangeError, "not in this set");
});

Deno.test("explain() shows some of many values, elements and parts: those that decide, and how many are left out", () => {
  const many = (count: number) => Array.from({ length: count }, (_, number) => `v${number}`);
  const explained = (detection: string, event: unknown) => {
    const rule = load(`${detection}\ncondition: s`);
    return new RuleSet([rule]).explain(rule, event).of[0]!;
  };
  const any = explained(`s:\n    f: [${many(100).join(", ")}]`, { f: ["v98", "v99", "x"] });
  assertEquals([any.of.length, any.more, any.matched], [10, 90, true]);
  assertEquals(any.of.filter(({ matched }) => matched).length, 2);
  const all = explained(`s:\n    f|contains|all: [${many(100).join(", ")}, missing]`, {
    f: many(100).join(" "),
  });
  assertEquals([all.of.length, all.more, all.matched], [10, 91, false]);
  assertEquals(all.of.map(({ matched }) => matched).filter((matched) => !matched).length, 1);
  const maps = explained(`s:\n${many(100).map((value) => `    - f: ${value}`).join("\n")}`, {
    f: "v99",
  });
  assertEquals([maps.of.length, maps.more, maps.of.at(-1)?.matched], [20, 80, true]);
  const block = explained("s:\n    a[any]:\n        f: v99", {
    a: many(100).map((f) => ({ f })),
  });
  assertEquals([block.of.length, block.more, block.of.at(-1)?.text], [20, 80, "element 99"]);
  const again = new RuleSet([load(`s:\n    f: x\ncondition: ${"s and ".repeat(99)}s`)]);
  const { of, more } = again.explain(again.rules[0]!, { f: "x" }).of[0]!;
  assertEquals([of.length, more], [20, 80]);
  const found = explained("s:\n    f: x", { f: many(100) });
  assertEquals([found.found?.length, found.moreFound], [5, 95]);
});
