import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseSigma, RuleSet, type SigmaRule } from "../../src/sigma/mod.ts";
import { naiveMatch } from "../support/naive_match.ts";
import { PLACEHOLDERS, randomEvent, randomRule } from "../support/random_rules.ts";
import { runsOf } from "../support/fuzz_settings.ts";

const runs = runsOf(150);

function load(text: string): SigmaRule {
  const { rules, problems } = parseSigma(text);
  if (rules.length === 1) return rules[0]!;
  throw new Error(`the random rule is not valid: ${problems[0]?.message} in ${text}`);
}

/** What the naive evaluator finds, written as the rule set writes it. */
function expected(rules: readonly SigmaRule[], event: unknown): string[] {
  const options = { placeholders: PLACEHOLDERS };
  return rules.flatMap((rule, index) =>
    naiveMatch(rule, event, options).map((condition) => `${index}.${condition}`)
  );
}

Deno.test("RuleSet finds what the naive evaluator finds, for random rules and events", () => {
  fc.assert(
    fc.property(
      fc.array(randomRule, { minLength: 1, maxLength: 12 }),
      fc.array(randomEvent, { minLength: 1, maxLength: 12 }),
      (texts, events) => {
        const rules = texts.map(load);
        const ruleSet = new RuleSet(rules, { placeholders: PLACEHOLDERS });
        for (const event of events) {
          const found = ruleSet.match(event).map(({ rule, condition }) =>
            `${rules.indexOf(rule)}.${condition}`
          );
          assertEquals(found, expected(rules, event), JSON.stringify({ event, texts }));
        }
      },
    ),
    { numRuns: runs },
  );
});
