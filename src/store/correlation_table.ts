import {
  type CorrelationStore,
  decodeGroup,
  encodeGroup,
  type GroupState,
} from "../sigma/engine.ts";
import { isLarger } from "../alert/shorten.ts";
import type { UsedState } from "./log.ts";
import { readNumber, writeMeta } from "./meta.ts";
import type { Sql, SqlRow, SqlValue } from "./sql.ts";

/** A row may have 2 MB in a Durable Object; this leaves room for the other columns. */
const MAX_STATE_BYTES = 1_900_000;

/** How long the state of a correlation that is not in force is kept, in milliseconds: 30 days. */
const KEPT_UNUSED_MS = 30 * 86_400_000;

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

/** One correlation: its number in the database, and how much its groups hold. */
interface Correlation {
  readonly number: number;
  groups: number;
  matches: number;
  /** Since when it is not in force, in milliseconds since the Unix epoch; null if it is. */
  readonly unusedSince: number | null;
  isChanged: boolean;
  /** The groups that are to be written; undefined for one that is to be deleted. */
  readonly pending: Map<string, Pending | undefined>;
  /** The groups that have been read and not changed; undefined for one that is not there. */
  readonly known: Map<string, GroupState | undefined>;
}

/** A group that is to be written. */
interface Pending {
  readonly state: GroupState;
  readonly due: number;
}

type GroupRow = { group: string; due: number; size: number; state: string };

/** A Durable Object binds at most this many values in one statement. */
const MAX_VALUES = 100;

/**
 * The state of correlations in the log's own database: a row for each group, and one with the
 * totals of each correlation, since counting rows would take time in proportion to them.
 *
 * A page may touch a thousand groups, so rows are read, written and deleted many at a time. Groups
 * are kept in memory until `write()`, so that an evaluation that fails leaves no trace unless it had
 * to evict. One instance serves one transaction.
 */
export class CorrelationTable implements CorrelationStore {
  watermark: number;
  /** Matches that were dropped because a row could not hold them. */
  dropped = 0;
  readonly #sql: NotedSql;
  readonly #watermarkBefore: number;
  readonly #correlations = new Map<string, Correlation>();

  /** @param sql The database, within a transaction. */
  constructor(sql: Sql) {
    this.#sql = new NotedSql(sql);
    this.watermark = readNumber(sql, "correlated_to", -Infinity);
    this.#watermarkBefore = this.watermark;
    type Row = Totals & { key: string };
    const rows = sql.all<Row>(
      `SELECT number, key, groups, matches, unused_since AS unusedSince FROM correlations`,
    );
    for (const { key, ...totals } of rows) this.#correlations.set(key, correlationOf(totals));
  }

  /** Whether the database has failed, so that an error is not one of the evaluation. */
  get hasFailed(): boolean {
    return this.#sql.hasFailed;
  }

  get matches(): number {
    let sum = 0;
    for (const { matches } of this.#correlations.values()) sum += matches;
    return sum;
  }

  groups(key: string): number {
    return this.#correlations.get(key)?.groups ?? 0;
  }

  prepare(key: string, groups: Iterable<string>): void {
    const correlation = this.#correlations.get(key);
    if (correlation === undefined) return;
    const { number, pending, known } = correlation;
    const unknown = [...groups].filter((group) => !pending.has(group) && !known.has(group));
    for (const group of unknown) known.set(group, undefined);
    // Texts from events may be long, and a bound string may have 2 MB.
    for (let start = 0; start < unknown.length; start += MAX_PREPARED) {
      const rows = this.#sql.all<GroupRow>(
        `SELECT "group", due, size, state FROM correlation_groups
          WHERE correlation = ? AND "group" IN (SELECT value FROM json_each(?))`,
        number,
        JSON.stringify(unknown.slice(start, start + MAX_PREPARED)),
      );
      for (const row of rows) known.set(row.group, stateOf(row));
    }
  }

  load(key: string, group: string): GroupState | undefined {
    const correlation = this.#correlations.get(key);
    if (correlation === undefined) return undefined;
    const { pending, known } = correlation;
    if (pending.has(group)) return pending.get(group)?.state;
    if (!known.has(group)) this.prepare(key, [group]);
    return known.get(group);
  }

  save(key: string, group: string, state: GroupState, due: number): void {
    const correlation = this.#changed(key);
    if (state.due === undefined) correlation.groups++;
    correlation.matches += state.size - state.saved;
    state.due = due;
    state.saved = state.size;
    correlation.pending.set(group, { state, due });
  }

