import { assert, assertEquals } from "@std/assert";
import { parseSigma, type Problem, RuleSet, SigmaError } from "../../src/sigma/mod.ts";
import { FAMILIES } from "./cases/families.ts";
import { ruleText, type SpecCase } from "./cases/spec_case.ts";

interface Loaded {
  readonly ruleSet: RuleSet | undefined;
  readonly problems: readonly Problem[];
}

/** Loads a case's rule as a user would: parse, then compile. */
function load(spec: SpecCase): Loaded {
  const { rules, filters, problems } = parseSigma(ruleText(spec.rule), { file: "case.yml" });
  const placeholders = spec.options?.placeholders;
  try {
    const ruleSet = new RuleSet(rules, { filters, ...(placeholders ? { placeholders } : {}) });
    return { ruleSet, problems };
  } catch (error) {
    if (!(error instanceof SigmaError)) throw error;
    return { ruleSet: undefined, problems: [...problems, ...error.problems] };
  }
}

function shown(problem: Problem): string {
  return `${problem.severity} ${problem.code}: ${problem.message} ${problem.suggestion ?? ""}`;
}

function check(spec: SpecCase): void {
  const { ruleSet, problems } = load(spec);
  const { expected } = spec;
  const errors = problems.filter(({ severity }) => severity === "error").map(shown);
  if (typeof expected !== "boolean") {
    const wanted = "error" in expected ? expected.error : expected.problem;
    const candidates = "error" in expected ? errors : problems.map(shown);
    assert(
      candidates.some((text) => wanted.test(text)),
      `no problem says ${wanted}; found: ${JSON.stringify(problems.map(shown))}`,
    );
    return;
  }
  assertEquals(errors, []);
  if (ruleSet === undefined) throw new Error("the rule has no error and does not compile");
  assertEquals(ruleSet.match(spec.event, spec.options?.logsource).length > 0, expected);
}

for (const [family, cases] of Object.entries(FAMILIES)) {
  for (const spec of cases) {
    Deno.test(`Sigma ${family}: ${spec.name} [${spec.section}]`, () => check(spec));
  }
}

Deno.test("RuleSet finds the same with the rules of all cases as with each alone, in every event of every case", () => {
  const all = Object.values(FAMILIES).flat();
  const rules = all.flatMap((spec) => {
    if (typeof spec.expected !== "boolean" || spec.options !== undefined) return [];
    return parseSigma(ruleText(spec.rule)).rules;
  });
  assert(rules.length > 800, String(rules.length));
  const together = new RuleSet(rules);
  const alone = rules.map((rule) => new RuleSet([rule]));
  for (const { event } of all) {
    const found = new Set(together.match(event).map(({ rule }) => rule));
    const wrong = rules.filter((rule, index) =>
      found.has(rule) !== alone[index]!.match(event).length > 0
    );
    assertEquals(wrong.map(({ detections }) => [event, detections]), []);
  }
});

Deno.test("Sigma cases are at least 400, and no two are the same", () => {
  const all = Object.values(FAMILIES).flat();
  assert(all.length >= 400, String(all.length));
  const keys = all.map(({ rule, event, options }) => JSON.stringify([rule, event, options]));
  const twice = keys.filter((key, at) => keys.indexOf(key) !== at);
  assertEquals(twice, []);
});
