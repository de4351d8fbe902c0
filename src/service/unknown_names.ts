/**
 * Names in the settings that nothing has. The rest of such an entry is in force.
 *
 * @module
 */
import { namedRules, type UnknownRule } from "../alert/named_rules.ts";
import type { Endpoint } from "../delivery/endpoint.ts";
import type { SigmaCorrelation, SigmaRule } from "../sigma/engine.ts";
import type { Config, ConfigProblem } from "./config.ts";
import { SETTINGS } from "./settings.ts";

/**
 * A name of a rule, in DISABLED_RULES or in the entry of a source, that no rule has.
 *
 * @param rule The name, and the one that may be meant.
 * @param config The settings.
 * @param source The source whose rules they are.
 * @returns The problem.
 */
export function unknownRule(
  { name, meant }: UnknownRule,
  config: Config,
  source: string,
): ConfigProblem {
  const missing = `no rule has this id, name or tag; ${hintAt(meant)}`;
  return config.disabledRules.includes(name)
    ? { variable: SETTINGS.disabledRules.name, entry: name, message: missing }
    : {
      variable: SETTINGS.sources.name,
      entry: source,
      message: `rules has ${name}, and ${missing}`,
    };
}

/**
 * Names of sources, in the entries of endpoints and tokens, that no source has.
 *
 * @param config The settings.
 * @returns The problems.
 */
export function unknownSources({ sources, endpoints, tokens }: Config): ConfigProblem[] {
  const known = sources.map(({ name }) => name);
  const problemsOf = (
    variable: string,
    { name: entry, sources = [] }: { name: string; sources?: readonly string[] | undefined },
  ) =>
    sources.filter((name) => !known.includes(name)).map((name) => ({
      variable,
      entry,
      message: `sources has ${name}, and no source has this name; they are ${known.join(", ")}`,
    }));
  return [
    ...endpoints.flatMap((endpoint) => problemsOf(SETTINGS.endpoints.name, endpoint)),
    ...tokens.flatMap((token) => problemsOf(SETTINGS.tokens.name, token)),
  ];
}

/**
 * Names of rules, in the entry of an endpoint, that no rule has; it gets the alerts of the others.
 *
 * @param endpoint The endpoint.
 * @param documents The rules and correlations that there are.
 * @returns The problems.
 */
export function unknownRulesOf(
  { name, rules = [] }: Endpoint,
  documents: readonly (SigmaRule | SigmaCorrelation)[],
): ConfigProblem[] {
  const { unknown } = namedRules(documents, rules);
  return unknown.map((rule) => ({
    variable: SETTINGS.endpoints.name,
    entry: name,
    message: `rules has ${rule.name}, and no rule has this id or name; ${hintAt(rule.meant)}`,
  }));
}

function hintAt(meant: string | undefined): string {
  return meant === undefined ? "GET /v1/rules lists them" : `the closest is '${meant}'`;
}
