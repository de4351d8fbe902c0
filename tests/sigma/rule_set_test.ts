import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { parseSigma, RuleSet, SigmaError, type SigmaRule } from "../../src/sigma/mod.ts";

function load(...documents: string[]): SigmaRule[] {
  const { rules, problems } = parseSigma(documents.join("\n---\n"));
  assertEquals(problems, []);
  return rules;
}

function rule(title: string, selection: string, more = ""): string {
  return `title: ${title}
logsource: { product: test }
${more}
detection:
    selection:
        ${selection}
    condition: selection`;
}

function titles(ruleSet: RuleSet, event: unknown): string[] {
  return ruleSet.match(event).map(({ rule }) => rule.title);
}

Deno.test("RuleSet returns matches in the order of the rules, whatever the index finds first", () => {
  const ruleSet = new RuleSet(load(
    rule("contains", "b|contains: two"),
    rule("exact", "a: one"),
    rule("always", "c: null"),
    rule("regex", "b|re: 't.o$'"),
  ));
  assertEquals(titles(ruleSet, { b: "x two", a: "ONE" }), ["contains", "exact", "always", "regex"]);
});

Deno.test("RuleSet returns the same empty list for every event without a match", () => {
  const ruleSet = new RuleSet(load(rule("A", "a: one")));
  assertStrictEquals(ruleSet.match({ a: "two" }), ruleSet.match({}));
});

Deno.test("RuleSet does not remember the previous event", () => {
  const ruleSet = new RuleSet(load(
    rule("both", "a: one\n        b|contains: two"),
    rule("block", "r[any]: { x: 1, y: 2 }"),
  ));
  assertEquals(titles(ruleSet, { a: "one", b: "two", r: [{ x: 1, y: 2 }] }), ["both", "block"]);
  assertEquals(titles(ruleSet, { a: "one" }), []);
  assertEquals(titles(ruleSet, { b: "two", r: [{ x: 1 }, { y: 2 }] }), []);
});

Deno.test("RuleSet throws every problem of every rule", () => {
  const rules = load(rule("A", "a|expand: '%one%'"), rule("B", "b|expand: '%two%'"));
  const error: SigmaError = assertThrows(() => new RuleSet(rules), SigmaError);
  assertEquals(error.problems.map((problem) => problem.code), [
    "value-placeholder",
    "value-placeholder",
  ]);
  assert(error.message.includes("%one%") && error.message.includes("1 more"), error.message);
});

Deno.test("RuleSet leaves out rules with problems if it is given onProblem", () => {
  const rules = load(rule("A", "a|expand: '%one%'"), rule("B", "b: x"));
  const refused: string[] = [];
  const ruleSet = new RuleSet(rules, { onProblem: (_, { title }) => refused.push(title) });
  assertEquals(refused, ["A"]);
  assertEquals(ruleSet.rules.map(({ title }) => title), ["B"]);
});

Deno.test("RuleSet does not load deprecated and unsupported rules by default", () => {
  const rules = load(
    rule("old", "a: x", "status: deprecated"),
    rule("odd", "a: x", "status: unsupported"),
    rule("new", "a: x", "status: test"),
    rule("bare", "a: x"),
  );
  const ruleSet = new RuleSet(rules);
  assertEquals(titles(ruleSet, { a: "x" }), ["new", "bare"]);
  assertEquals(ruleSet.skipped.map(({ title }) => title), ["old", "odd"]);
  const all = new RuleSet(rules, { statuses: ["deprecated", "unsupported", "test"] });
  assertEquals(titles(all, { a: "x" }), ["old", "odd", "new", "bare"]);
});

Deno.test("RuleSet lists the filters that apply to no rule", () => {
  const filter = (title: string, rules: string, product: string) =>
    `title: ${title}
logsource: { product: ${product} }
filter:
    rules: ${rules}
    selection: { a: y }
    condition: not selection`;
  const { filters, problems } = parseSigma([
    filter("used", "[good]", "test"),
    filter("unknown rule", "[bad]", "test"),
    filter("other source", "any", "other"),
  ].join("\n---\n"));
  assertEquals(problems, []);
  const ruleSet = new RuleSet(load(rule("A", "a: x", "name: good")), { filters });
  assertEquals(ruleSet.unusedFilters.map(({ title }) => title), ["unknown rule", "other source"]);
});

Deno.test("RuleSet lists the rules that are tried on every event", () => {
  const ruleSet = new RuleSet(load(
    rule("indexed", "a: x"),
    rule("nothing", "a: null"),
    rule("neq", "a|neq: x"),
    rule("none", "a[none]: { b: 1 }"),
    rule("one side", "a: x").replace(
      "condition: selection",
      "condition: selection or not selection",
    ),
  ));
  assertEquals(ruleSet.alwaysEvaluated.map(({ title }) => title), [
    "nothing",
    "neq",
    "none",
    "one side",
  ]);
});

Deno.test("RuleSet routes by log source only if one is given", () => {
  const ruleSet = new RuleSet(load(
    rule("product", "a: x"),
    rule("service", "a: x").replace("product: test", "product: test, service: audit"),
    rule("other", "a: x").replace("product: test", "product: other"),
    rule("custom", "a: x").replace("product: test", "product: test, region: eu"),
  ));
  const of = (source?: Record<string, string | Record<string, string>>) =>
    ruleSet.match({ a: "x" }, source).map(({ rule }) => rule.title);
  assertEquals(of(), ["product", "service", "other", "custom"]);
  assertEquals(of({ product: "TEST" }), ["product"]);
  assertEquals(of({ product: "test", service: "audit" }), ["product", "service"]);
  assertEquals(of({ product: "test", custom: { region: "EU" } }), ["product", "custom"]);
  assertEquals(of({}), []);
});

Deno.test("RuleSet notices a changed log source", () => {
  const ruleSet = new RuleSet(load(rule("A", "a: x")));
  const source = { product: "test" };
  assertEquals(ruleSet.match({ a: "x" }, source).length, 1);
  source.product = "other";
  assertEquals(ruleSet.match({ a: "x" }, source).length, 0);
});

Deno.test("RuleSet neither throws nor hangs on events that are not JSON", () => {
  const ruleSet = new RuleSet(load(
    rule("deep", "a.b.c|contains: x"),
    rule("keyword", "'|all': [x, y]").replace(
      "selection:\n        '|all'",
      "selection:\n        '|all'",
    ),
    rule("block", "a[all]: { b|re: x }"),
    rule("chain", "constructor.name: Object"),
    rule("proto", "__proto__.x|exists: true"),
  ));
  const cycle: Record<string, unknown> = { a: { b: {} } };
  cycle.a = [cycle, cycle];
  cycle.self = cycle;
  const list: unknown[] = [];
  list.push(list, list);
  let nested: unknown = "x";
  for (let depth = 0; depth < 100_000; depth++) nested = depth % 2 === 0 ? [nested] : { a: nested };
  const hostile: unknown[] = [
    cycle,
    { a: list },
    { a: nested },
    nested,
    null,
    undefined,
    "x",
    42,
    [],
    [{ a: "x" }],
    Object.create(null),
    JSON.parse('{"__proto__": {"y": 1}, "constructor": "x"}'),
    { a: Symbol("x"), b: () => 1, c: 1n },
    { a: "x".repeat(1_000_000) },
    { a: Array.from({ length: 200_000 }, () => "x") },
  ];
  for (const event of hostile) assertEquals(titles(ruleSet, event), []);
  assertEquals(titles(ruleSet, JSON.parse('{"__proto__": {"x": 1}}')), ["proto"]);
});
