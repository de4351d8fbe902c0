import { parseSigma, type SigmaFilter, type SigmaRule } from "../../sigma/mod.ts";
import type { Refusals } from "./refusals.ts";
import type { RuleFile } from "../../sigma/lint/mod.ts";

/** What rule files hold. */
export interface LoadedRules {
  /** The rules without an error. */
  readonly rules: readonly SigmaRule[];
  /** The filters without an error. */
  readonly filters: readonly SigmaFilter[];
}

/**
 * Parses rule files.
 *
 * @param files The files.
 * @param refusals Takes the errors.
 * @returns The rules and filters without an error.
 */
export function loadRules(files: readonly RuleFile[], refusals: Refusals): LoadedRules {
  const rules: SigmaRule[] = [];
  const filters: SigmaFilter[] = [];
  for (const { file, text } of files) {
    const parsed = parseSigma(text, { file });
    rules.push(...parsed.rules);
    filters.push(...parsed.filters);
    for (const problem of parsed.problems) refusals.add(file, problem);
  }
  return { rules, filters };
}
