import {
  type CorrelationStore,
  decodeGroup,
  encodeGroup,
  type GroupState,
} from "../sigma/engine.ts";
import { isLarger } from "../alert/shorten.ts";
import { readNumber, writeMeta } from "./meta.ts";
import type { Sql, SqlRow, SqlValue } from "./sql.ts";

/** A row may have 2 MB in a Durable Object; this leaves room for the other columns. */
const MAX_STATE_BYTES = 1_900_000;

/** A database that notes whether a statement has failed. */
class NotedSql {
  hasFailed = false;
  readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  all<Row extends SqlRow>(text: string, ...values: SqlValue[]): Row[] {
    return this.#noted(() => this.sql.all<Row>(text, ...values));
  }

  run(text: string, ...values: SqlValue[]): number {
    return this.#noted(() => this.sql.run(text, ...values));
  }

  #noted<T>(statement: () => T): T {
    try {
      return statement();
    } catch (error) {
      this.hasFailed = true;
      throw error;
    }
  }
}

/** How much the groups of one correlation hold. */
interface Total {
  groups: number;
  matches: number;
  isChanged: boolean;
}

/** A group that is to be written. */
interface Pending {
  readonly state: GroupState;
  readonly due: number;
}

/**
 * The state of correlations in the log's own database: a row for each group, and one with the
 * totals of each correlation, since counting rows would take time in proportion to them.
 *
 * Groups are kept in memory until `write()`, so that an evaluation that fails leaves no trace unless
 * it had to evict. One instance serves one transaction.
 */
export class CorrelationTable implements CorrelationStore {
  watermark: number;
  /** Matches that were dropped because a row could not hold them. */
  dropped = 0;
  readonly #sql: NotedSql;
  readonly #watermarkBefore: number;
  readonly #totals = new Map<string, Total>();
  /** By state key and group; undefined for a group that is to be deleted. */
  readonly #pending = new Map<string, Map<string, Pending | undefined>>();

  /** @param sql The database, within a transaction. */
  constructor(sql: Sql) {
    this.#sql = new NotedSql(sql);
    this.watermark = readNumber(sql, "correlated_to", -Infinity);
    this.#watermarkBefore = this.watermark;
    type Row = { key: string; groups: number; matches: number };
    for (
      const { key, groups, matches } of sql.all<Row>(
        `SELECT key, groups, matches FROM correlation_totals`,
      )
    ) {
      this.#totals.set(key, { groups, matches, isChanged: false });
    }
  }

  /** Whether the database has failed, so that an error is not one of the evaluation. */
  get hasFailed(): boolean {
    return this.#sql.hasFailed;
  }

  get matches(): number {
    let sum = 0;
    for (const { matches } of this.#totals.values()) sum += matches;
    return sum;
  }

  groups(key: string): number {
    return this.#totals.get(key)?.groups ?? 0;
  }

  load(key: string, group: string): GroupState | undefined {
    const pending = this.#pending.get(key);
    if (pending?.has(group)) return pending.get(group)?.state;
    const [row] = this.#sql.all<{ due: number; size: number; state: string }>(
      `SELECT due, size, state FROM correlation_groups WHERE key = ? AND "group" = ?`,
      key,
      group,
    );
    if (row === undefined) return undefined;
    const state = decodeGroup(row.state);
    state.due = row.due;
    state.saved = row.size;
    return state;
  }

  save(key: string, group: string, state: GroupState, due: number): void {
    const total = this.#totalOf(key);
    if (state.due === undefined) total.groups++;
    total.matches += state.size - state.saved;
    state.due = due;
    state.saved = state.size;
    this.#pendingOf(key).set(group, { state, due });
  }

  delete(key: string, group: string): void {
    const state = this.load(key, group);
    if (state === undefined) return;
    this.#countOut(key, state.saved);
    state.due = undefined;
    state.saved = 0;
    this.#pendingOf(key).set(group, undefined);
  }

