import type { RuleBundle } from "../../alert/rule_bundle.ts";
import {
  compileRegexes,
  markBaseRules,
  type SigmaCorrelation,
  type SigmaMetadata,
  type SigmaRule,
} from "../../sigma/mod.ts";
import { type LoadedRules, loadRules, Refusals, type Refused } from "./load_rules.ts";
import { readFiltersBeside, readNeighbours, readRuleFiles } from "./rule_files.ts";
import { readValueLists } from "./value_lists.ts";

/** Rules as the Worker would run them, and what cannot be loaded. */
export interface LoadedBundle {
  /** The rules. */
  readonly bundle: RuleBundle;
  /** The files with errors. */
  readonly refused: readonly Refused[];
}

/**
 * Reads rules, with their filters and value lists, as the Worker would run them. What a single file
 * refers to, and the filters that apply to it, come from the files beside it.
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
  const files = await readRuleFiles(paths);
  const known = new Set(files.map(({ file }) => file));
  const filters = (await Promise.all(paths.map(readFiltersBeside))).flat()
    .filter(({ file }) => !known.has(file) && known.add(file));
  const own = loadRules([...files, ...filters], refusals, lists);
  const beside = loadRules(await readNeighbours(paths, files), new Refusals(), lists);
  const loaded = withReferred(own, beside);
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

/** Rules with what their correlations refer to, directly or through others. */
function withReferred(own: LoadedRules, beside: LoadedRules): LoadedRules {
  const others = new Map(
    [...beside.rules, ...beside.correlations].flatMap((document) =>
      [document.id, document.name].flatMap((key) => key === undefined ? [] : [[key, document]])
    ),
  );
  const needed = new Set<SigmaRule | SigmaCorrelation>();
  const open = [...own.correlations];
  for (const { rules } of open) {
    for (const name of rules) {
      const found = others.get(name);
      if (found === undefined || needed.has(found)) continue;
      needed.add(found);
      if (found.kind === "correlation") open.push(found);
    }
  }
  const rules = [...own.rules, ...beside.rules.filter((each) => needed.has(each))];
  const correlations = [
    ...own.correlations,
    ...beside.correlations.filter((each) => needed.has(each)),
  ];
  markBaseRules(rules, correlations);
  return { rules, correlations, filters: own.filters };
}

/** A document as it is shipped: its tests would only make the bundle larger. */
export function withoutTests<T extends SigmaMetadata>(document: T): T {
  const { tests: _, ...custom } = document.custom;
  return { ...document, custom };
}
