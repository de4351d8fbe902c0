import { ALL_KINDS, type FaultKind } from "./fault_kinds.ts";
import type { RunOptions } from "./plan.ts";
import { runSeed } from "./run_seed.ts";

/**
 * Looks for less that still fails: leaves out one kind of fault after the other, then halves the time.
 *
 * @param failing A run that fails.
 * @returns One that fails as well, with as little as could be found.
 */
export async function shrink(failing: RunOptions): Promise<RunOptions> {
  const { plan } = await runSeed(failing);
  let least: RunOptions = { ...failing, minutes: Math.round((plan.calm - plan.start) / 60_000) };
  if (!await fails(least)) least = failing;
  const without = new Set<FaultKind>(failing.without);
  for (const kind of ALL_KINDS) {
    if (!plan.kinds.has(kind)) continue;
    const tried = { ...least, without: [...without, kind] };
    if (!await fails(tried)) continue;
    without.add(kind);
    least = tried;
  }
  for (let halvings = 0; halvings < 6 && least.minutes !== undefined; halvings++) {
    const tried = { ...least, minutes: Math.max(1, Math.floor(least.minutes / 2)) };
    if (!await fails(tried)) break;
    least = tried;
  }
  return least;
}

/** The command line that makes a run again. */
export function commandOf({ seed, minutes, without = [], bug }: RunOptions): string {
  return [
    `deno task simulate --seeds 1 --seed ${seed}`,
    ...(minutes === undefined ? [] : [`--minutes ${minutes}`]),
    ...(without.length === 0 ? [] : [`--without ${without.join(",")}`]),
    ...(bug === undefined ? [] : [`--bug ${bug}`]),
  ].join(" ");
}

async function fails(options: RunOptions): Promise<boolean> {
  return (await runSeed(options)).violations.length > 0;
}
