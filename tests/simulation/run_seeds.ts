import { BUGS, canShow } from "./bugs.ts";
import { planOf, type RunOptions } from "./plan.ts";
import { type RunResult, runSeed } from "./run_seed.ts";

/** The result of many seeds. */
export interface SeedsResult {
  /** Seeds that were run. */
  readonly seeds: number;
  /** The first hundred in which a promise was broken. */
  readonly failures: readonly RunResult[];
  /** In how many a promise was broken. */
  readonly failed: number;
  /** Sums over all seeds. */
  readonly totals: RunResult["counts"];
}

/**
 * Runs one seed after the other.
 *
 * @param first The first seed; the others are the numbers after it.
 * @param seeds How many.
 * @param options The options of all runs.
 * @param onSeed Called after each; returns whether to continue.
 */
export async function runSeeds(
  first: number,
  seeds: number,
  options: Omit<RunOptions, "seed">,
  onSeed: (result: RunResult, done: number) => boolean = () => true,
): Promise<SeedsResult> {
  const failures: RunResult[] = [];
  const totals = { events: 0, alerts: 0, lives: 0, requests: 0 };
  const bug = options.bug === undefined ? undefined : BUGS[options.bug];
  let failed = 0;
  let done = 0;
  while (done < seeds) {
    const seed = first + done;
    done++;
    if (bug !== undefined && !canShow(bug, planOf({ ...options, seed }))) continue;
    const result = await runSeed({ ...options, seed });
    for (const name of ["events", "alerts", "lives", "requests"] as const) {
      totals[name] += result.counts[name];
    }
    if (result.violations.length > 0) {
      failed++;
      if (failures.length < 100) failures.push(result);
    }
    if (!onSeed(result, done)) break;
  }
  return { seeds: done, failures, failed, totals };
}
