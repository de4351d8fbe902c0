import type { LogHead } from "../../src/store/log.ts";
import type { Reading, SseMessage, SseSource } from "../../src/sse/sse_source.ts";

/** A log in memory, with the part of it that a retention would evict. */
export class MemorySource implements SseSource {
  #messages: SseMessage[] = [];
  #oldest = 1;
  listeners: Set<() => void> = new Set();
  reads = 0;
  epoch: string;
  failure: Error | undefined;

  constructor(count = 0, epoch = "k3") {
    this.epoch = epoch;
    for (let seq = 1; seq <= count; seq++) this.#messages.push(messageOf(seq));
  }

  head(): LogHead {
    return { epoch: this.epoch, oldest: this.#oldest, newest: this.#messages.length };
  }

  read(after: number, limit: number): Reading {
    this.reads++;
    if (this.failure) throw this.failure;
    const from = Math.max(after, this.#oldest - 1);
    const entries = this.#messages.slice(from, from + limit);
    return { entries, to: entries.at(-1)?.seq ?? after };
  }

  onAppend(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  append(...bodies: string[]): void {
    for (const body of bodies) {
      this.#messages.push({ seq: this.#messages.length + 1, type: "audit", body });
    }
    for (const listener of [...this.listeners]) listener();
  }

  evictBelow(oldest: number): void {
    this.#oldest = oldest;
  }
}

/** The message that a MemorySource begins with at `seq`. */
export function messageOf(seq: number): SseMessage {
  return { seq, type: "audit", body: JSON.stringify({ event: `Event ${seq}`, user: "ada" }) };
}
