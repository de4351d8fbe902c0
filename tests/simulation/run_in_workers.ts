import type { RunOptions } from "./plan.ts";
import type { RunResult } from "./run_seed.ts";
import type { SeedsResult } from "./run_seeds.ts";
import type { SeedsTask } from "./seeds_worker.ts";

/** Seeds that a worker runs at a time. */
const SEEDS_PER_TASK = 20;

/**
 * Runs seeds in several threads, with the same results as in one.
 *
 * @param first The first seed; the others are the numbers after it.
 * @param seeds How many.
 * @param options The options of all runs.
 * @param jobs How many threads.
 * @param onDone Called with how many have been run, and how many have failed.
 */
export async function runInWorkers(
  first: number,
  seeds: number,
  options: Omit<RunOptions, "seed">,
  jobs: number,
  onDone: (done: number, failed: number) => void,
): Promise<SeedsResult> {
  const totals = { events: 0, alerts: 0, lives: 0, requests: 0 };
  const failures: RunResult[] = [];
  let begun = 0;
  let done = 0;
  let failed = 0;
  async function work(): Promise<void> {
    const worker = new Worker(new URL("./seeds_worker.ts", import.meta.url), { type: "module" });
    try {
      while (begun < seeds) {
        const task = {
          first: first + begun,
          seeds: Math.min(SEEDS_PER_TASK, seeds - begun),
          options,
        };
        begun += task.seeds;
        const result = await answerOf(worker, task);
        done += result.seeds;
        failed += result.failed;
        failures.push(...result.failures.slice(0, 100 - failures.length));
        for (const name of ["events", "alerts", "lives", "requests"] as const) {
          totals[name] += result.totals[name];
        }
        onDone(done, failed);
      }
    } finally {
      worker.terminate();
    }
  }
  await Promise.all(Array.from({ length: jobs }, work));
  failures.sort((a, b) => a.plan.seed - b.plan.seed);
  return { seeds: done, failures, failed, totals };
}

function answerOf(worker: Worker, task: SeedsTask): Promise<SeedsResult> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`Cannot simulate seeds ${task.first} and on: ${event.message}`));
    };
    worker.postMessage(task);
  });
}
