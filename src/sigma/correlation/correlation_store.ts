import type { GroupState } from "./group_state.ts";

/**
 * Where the state of correlations is kept: one group of one correlation at a time, so that a
 * durable store has a row for each.
 *
 * All of it is synchronous: {@linkcode Correlator.correlate} runs inside one transaction. A durable
 * store keeps groups in the form of `encodeGroup()`, and watermark and sizes as values of their own.
 */
export interface CorrelationStore {
  /** The time up to which the log was complete at the last call; -Infinity at first. */
  watermark: number;
  /** How many matches all groups hold together. */
  readonly matches: number;
  /**
   * The number of groups of a correlation.
   *
   * @param key The `stateKey` of the correlation.
   */
  groups(key: string): number;
  /**
   * Announces a group that will be loaded, so that a store can read many together.
   *
   * @param key The `stateKey` of the correlation.
   * @param group The group key.
   */
  prepare(key: string, group: string): void;
  /**
   * Loads a group; the caller may change it, and then saves it.
   *
   * @param key The `stateKey` of the correlation.
   * @param group The group key.
   * @returns Undefined if nothing is known of it.
   */
  load(key: string, group: string): GroupState | undefined;
  /**
   * Saves a group.
   *
   * @param key The `stateKey` of the correlation.
   * @param group The group key.
   * @param state The group.
   * @param due The watermark at which it needs attention.
   */
  save(key: string, group: string, state: GroupState, due: number): void;
  /** Deletes a group. */
  delete(key: string, group: string): void;
  /**
   * The groups of a correlation that need attention at a watermark.
   *
   * @param key The `stateKey` of the correlation.
   * @param watermark The time up to which the log is complete.
   * @returns Their keys, each once; the store may be changed meanwhile.
   */
  due(key: string, watermark: number): Iterable<string>;
  /**
   * Deletes the groups of a correlation that are due: those that have nothing to decide. It may
   * leave some that have only just become due for the next call.
   *
   * @param key The `stateKey` of the correlation.
   * @param watermark The time up to which the log is complete.
   */
  expire(key: string, watermark: number): void;
  /**
   * Deletes those groups of a correlation that are due first.
   *
   * @param key The `stateKey` of the correlation.
   * @param groups How many.
   * @returns How many matches they held.
   */
  evictGroups(key: string, groups: number): number;
  /**
   * Deletes groups of any correlations, those that are due first.
   *
   * @param matches How many matches they hold at least.
   * @returns How many they held; less only if there are no more groups.
   */
  evictMatches(matches: number): number;
}
