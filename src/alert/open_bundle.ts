import { SigmaError } from "../sigma/engine.ts";
import { matchRules, type RuleMatcher, type RuleScope } from "./match_rules.ts";
import { readBundle } from "./read_bundle.ts";
import type { SealedBundle } from "./rule_bundle.ts";

/** A bundle whose every rule runs, or what is wrong with it. */
export type OpenedBundle =
  | { readonly bundle: SealedBundle; readonly matcher: RuleMatcher; readonly problems?: never }
  | { readonly bundle?: never; readonly matcher?: never; readonly problems: readonly string[] };

/**
 * Reads a bundle of rules from outside and compiles it, as a whole: where one rule does not load,
 * none of it runs.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { openBundle } from "./open_bundle.ts";
 *
 * assertEquals(openBundle({ format: 0 }).problems?.length, 1);
 * ```
 *
 * @param value JSON data.
 * @param scope Which rules make alerts.
 * @returns The compiled rules, or what is wrong, each with its place.
 * @throws {unknown} What is no fault of the bundle.
 */
export function openBundle(value: unknown, scope: RuleScope = {}): OpenedBundle {
  const { bundle, problems: refused } = readBundle(value);
  if (bundle === undefined) return { problems: refused };
  const problems: string[] = [];
  try {
    const matcher = matchRules(bundle, (_, { title, message }) => {
      problems.push(`${title}: ${message}`);
    }, scope);
    return problems.length === 0 ? { bundle, matcher } : { problems };
  } catch (error) {
    // Anything else is a fault of this program, whose text is not for clients.
    if (!(error instanceof SigmaError || error instanceof RangeError)) throw error;
    return { problems: [`bundle: It cannot be compiled: ${error.message}`] };
  }
}
