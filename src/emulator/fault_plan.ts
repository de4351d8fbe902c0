import { type FaultName, isFaultName } from "./fault.ts";

/** One fault mode to turn on. */
export interface PlannedFault {
  readonly name: FaultName;
  /** How many requests it affects; by default it stays until it is replaced. */
  readonly times?: number;
  /** It affects every n-th request, beginning with the n-th; every request by default. */
  readonly every?: number;
}

interface RunningFault {
  readonly name: FaultName;
  readonly every: number;
  left: number;
  seen: number;
}

/** Which fault modes are on, and for which requests. */
export class FaultPlan {
  #running: RunningFault[] = [];

  /**
   * Replaces the faults that are on.
   *
   * @param faults The new faults; an empty list turns all of them off.
   * @throws {RangeError} If a name is unknown, or a count is not a whole number from 1.
   */
  set(faults: readonly PlannedFault[]): void {
    this.#running = faults.map(({ name, times = Infinity, every = 1 }) => {
      if (!isFaultName(name)) {
        throw new RangeError(`Cannot switch on fault "${name}": no such fault mode`);
      }
      for (const count of [times, every]) {
        if (count !== Infinity && !(Number.isSafeInteger(count) && count >= 1)) {
          throw new RangeError(`Cannot switch on fault "${name}": ${count} is not a count from 1`);
        }
      }
      return { name, every, left: times, seen: 0 };
    });
  }

  /** The faults that are on, and how many requests each still affects. */
  list(): PlannedFault[] {
    return this.#running.filter((fault) => fault.left > 0).map(({ name, every, left }) =>
      left === Infinity ? { name, every } : { name, every, times: left }
    );
  }

  /** Counts one request and returns the faults that affect it. */
  take(): Set<FaultName> {
    const met = new Set<FaultName>();
    for (const fault of this.#running) {
      if (fault.left <= 0) continue;
      fault.seen += 1;
      if (fault.seen % fault.every !== 0) continue;
      fault.left -= 1;
      met.add(fault.name);
    }
    return met;
  }
}
