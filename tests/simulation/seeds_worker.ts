/// <reference lib="deno.worker" />
import type { RunOptions } from "./plan.ts";
import { runSeeds, type SeedsResult } from "./run_seeds.ts";

/** Some seeds for a worker. */
export interface SeedsTask {
  readonly first: number;
  readonly seeds: number;
  readonly options: Omit<RunOptions, "seed">;
}

self.onmessage = async ({ data }: MessageEvent<SeedsTask>) => {
  const result: SeedsResult = await runSeeds(data.first, data.seeds, data.options);
  self.postMessage(result);
};
