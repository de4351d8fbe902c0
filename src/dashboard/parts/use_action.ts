import { type Signal, useSignal } from "@preact/signals";

/** Something the user has asked for. */
export interface Action {
  /** Whether it is in progress. */
  readonly busy: Signal<boolean>;
  /** Why it failed; empty if it did not. */
  readonly problem: Signal<string>;
  /** Does it, unless another is in progress. */
  run(work: () => Promise<void>): Promise<void>;
}

/**
 * Runs what buttons ask for: one at a time, with the failure to show.
 *
 * @returns The state of it.
 */
export function useAction(): Action {
  const busy = useSignal(false);
  const problem = useSignal("");
  return {
    busy,
    problem,
    async run(work) {
      if (busy.value) return;
      busy.value = true;
      problem.value = "";
      try {
        await work();
      } catch (error) {
        problem.value = error instanceof Error ? error.message : String(error);
      } finally {
        busy.value = false;
      }
    },
  };
}
