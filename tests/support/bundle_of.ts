import { sealBundle, type SealedBundle } from "../../src/alert/rule_bundle.ts";
import { compileRegexes, parseSigma, SigmaError } from "../../src/sigma/mod.ts";

/** A bundle of the rules in a text, as `rules build` would write it, without lint and tests. */
export function bundleOf(yaml: string): SealedBundle {
  const { rules, correlations, filters, problems } = parseSigma(yaml);
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new SigmaError(errors);
  const regexes = compileRegexes(rules, { filters, baseRules: true });
  return JSON.parse(JSON.stringify(sealBundle({ rules, correlations, filters, regexes })));
}

/** A bundle with one rule, which every event satisfies; nothing holds repeats back. */
export const ANY_EVENT = bundleOf(`
title: Any event
id: 929a690e-bef0-4204-a928-ef5e620d6fcc
status: stable
level: high
logsource: { product: thousandeyes, service: audit }
detection:
  selection:
    event: '*'
  condition: selection
panoptes:
  suppress: false
`);
