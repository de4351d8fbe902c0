import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { compileFieldFilter, type FieldMap } from "../../src/sigma/engine.ts";
import { parseSigma } from "../../src/sigma/parse.ts";
import { RuleSet } from "../../src/sigma/rule_set.ts";

const texts = ["a", "A", "ab", "b*", "?", "", "10.0.0.1", "7"];
const value = fc.oneof(fc.constantFrom(...texts), fc.constantFrom(7, 0, true, null));
const event = fc.dictionary(fc.constantFrom("f", "g", "r.n"), fc.oneof(value, fc.array(value)));
const keys = ["f", "g|contains", "f|startswith", "g|endswith|cased", "f|neq", "r.n"];
const map = fc.tuple(
  fc.dictionary(
    fc.constantFrom(...keys),
    fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 })),
    { minKeys: 1, maxKeys: 3 },
  ),
  fc.constantFrom({}, { "g|exists": true }, { "f|exists": false }),
).map(([fields, exists]) => ({ ...fields, ...exists }));

/** The same map as the selection of a rule. */
function ruleMatches(fields: FieldMap, event: unknown): boolean {
  const { rules } = parseSigma(JSON.stringify({
    title: "A filter",
    logsource: { product: "test" },
    detection: { selection: fields, condition: "selection" },
  }));
  assertEquals(rules.length, 1);
  return new RuleSet(rules).match(event).length > 0;
}

Deno.test("compileFieldFilter() matches what a rule with the same selection matches", () => {
  let compared = 0;
  fc.assert(fc.property(map, event, (fields, event) => {
    const { filter } = compileFieldFilter(fields);
    if (filter === undefined) return;
    assertEquals(filter.matches(event), ruleMatches(fields, event));
    compared++;
  }));
  assert(compared >= 10);
});

const wrong: [key: string, value: unknown, message: string][] = [
  ["event|contain", "x", "has the unknown modifier 'contain'; did you mean 'contains'?"],
  ["event|", "x", "has a bar without a modifier"],
  [
    "|contains",
    "x",
    "must begin with the name of a field; elements of arrays cannot be chosen here",
  ],
  [
    "resources[any].name",
    "x",
    "must begin with the name of a field; elements of arrays cannot be chosen here",
  ],
  ["event", [], "must have a value"],
  [
    "event|re",
    "x",
    "must do without the modifier 're': regular expressions are compiled with rules",
  ],
  ["event|expand", "%x%", "must do without the modifier 'expand': value lists belong to rules"],
];
for (const [key, value, message] of wrong) {
  Deno.test(`compileFieldFilter() refuses ${key}: ${JSON.stringify(value)}`, () => {
    const { problems } = compileFieldFilter({ [key]: value as string, aid: "1" });
    assertEquals(problems, [{ key, message }]);
  });
}

Deno.test("compileFieldFilter() reports every wrong entry, and quotes no value", () => {
  const { problems } = compileFieldFilter({ "ip|cidr": "S3CRET", "n|gt": "S3CRET", "e|exists": 7 });
  assertEquals(problems?.map(({ key }) => key), ["ip|cidr", "n|gt", "e|exists"]);
  assert(!JSON.stringify(problems).includes("S3CRET"));
});
