import type { SigmaCorrelation } from "../sigma_rule.ts";
import type { Source } from "./source.ts";
import { entriesOf, plainOf, type YamlMap } from "./yaml_tree.ts";

/**
 * Reads of a correlation what other rules have to know: which of them it is about.
 *
 * Correlations do not run yet, which is a finding that names those rules: they do not alert by
 * themselves either, since alerts for each of them are not what the author asked for.
 *
 * @param root The document.
 * @param source The file, which collects the problems.
 * @returns The correlation.
 */
export function parseCorrelation(root: YamlMap, source: Source): SigmaCorrelation {
  const { keyNode, value } = root.entries.find(({ key }) => key === "correlation")!;
  const find = (name: string) =>
    plainOf(entriesOf(value)?.find(({ key }) => key === name)?.value) ??
      plainOf(root.entries.find(({ key }) => key === name)?.value);
  const named = find("rules");
  const rules = (Array.isArray(named) ? named : [named])
    .filter((name): name is string => typeof name === "string");
  const generate = find("generate") === true;
  const shown = rules.slice(0, 10).map((name) => `'${name}'`).join(", ") +
    (rules.length > 10 ? ` and ${rules.length - 10} more` : "");
  const bases = rules.length === 0 || generate
    ? "it makes no alert"
    : `neither it nor its base ${
      rules.length === 1 ? "rule" : "rules"
    } ${shown} makes an alert; with 'generate: true', base rules do`;
  source.finding(
    "document-correlation",
    `Correlation rules do not run yet: ${bases}`,
    keyNode,
  );
  return { rules, generate, ...(source.file === undefined ? {} : { file: source.file }) };
}
