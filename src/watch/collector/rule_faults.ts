import { oneLine } from "../../stream/plain_text.ts";
import type { CollectorState } from "./state.ts";

/** The code under which rules that break are reported. */
export const MATCH_FAILED = "match_failed";

/** So long after the last one, nobody has to look any more. */
const SHOWN_MS = 24 * 3_600_000;

/**
 * Notes rules that broke while events were matched; the events are recorded all the same. The note goes when
 * none has broken for a day.
 *
 * @param state The state.
 * @param faults What was thrown, for each event on which a rule broke.
 * @param now Milliseconds since the Unix epoch.
 */
export function withRuleFaults(
  state: CollectorState,
  faults: readonly unknown[],
  now: number,
): CollectorState {
  const { rules: before, ...failures } = state.failures;
  if (faults.length === 0) {
    return before === undefined || now < before.retryAt ? state : { ...state, failures };
  }
  const last = faults.at(-1);
  const message = last instanceof Error ? last.message : String(last);
  const rules = {
    code: MATCH_FAILED,
    status: null,
    message: `Cannot match an event: ${oneLine(message)}`,
    since: before?.since ?? now,
    count: (before?.count ?? 0) + faults.length,
    retryAt: now + SHOWN_MS,
    remedy: "slow",
  } as const;
  return { ...state, failures: { ...failures, rules } };
}
