import type { RuleBundle } from "../../alert/rule_bundle.ts";
import { compileRegexes, type SigmaMetadata } from "../../sigma/mod.ts";
import { loadRules, Refusals, type Refused } from "./load_rules.ts";
import { readRuleFiles } from "./rule_files.ts";
import { readValueLists } from "./value_lists.ts";

/** Rules as the Worker would run them, and what cannot be loaded. */
export interface LoadedBundle {
  /** The rules. */
  readonly bundle: RuleBundle;
  /** The files with errors. */
  readonly refused: readonly Refused[];
}

/**
 * Reads rules, with their filters and value lists, as the Worker would run them.
 *
 * @param paths Rule files and folders.
 * @param placeholders The file of the option `--placeholders`, if it is set.
 */
export async function ruleBundle(
  paths: readonly string[],
  placeholders?: string,
): Promise<LoadedBundle> {
  const { lists } = await readValueLists(paths, placeholders);
  const refusals = new Refusals();
  const loaded = loadRules(await readRuleFiles(paths), refusals, lists);
  const { onProblem } = refusals;
  const regexes = compileRegexes(loaded.rules, {
    ...lists,
    filters: loaded.filters,
    baseRules: true,
    onProblem,
  });
  const bundle: RuleBundle = {
    rules: loaded.rules.map(withoutTests),
    correlations: loaded.correlations.map((each) => withoutTests({ ...each, places: {} })),
    filters: loaded.filters,
    ...lists,
    regexes,
  };
  return { bundle, refused: refusals.list() };
}

/** A document as it is shipped: its tests would only make the bundle larger. */
export function withoutTests<T extends SigmaMetadata>(document: T): T {
  const { tests: _, ...custom } = document.custom;
  return { ...document, custom };
}
