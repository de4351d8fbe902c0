import { ALL_KINDS, type FaultKind } from "./fault_kinds.ts";
import type { RunOptions } from "./plan.ts";
import { runSeed } from "./run_seed.ts";

/**
 * Looks for a smaller run that still fails: leaves out one kind of fault after the other, then
 * halves the time.
 *
 * @param failing A run that fails.
 * @returns The smallest one found that fails as well.
 */
export async function shrink(failing: RunOptions): Promise<RunOptions> {
  const { plan } = await runSeed(failing);
  let smallest: RunOptions = { ...failing, minutes: Math.round((plan.calm - plan.start) / 60_000) };
  if (!await fails(smallest)) smallest = failing;
  const without = new Set<FaultKind>(failing.without);
  for (const kind of ALL_KINDS) {
    if (!plan.kinds.has(kind)) continue;
    const tried = { ...smallest, without: [...without, kind] };
    if (!await fails(tried)) continue;
    without.add(kind);
    smallest = tried;
  }
  for (let halvings = 0; halvings < 6 && smallest.minutes !== undefined; halvings++) {
    const tried = { ...smallest, minutes: Math.max(1, Math.floor(smallest.minutes / 2)) };
    if (!await fails(tried)) break;
    smallest = tried;
  }
  return smallest;
}

/** The command line that repeats a run. */
export function commandOf({ seed, minutes, without = [], bug, shell }: RunOptions): string {
  return [
    `deno task simulate --seeds 1 --seed ${seed}`,
    ...(minutes === undefined ? [] : [`--minutes ${minutes}`]),
    ...(without.length === 0 ? [] : [`--without ${without.join(",")}`]),
    ...(shell === undefined || shell === "worker" ? [] : [`--shell ${shell}`]),
    ...(bug === undefined ? [] : [`--bug ${bug}`]),
  ].join(" ");
}

async function fails(options: RunOptions): Promise<boolean> {
  return (await runSeed(options)).violations.length > 0;
}
