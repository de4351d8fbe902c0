import type { CorrelationStore } from "./correlation_store.ts";
import type { GroupState } from "./group_state.ts";

/**
 * Groups that are due at about the same time share a slot of this length, in milliseconds. They
 * come up to that much too early, which does no harm.
 */
const SLOT = 1_000;

/** The groups of one correlation. */
class Groups {
  readonly states = new Map<string, GroupState>();
  /** Group keys by the slot of their due time; a key may also be in earlier slots. */
  readonly #slots = new Map<number, string[]>();
  /** The slots there are, in ascending order. */
  readonly #order: number[] = [];

  schedule(group: string, slot: number): void {
    const keys = this.#slots.get(slot);
    if (keys) {
      keys.push(group);
      return;
    }
    this.#slots.set(slot, [group]);
    let at = this.#order.length;
    while (at > 0 && this.#order[at - 1]! > slot) at--;
    this.#order.splice(at, 0, slot);
  }

  /** Takes off what is due; what is due later is scheduled again for its time. */
  takeDue(watermark: number): string[] {
    const found: string[] = [];
    const again: string[] = [];
    while (this.#order.length > 0 && this.#order[0]! * SLOT <= watermark) {
      for (const group of this.#slots.get(this.#order[0]!)!) {
        const state = this.states.get(group);
        if (state?.due === undefined) continue;
        if (state.due * SLOT > watermark) again.push(group);
        else {
          found.push(group);
          // Not due twice; whatever it is saved with schedules it again.
          state.due = Infinity;
        }
      }
      this.#slots.delete(this.#order.shift()!);
    }
    for (const group of again) this.schedule(group, this.states.get(group)!.due!);
    return found;
  }

  /** The group that is due first. */
  first(): { group: string; due: number } | undefined {
    while (this.#order.length > 0) {
      const slot = this.#order[0]!;
      const keys = this.#slots.get(slot)!;
      while (keys.length > 0) {
        const group = keys[keys.length - 1]!;
        const due = this.states.get(group)?.due;
        if (due !== undefined && due <= slot) return { group, due };
        keys.pop();
        if (due !== undefined) this.schedule(group, due);
      }
      this.#slots.delete(slot);
      this.#order.shift();
    }
    return undefined;
  }
}

/**
 * Keeps the state of correlations in memory: for the command line, tests and benchmarks.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { MemoryStore } from "./memory_store.ts";
 *
 * const store = new MemoryStore();
 * assertEquals([store.matches, store.watermark], [0, -Infinity]);
 * ```
 */
export class MemoryStore implements CorrelationStore {
  watermark: number = -Infinity;
  #matches = 0;
  readonly #groups = new Map<string, Groups>();

  get matches(): number {
    return this.#matches;
  }

  groups(key: string): number {
    return this.#groups.get(key)?.states.size ?? 0;
  }

  prepare(): void {
    // Everything is here.
  }

  load(key: string, group: string): GroupState | undefined {
    return this.#groups.get(key)?.states.get(group);
  }

  save(key: string, group: string, state: GroupState, due: number): void {
    let groups = this.#groups.get(key);
    if (!groups) this.#groups.set(key, groups = new Groups());
    const before = state.due;
    const slot = Math.floor(due / SLOT);
    if (before === undefined) groups.states.set(group, state);
    // A later time is found when the earlier one comes; only an earlier one needs another slot.
    if (before === undefined || slot < before) groups.schedule(group, slot);
    state.due = slot;
    this.#matches += state.size - state.saved;
    state.saved = state.size;
  }

  delete(key: string, group: string): void {
    const states = this.#groups.get(key)?.states;
    const state = states?.get(group);
    if (!state) return;
    this.#matches -= state.saved;
    states!.delete(group);
  }

  due(key: string, watermark: number): string[] {
    return this.#groups.get(key)?.takeDue(watermark) ?? [];
  }

  expire(key: string, watermark: number): void {
    // Within the slot of the watermark, some are due and some are not.
    for (const group of this.due(key, watermark - SLOT)) this.delete(key, group);
  }

  evictGroups(key: string, groups: number): number {
    let dropped = 0;
    for (let count = 0; count < groups; count++) dropped += this.#evict([key]) ?? 0;
    return dropped;
  }

  evictMatches(matches: number): number {
    let dropped = 0;
    while (dropped < matches) {
      const size = this.#evict(this.#groups.keys());
      if (size === undefined) break;
      dropped += size;
    }
    return dropped;
  }

  /** Deletes the group that is due first; undefined if there is none. */
  #evict(keys: Iterable<string>): number | undefined {
    let first: { key: string; group: string; due: number } | undefined;
    for (const key of keys) {
      const found = this.#groups.get(key)?.first();
      if (found && (!first || found.due < first.due)) first = { key, ...found };
    }
    if (!first) return undefined;
    const size = this.load(first.key, first.group)!.saved;
    this.delete(first.key, first.group);
    return size;
  }

  /**
   * Deletes everything of correlations that are no longer there, or whose meaning has changed.
   *
   * @param keys The state keys to keep.
   */
  keepOnly(keys: readonly string[]): void {
    for (const [key, { states }] of this.#groups) {
      if (keys.includes(key)) continue;
      for (const { saved } of states.values()) this.#matches -= saved;
      this.#groups.delete(key);
    }
  }
}
