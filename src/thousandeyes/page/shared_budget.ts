import type { Token } from "./page_options.ts";
import { RateBudget } from "./rate_budget.ts";

const ofFunctions = new WeakMap<object, RateBudget>();
const ofTexts = new Map<string, WeakRef<RateBudget>>();

/**
 * The budget that all streams share that read the same log with the same token: one for as long as
 * any of them runs.
 *
 * @param token The token, or the function that returns it.
 * @param log Which log is read, as a URL.
 */
export function sharedBudget(token: Token, log: string): RateBudget {
  if (typeof token === "function") {
    const known = ofFunctions.get(token) ?? new RateBudget();
    ofFunctions.set(token, known);
    return known;
  }
  for (const [key, budget] of ofTexts) if (budget.deref() === undefined) ofTexts.delete(key);
  const key = `${new URL(log).origin} ${token}`;
  const known = ofTexts.get(key)?.deref() ?? new RateBudget();
  ofTexts.set(key, new WeakRef(known));
  return known;
}
