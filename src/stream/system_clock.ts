import type { Clock } from "./clock.ts";
import { wait } from "./wait.ts";

/** The clock of the machine it runs on. */
export const systemClock: Clock = {
  now: () => Date.now(),
  wait,
};