  delete(key: string, group: string): void {
    const state = this.load(key, group);
    if (state === undefined) return;
    const correlation = this.#changed(key);
    countOut(correlation, state.saved);
    state.due = undefined;
    state.saved = 0;
    correlation.pending.set(group, undefined);
  }

  due(key: string, watermark: number): string[] {
    const correlation = this.#correlations.get(key);
    if (correlation === undefined) return [];
    const { number, pending, known } = correlation;
    const due: string[] = [];
    const rows = this.#sql.all<GroupRow>(
      `SELECT "group", due, size, state FROM correlation_groups
        WHERE correlation = ? AND due <= ? ORDER BY due, "group"`,
      number,
      watermark,
    );
    for (const row of rows) {
      if (pending.has(row.group)) continue;
      if (!known.has(row.group)) known.set(row.group, stateOf(row));
      due.push(row.group);
    }
    for (const [group, one] of pending) {
      if (one !== undefined && one.due <= watermark) due.push(group);
    }
    return due;
  }

  expire(key: string, watermark: number): void {
    const correlation = this.#correlations.get(key);
    if (correlation === undefined) return;
    const { number, pending, known } = correlation;
    for (const [group, one] of pending) {
      if (one !== undefined && one.due <= watermark) this.delete(key, group);
    }
    const rows = this.#sql.all<{ group: string; size: number }>(
      `DELETE FROM correlation_groups WHERE correlation = ? AND due <= ?
        RETURNING "group", size`,
      number,
      watermark,
    );
    if (rows.length > 0) correlation.isChanged = true;
    for (const { group, size } of rows) {
      // What has changed meanwhile is counted already, and will be written.
      if (pending.has(group)) continue;
      countOut(correlation, size);
      known.set(group, undefined);
    }
  }

  evict(key: string | undefined): number | undefined {
    this.#writeGroups();
    const keys = key === undefined ? this.#evictable() : [key];
    const candidates = keys.flatMap((key) =>
      this.#sql.all<{ group: string; due: number }>(
        `SELECT "group", due FROM correlation_groups
          WHERE correlation = ? ORDER BY due, "group" LIMIT 1`,
        this.#correlations.get(key)?.number ?? -1,
      ).map((row) => ({ key, ...row }))
    );
    const [first] = candidates.sort((a, b) => a.due - b.due);
    if (first === undefined) return undefined;
    const size = this.load(first.key, first.group)?.saved ?? 0;
    this.delete(first.key, first.group);
    return size;
  }

  /**
   * Notes which correlations are in force, and deletes the state of those that have not been for 30
   * days.
   *
   * One that comes back goes on with what it has learned, except for groups that something was due
   * for meanwhile. Where its state is more than that, it starts anew: nobody has counted meanwhile,
   * so that it would find things absent that were there.
   *
   * @param used What is in use.
   */
  use({ stateKeys, learnedKeys, now }: UsedState): void {
    const used = new Set(stateKeys);
    for (const [key, correlation] of this.#correlations) {
      const { unusedSince } = correlation;
      if (used.has(key)) {
        if (unusedSince === null) continue;
        this.expire(key, learnedKeys.includes(key) ? now : Number.MAX_VALUE);
        this.#note(key, correlation, null);
      } else if (unusedSince === null) this.#note(key, correlation, now);
      else if (now - unusedSince >= KEPT_UNUSED_MS) this.#forget(key, correlation);
    }
  }

  /** Writes since when a correlation is not in force, and its totals, whatever follows. */
  #note(key: string, correlation: Correlation, unusedSince: number | null): void {
    const { number, groups, matches } = correlation;
    this.#sql.run(
      `UPDATE correlations SET groups = ?, matches = ?, unused_since = ? WHERE number = ?`,
      groups,
      matches,
      unusedSince,
      number,
    );
    this.#correlations.set(key, correlationOf({ number, groups, matches, unusedSince }));
  }

  #forget(key: string, { number }: Correlation): void {
    this.#sql.run(`DELETE FROM correlation_groups WHERE correlation = ?`, number);
    this.#sql.run(`DELETE FROM correlations WHERE number = ?`, number);
    this.#correlations.delete(key);
  }

  /** The correlations that make room: those that are not in force, as long as they hold any. */
  #evictable(): string[] {
    const all = [...this.#correlations];
    const unused = all.filter(([, { unusedSince, groups }]) => unusedSince !== null && groups > 0);
    return (unused.length > 0 ? unused : all).map(([key]) => key);
  }

  /** Writes everything that has changed. */
  write(): void {
    this.#writeGroups();
    const totals: SqlValue[][] = [];
    for (const [key, correlation] of this.#correlations) {
      if (!correlation.isChanged) continue;
      const { number, groups, matches } = correlation;
      totals.push([number, key, groups, matches]);
      correlation.isChanged = false;
    }
    upsert(this.#sql, UPSERT_TOTALS, totals);
    if (this.watermark !== this.#watermarkBefore && Number.isFinite(this.watermark)) {
      writeMeta(this.#sql.sql, "correlated_to", this.watermark);
    }
  }

  #writeGroups(): void {
    let all: SqlValue[][] = [];
    let length = 0;
    const flush = () => {
      upsert(this.#sql, UPSERT_GROUPS, all);
      all = [];
      length = 0;
    };
    for (const correlation of this.#correlations.values()) {
      const { number, pending, known } = correlation;
      const gone: string[] = [];
      const rows: SqlValue[][] = [];
      for (const [group, one] of pending) {
        known.set(group, one?.state);
        if (one === undefined) gone.push(group);
        else {
          const text = this.#textOf(correlation, one.state);
          rows.push([number, group, one.due, one.state.size, text]);
        }
      }
      pending.clear();
      for (let start = 0; start < gone.length; start += MAX_PREPARED) {
        this.#sql.run(
          `DELETE FROM correlation_groups
            WHERE correlation = ? AND "group" IN (SELECT value FROM json_each(?))`,
          number,
          JSON.stringify(gone.slice(start, start + MAX_PREPARED)),
        );
      }
      // In the order of the table, neighbours are written to the same place.
      rows.sort((a, b) => a[1]! < b[1]! ? -1 : 1);
      for (const row of rows) {
        all.push(row);
        length += String(row[4]).length;
        if (length > MAX_STATE_BYTES) flush();
      }
    }
    flush();
  }

  /** Without the oldest matches, where a row cannot hold all of them. */
  #textOf(correlation: Correlation, state: GroupState): string {
    let text = encodeGroup(state);
    while (isLarger(text, MAX_STATE_BYTES) && state.size > 1) {
      const before = state.size;
      state.dropFirst(before >> 1);
      const dropped = before - state.size;
      state.saved = state.size;
      this.dropped += dropped;
      correlation.matches -= dropped;
      text = encodeGroup(state);
    }
    return text;
  }

  /** A correlation that is about to change. */
  #changed(key: string): Correlation {
    let correlation = this.#correlations.get(key);
    if (correlation === undefined) {
      const numbers = this.#correlations.values().map(({ number }) => number);
      const number = Math.max(0, ...numbers) + 1;
      correlation = correlationOf({ number, groups: 0, matches: 0, unusedSince: null });
      this.#correlations.set(key, correlation);
    }
    correlation.isChanged = true;
    return correlation;
  }
}

