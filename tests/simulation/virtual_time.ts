import type { Clock } from "../../src/stream/clock.ts";

/** Something that can die: what it waits for then never comes. */
export interface Mortal {
  readonly alive: boolean;
}

interface Waiter {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
  cancelled: boolean;
}

/** Enough microtasks for the longest promise chain in the code between two waits. */
const HOPS = 40;

/** Time that passes only when nothing is left to do now: a queue of waiters. */
export class VirtualTime {
  #now: number;
  #order = 0;
  #outside = 0;
  #outsideEnded: (() => void) | undefined;
  readonly #heap: Waiter[] = [];
  readonly #turn: (() => Promise<void>) | undefined;

  /**
   * @param now Its start, in milliseconds since the Unix epoch.
   * @param turn Lets everything that can run now finish; by default a number of microtasks.
   */
  constructor(now: number, turn?: () => Promise<void>) {
    this.#now = now;
    this.#turn = turn;
  }

  /** The true time. */
  get now(): number {
    return this.#now;
  }

  /** Calls `wake` at a time; the returned function cancels that. */
  at(at: number, wake: () => void): () => void {
    const waiter = { at, order: this.#order++, wake, cancelled: false };
    this.#push(waiter);
    return () => void (waiter.cancelled = true);
  }

  /** A clock that is wrong by `offset()`; its owner may die. */
  clockOf(owner: Mortal, offset: () => number): Clock {
    return {
      now: () => this.#now + offset(),
      wait: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (!owner.alive) return;
          if (signal?.aborted) return reject(signal.reason);
          const cancel = this.at(this.#now + Math.max(ms, 0), () => {
            signal?.removeEventListener("abort", stop);
            if (owner.alive) resolve();
          });
          function stop() {
            cancel();
            if (owner.alive) reject(signal?.reason);
          }
          signal?.addEventListener("abort", stop, { once: true });
        }),
    };
  }

  /** Stops time while work is under way that takes more than microtasks, such as a signature. */
  enter(): void {
    this.#outside++;
  }

  /** Ends such work. */
  leave(): void {
    this.#outside--;
    if (this.#outside === 0) this.#outsideEnded?.();
  }

  /** Lets the time pass up to `end`. */
  async run(end: number): Promise<void> {
    for (;;) {
      await this.#settled();
      const next = this.#heap[0];
      if (next === undefined || next.at > end) break;
      this.#pop();
      if (next.cancelled) continue;
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
    this.#now = Math.max(this.#now, end);
  }

  async #settled(): Promise<void> {
    do {
      if (this.#outside > 0) {
        await new Promise<void>((resolve) => this.#outsideEnded = resolve);
        this.#outsideEnded = undefined;
      }
      if (this.#turn !== undefined) await this.#turn();
      else for (let hop = 0; hop < HOPS; hop++) await undefined;
    } while (this.#outside > 0);
  }

  #push(waiter: Waiter): void {
    const heap = this.#heap;
    let at = heap.push(waiter) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!comesFirst(waiter, heap[above]!)) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = waiter;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && comesFirst(heap[below + 1]!, heap[below]!)) below++;
      if (!comesFirst(heap[below]!, last)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
  }
}

function comesFirst(a: Waiter, b: Waiter): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
