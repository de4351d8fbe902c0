import type { SealedBundle } from "../../src/alert/rule_bundle.ts";
import { historyOf, type SigmaCorrelation } from "../../src/sigma/engine.ts";
import { bundleOf } from "../support/bundle_of.ts";

const HEAD = "logsource: { product: thousandeyes, service: audit }";

/** Real rules, simple enough that the publisher of an event knows which of them it satisfies. */
const RULES = `
title: Login failed
name: failed
id: 6f5c7f0a-0000-4000-8000-000000000001
level: low
${HEAD}
detection: { selection: { event: Login failed. }, condition: selection }
panoptes: { suppress: { by: [user], for: 10m } }
---
title: Token created
name: token
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
---
title: Login succeeded
name: succeeded
${HEAD}
detection: { selection: { event: Login succeeded. }, condition: selection }
---
title: Many failed logins
id: 6f5c7f0a-0000-4000-8000-000000000011
level: medium
correlation:
  type: event_count
  rules: failed
  group-by: user
  timespan: 30m
  generate: true
  condition: { gte: 3 }
---
title: A token after a failed login
id: 6f5c7f0a-0000-4000-8000-000000000012
level: high
correlation:
  type: temporal_ordered
  rules: [failed, token]
  group-by: user
  timespan: 1h
  generate: true
---
title: A failed login without a successful one
id: 6f5c7f0a-0000-4000-8000-000000000013
level: low
correlation:
  type: temporal
  rules: [failed, succeeded]
  group-by: user
  timespan: 20m
  condition: failed and not succeeded
---
title: Something that a user has not done before
id: 6f5c7f0a-0000-4000-8000-000000000014
level: medium
${HEAD}
detection: { selection: { event|exists: true }, condition: selection }
panoptes:
  new_value: { field: event, group-by: user, learn: 45m }
---
title: Nothing has happened
id: 6f5c7f0a-0000-4000-8000-000000000015
level: high
${HEAD}
detection: { selection: { event|exists: true }, condition: selection }
panoptes:
  absence: { for: 45m }
`;

export const LOGIN_FAILED = "6f5c7f0a-0000-4000-8000-000000000001";
export const TOKEN_CREATED = "6f5c7f0a-0000-4000-8000-000000000002";
export const STRANGER = "6f5c7f0a-0000-4000-8000-000000000003";
export const TEST_DELETED = "6f5c7f0a-0000-4000-8000-000000000004";

/** The rules as a shell has them. */
export const bundle: SealedBundle = bundleOf(RULES);

/** What the matches mean together. */
export const correlations: readonly SigmaCorrelation[] = bundle.correlations ?? [];

/** The rule that finds what is new. */
export const newValueRule = bundle.rules.find((rule) => historyOf(rule)?.kind === "new_value")!;

/** The rule that finds that nothing happens. */
export const absenceRule = bundle.rules.find((rule) => historyOf(rule)?.kind === "absence")!;