  due(key: string, watermark: number): string[] {
    const pending = this.#pending.get(key);
    const due = this.#sql.all<{ group: string }>(
      `SELECT "group" FROM correlation_groups WHERE key = ? AND due <= ? ORDER BY due, "group"`,
      key,
      watermark,
    ).flatMap(({ group }) => pending?.has(group) ? [] : group);
    for (const [group, one] of pending ?? []) {
      if (one !== undefined && one.due <= watermark) due.push(group);
    }
    return due;
  }

  evict(key: string | undefined): number | undefined {
    this.#writeGroups();
    type Row = { key: string; group: string; due: number; size: number };
    const candidates = (key === undefined ? [...this.#totals.keys()] : [key]).flatMap((key) =>
      this.#sql.all<Row>(
        `SELECT key, "group", due, size FROM correlation_groups
          WHERE key = ? ORDER BY due, "group" LIMIT 1`,
        key,
      )
    );
    const [first] = candidates.sort((a, b) => a.due - b.due);
    if (first === undefined) return undefined;
    this.#deleteRow(first.key, first.group);
    this.#countOut(first.key, first.size);
    return first.size;
  }

  keepOnly(keys: readonly string[]): void {
    for (const key of this.#totals.keys()) {
      if (keys.includes(key)) continue;
      this.#sql.run(`DELETE FROM correlation_groups WHERE key = ?`, key);
      this.#sql.run(`DELETE FROM correlation_totals WHERE key = ?`, key);
      this.#totals.delete(key);
      this.#pending.delete(key);
    }
  }

  /** Writes everything that has changed. */
  write(): void {
    this.#writeGroups();
    for (const [key, total] of this.#totals) {
      if (!total.isChanged) continue;
      this.#sql.run(
        `INSERT INTO correlation_totals (key, groups, matches) VALUES (?, ?, ?)
          ON CONFLICT (key) DO UPDATE SET groups = excluded.groups, matches = excluded.matches`,
        key,
        total.groups,
        total.matches,
      );
      total.isChanged = false;
    }
    if (this.watermark !== this.#watermarkBefore && Number.isFinite(this.watermark)) {
      writeMeta(this.#sql.sql, "correlated_to", this.watermark);
    }
  }

  #writeGroups(): void {
    for (const [key, groups] of this.#pending) {
      for (const [group, one] of groups) {
        if (one === undefined) {
          this.#deleteRow(key, group);
          continue;
        }
        const text = this.#textOf(key, one.state);
        this.#sql.run(
          `INSERT INTO correlation_groups (key, "group", due, size, state) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (key, "group") DO UPDATE
            SET due = excluded.due, size = excluded.size, state = excluded.state`,
          key,
          group,
          one.due,
          one.state.size,
          text,
        );
      }
    }
    this.#pending.clear();
  }

  /** Without the oldest matches, where a row cannot hold all of them. */
  #textOf(key: string, state: GroupState): string {
    let text = encodeGroup(state);
    while (isLarger(text, MAX_STATE_BYTES) && state.size > 1) {
      const before = state.size;
      state.dropFirst(before >> 1);
      const dropped = before - state.size;
      state.saved = state.size;
      this.dropped += dropped;
      const total = this.#totalOf(key);
      total.matches -= dropped;
      text = encodeGroup(state);
    }
    return text;
  }

  #deleteRow(key: string, group: string): void {
    this.#sql.run(`DELETE FROM correlation_groups WHERE key = ? AND "group" = ?`, key, group);
  }

  #countOut(key: string, matches: number): void {
    const total = this.#totalOf(key);
    total.groups--;
    total.matches -= matches;
  }

  /** The total of a correlation, which is about to change. */
  #totalOf(key: string): Total {
    let total = this.#totals.get(key);
    if (total === undefined) {
      total = { groups: 0, matches: 0, isChanged: true };
      this.#totals.set(key, total);
    }
    total.isChanged = true;
    return total;
  }

  #pendingOf(key: string): Map<string, Pending | undefined> {
    let pending = this.#pending.get(key);
    if (pending === undefined) this.#pending.set(key, pending = new Map());
    return pending;
  }
}
