import { parseSigma } from "../../src/sigma/parse.ts";
import { RuleSet } from "../../src/sigma/source_rule_set.ts";

const HEAD = "logsource: { product: thousandeyes, service: audit }";

/** Real rules, simple enough that the publisher of an event knows which of them it satisfies. */
const RULES = `
title: Login failed
id: 6f5c7f0a-0000-4000-8000-000000000001
level: low
${HEAD}
detection: { selection: { event: Login failed. }, condition: selection }
panoptes: { suppress: { by: [user], for: 10m } }
---
title: Token created
id: 6f5c7f0a-0000-4000-8000-000000000002
level: high
${HEAD}
detection: { selection: { 'event|contains|all': [token, create] }, condition: selection }
---
title: Stranger
id: 6f5c7f0a-0000-4000-8000-000000000003
level: critical
${HEAD}
detection: { selection: { 'user.email|endswith': '@evil.example' }, condition: selection }
---
title: Test deleted by somebody else
id: 6f5c7f0a-0000-4000-8000-000000000004
level: medium
${HEAD}
detection:
  selection: { 'event|startswith': Test deleted, resources.type: testName }
  filter: { uid: '7' }
  condition: selection and not filter
panoptes: { suppress: { by: [], for: 40m } }
`;

export const LOGIN_FAILED = "6f5c7f0a-0000-4000-8000-000000000001";
export const TOKEN_CREATED = "6f5c7f0a-0000-4000-8000-000000000002";
export const STRANGER = "6f5c7f0a-0000-4000-8000-000000000003";
export const TEST_DELETED = "6f5c7f0a-0000-4000-8000-000000000004";

/** The level of each rule, as above. */
export const LEVELS: Readonly<Record<string, string>> = {
  [LOGIN_FAILED]: "low",
  [TOKEN_CREATED]: "high",
  [STRANGER]: "critical",
  [TEST_DELETED]: "medium",
};

const { rules, problems } = parseSigma(RULES);
if (problems.some(({ severity }) => severity === "error")) {
  throw new Error(`Cannot simulate: ${JSON.stringify(problems)}`);
}

/** The rules, compiled once for all runs: they hold no state. */
export const ruleSet: RuleSet = new RuleSet(rules);