/** As many group keys as fit into one bound string: each has at most some values of 256 units. */
const MAX_PREPARED = 64;

/** What is stored of a correlation. */
type Totals = Pick<Correlation, "number" | "groups" | "matches" | "unusedSince">;

function correlationOf(totals: Totals): Correlation {
  return { ...totals, isChanged: false, pending: new Map(), known: new Map() };
}

function stateOf({ due, size, state: text }: GroupRow): GroupState {
  const state = decodeGroup(text);
  state.due = due;
  state.saved = size;
  return state;
}

function countOut(correlation: Correlation, matches: number): void {
  correlation.groups--;
  correlation.matches -= matches;
}

/** Writes rows, many with each statement. */
function upsert(
  sql: NotedSql,
  { into, update }: { into: string; update: string },
  rows: readonly (readonly SqlValue[])[],
): void {
  const width = rows[0]?.length ?? 1;
  const place = `(${Array(width).fill("?").join(", ")})`;
  const size = Math.floor(MAX_VALUES / width);
  for (let start = 0; start < rows.length; start += size) {
    const some = rows.slice(start, start + size);
    const places = some.map(() => place).join(", ");
    // A failure is undone by the transaction: SQLite need not copy what a statement changes.
    sql.run(`INSERT OR FAIL INTO ${into} VALUES ${places} ON CONFLICT ${update}`, ...some.flat());
  }
}

const UPSERT_GROUPS = {
  into: `correlation_groups (correlation, "group", due, size, state)`,
  update: `(correlation, "group") DO UPDATE
    SET due = excluded.due, size = excluded.size, state = excluded.state`,
};

const UPSERT_TOTALS = {
  into: `correlations (number, key, groups, matches)`,
  update: `(number) DO UPDATE SET groups = excluded.groups, matches = excluded.matches`,
};
