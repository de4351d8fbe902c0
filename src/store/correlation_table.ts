import {
  type CorrelationStore,
  decodeGroup,
  encodeGroup,
  type GroupState,
} from "../sigma/engine.ts";
import { isLarger } from "../alert/shorten.ts";
import type { UsedState } from "./log.ts";
import { readNumber, writeMeta } from "./meta.ts";
import { MAX_VALUES, type Sql, type SqlRow, type SqlValue } from "./sql.ts";

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
  /** No group is due before this watermark. */
  dueFrom: number;
  /** Since when it is not in force, in milliseconds since the Unix epoch; null if it is. */
  readonly unusedSince: number | null;
  isChanged: boolean;
  /** Whether the database has none of its groups yet, except those that are known. */
  readonly isNew: boolean;
  /** Rows that were due at this watermark or earlier count no longer, and are to be deleted. */
  expiredTo: number;
  /** The groups that have been announced or changed, by their keys. */
  readonly known: Map<string, Group>;
}

/** One group of a correlation. */
class Group {
  /** Undefined for one that is not there. */
  state: GroupState | undefined;
  /** What its row counts for, if the database has one. */
  row: Pick<GroupRow, "due" | "size"> | undefined;
  isRead = false;
  /** Whether it is to be written, or deleted. */
  isChanged = false;

  constructor(readonly correlation: Correlation, readonly key: string) {}
}

type GroupRow = { group: string; due: number; size: number; state: string };
type Counted = { groups: number; matches: number };

/** Before and after any watermark. */
const [NEVER, LAST] = [-Number.MAX_VALUE, Number.MAX_VALUE];

/**
 * The state of correlations in the log's own database: a row for each group, and one for each
 * correlation with its totals and when its first group is due, since looking at all rows takes time
 * in proportion to them.
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
  /** The groups that have been announced, and are to be read. */
  #announced: Group[] = [];
  #changed: Group[] = [];

  /** @param sql The database, within a transaction. */
  constructor(sql: Sql) {
    this.#sql = new NotedSql(sql);
    this.watermark = readNumber(sql, "correlated_to", -Infinity);
    this.#watermarkBefore = this.watermark;
    type Row = Totals & { key: string };
    const rows = sql.all<Row>(
      `SELECT number, key, groups, matches, due_from AS dueFrom, unused_since AS unusedSince
        FROM correlations`,
    );
    for (const row of rows) this.#correlations.set(row.key, correlationOf(row));
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

  prepare(key: string, group: string): void {
    const correlation = this.#correlations.get(key);
    if (correlation !== undefined) this.#groupIn(correlation, group);
  }

  load(key: string, group: string): GroupState | undefined {
    const correlation = this.#correlations.get(key);
    if (correlation === undefined) return undefined;
    const found = this.#groupIn(correlation, group);
    if (!found.isRead) this.#readAnnounced();
    return found.state;
  }

  save(key: string, group: string, state: GroupState, due: number): void {
    const correlation = this.#changing(key);
    if (state.due === undefined) correlation.groups++;
    correlation.matches += state.size - state.saved;
    correlation.dueFrom = Math.min(correlation.dueFrom, due);
    state.due = due;
    state.saved = state.size;
    this.#change(this.#groupIn(correlation, group), state);
  }

  delete(key: string, group: string): void {
    const state = this.load(key, group);
    if (state === undefined) return;
    const correlation = this.#changing(key);
    count(correlation, { groups: -1, matches: -state.saved });
    state.due = undefined;
    state.saved = 0;
    this.#change(this.#groupIn(correlation, group), undefined);
  }

  due(key: string, watermark: number): string[] {
    const correlation = this.#correlations.get(key);
    if (correlation === undefined || watermark < correlation.dueFrom) return [];
    const { number, expiredTo } = correlation;
    const due: string[] = [];
    const rows = this.#sql.all<GroupRow>(
      `SELECT "group", due, size, state FROM correlation_groups
        WHERE correlation = ? AND due > ? AND due <= ? ORDER BY due, "group"`,
      number,
      expiredTo,
      watermark,
    );
    for (const row of rows) {
      const group = this.#groupIn(correlation, row.group);
      if (group.isChanged) continue;
      if (!group.isRead) noteRow(group, row);
      due.push(group.key);
    }
    due.push(...changedAndDue(correlation, watermark));
    if (due.length === 0) waitFrom(correlation, this.#counted(correlation, watermark).next);
    return due;
  }

  expire(key: string, watermark: number): void {
    const correlation = this.#correlations.get(key);
    if (correlation === undefined || watermark < correlation.dueFrom) return;
    for (const group of changedAndDue(correlation, watermark)) this.delete(key, group);
    const { groups, matches, next } = this.#counted(correlation, watermark);
    waitFrom(correlation, next);
    if (groups === 0) return;
    count(correlation, { groups: -groups, matches: -matches });
    correlation.expiredTo = watermark;
    for (const group of correlation.known.values()) {
      const { row, isChanged } = group;
      if (row === undefined || row.due > watermark) continue;
      group.row = undefined;
      // What has changed meanwhile is counted already, and will be written.
      if (isChanged) count(correlation, { groups: 1, matches: row.size });
      else group.state = undefined;
    }
  }

  evictGroups(key: string, groups: number): number {
    return this.#evict([key], groups, Infinity);
  }

  evictMatches(matches: number): number {
    const all = [...this.#correlations];
    const unused = all.filter(([, { unusedSince, groups }]) => unusedSince !== null && groups > 0);
    // Those that are not in force make room first, as long as they hold any.
    const dropped = this.#evict(unused.map(([key]) => key), Infinity, matches);
    return dropped + this.#evict(all.map(([key]) => key), Infinity, matches - dropped);
  }

  /** Deletes the groups of some correlations that are due first, until that is enough of either. */
  #evict(keys: readonly string[], groups: number, matches: number): number {
    if (keys.length === 0 || matches <= 0) return 0;
    this.write();
    const correlations = new Map(
      keys.flatMap((key) => this.#correlations.get(key) ?? []).map((one) => [one.number, one]),
    );
    const rows = this.#sql.all<Omit<GroupRow, "state"> & { correlation: number }>(
      `SELECT correlation, "group", due, size FROM correlation_groups
        WHERE correlation IN (SELECT value FROM json_each(?)) ORDER BY due, "group" LIMIT ?`,
      JSON.stringify([...correlations.keys()]),
      Math.min(groups, matches), // each has a match
    );
    let dropped = 0;
    for (const row of rows) {
      const correlation = correlations.get(row.correlation);
      if (correlation === undefined || dropped >= matches) break;
      const group = this.#groupIn(correlation, row.group);
      group.row = row;
      count(correlation, { groups: -1, matches: -row.size });
      correlation.isChanged = true;
      dropped += row.size;
      this.#change(group, undefined);
    }
    return dropped;
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
        this.#deleteExpired(correlation);
        this.#note(key, correlation, null);
      } else if (unusedSince === null) this.#note(key, correlation, now);
      else if (now - unusedSince >= KEPT_UNUSED_MS) this.#forget(key, correlation);
    }
  }

  /** Writes since when a correlation is not in force, and its totals, whatever follows. */
  #note(key: string, correlation: Correlation, unusedSince: number | null): void {
    const { number, groups, matches, dueFrom } = correlation;
    this.#sql.run(
      `UPDATE correlations SET groups = ?, matches = ?, unused_since = ? WHERE number = ?`,
      groups,
      matches,
      unusedSince,
      number,
    );
    this.#correlations.set(key, correlationOf({ number, groups, matches, dueFrom, unusedSince }));
  }

  #forget(key: string, { number }: Correlation): void {
    this.#sql.run(`DELETE FROM correlation_groups WHERE correlation = ?`, number);
    this.#sql.run(`DELETE FROM correlations WHERE number = ?`, number);
    this.#correlations.delete(key);
  }

  /** Writes everything that has changed. */
  write(): void {
    this.#writeGroups();
    const totals: SqlValue[][] = [];
    for (const [key, correlation] of this.#correlations) {
      if (!correlation.isChanged) continue;
      const { number, groups, matches, dueFrom } = correlation;
      totals.push([number, key, groups, matches, dueFrom]);
      correlation.isChanged = false;
    }
    upsert(this.#sql, UPSERT_TOTALS, totals);
    if (this.watermark !== this.#watermarkBefore && Number.isFinite(this.watermark)) {
      writeMeta(this.#sql.sql, "correlated_to", this.watermark);
    }
  }

  #writeGroups(): void {
    for (const correlation of this.#correlations.values()) this.#deleteExpired(correlation);
    const gone: Group[] = [];
    const kept: (readonly [Group, GroupState])[] = [];
    for (const group of this.#changed) {
      group.isChanged = false;
      group.row = undefined;
      if (group.state === undefined) gone.push(group);
      else kept.push([group, group.state]);
    }
    this.#changed = [];
    for (const keys of inJson(gone)) {
      this.#sql.run(
        `DELETE FROM correlation_groups WHERE (correlation, "group") IN (${KEYS_IN_JSON})`,
        keys,
      );
    }
    let rows: SqlValue[][] = [];
    let length = 0;
    for (const [group, state] of kept) {
      const { correlation, key } = group;
      const text = this.#textOf(correlation, state);
      const { due = NEVER, size } = state;
      group.row = { due, size };
      rows.push([correlation.number, key, due, size, text]);
      length += text.length;
      if (length <= MAX_STATE_BYTES) continue;
      upsert(this.#sql, UPSERT_GROUPS, rows);
      rows = [];
      length = 0;
    }
    upsert(this.#sql, UPSERT_GROUPS, rows);
  }

  /** The rows that are due at a watermark, and when the next one is. */
  #counted({ number, expiredTo }: Correlation, watermark: number): Counted & { next: number } {
    const [row] = this.#sql.all<Counted & { next: number | null }>(
      `SELECT COUNT(*) FILTER (WHERE due <= ?1) AS groups,
          TOTAL(size) FILTER (WHERE due <= ?1) AS matches,
          MIN(due) FILTER (WHERE due > ?1) AS next
        FROM correlation_groups WHERE correlation = ?2 AND due > ?3`,
      watermark,
      number,
      expiredTo,
    );
    return { groups: row?.groups ?? 0, matches: row?.matches ?? 0, next: row?.next ?? LAST };
  }

  #deleteExpired(correlation: Correlation): void {
    const { number, expiredTo } = correlation;
    if (expiredTo === NEVER) return;
    this.#sql.run(
      `DELETE FROM correlation_groups WHERE correlation = ? AND due <= ?`,
      number,
      expiredTo,
    );
    correlation.expiredTo = NEVER;
  }

  /** The group of a correlation, which is announced if nothing is known of it. */
  #groupIn(correlation: Correlation, key: string): Group {
    let group = correlation.known.get(key);
    if (group === undefined) {
      group = new Group(correlation, key);
      correlation.known.set(key, group);
      if (correlation.isNew) group.isRead = true;
      else this.#announced.push(group);
    }
    return group;
  }

  #readAnnounced(): void {
    const groups = this.#announced.filter(({ isRead }) => !isRead);
    this.#announced = [];
    const byNumber = new Map<number, Correlation>();
    for (const group of groups) {
      byNumber.set(group.correlation.number, group.correlation);
      noteRead(group, undefined);
    }
    for (const keys of inJson(groups)) {
      const rows = this.#sql.all<GroupRow & { correlation: number }>(
        `SELECT correlation, "group", due, size, state
          FROM (${KEYS_IN_JSON}) CROSS JOIN correlation_groups USING (correlation, "group")`,
        keys,
      );
      for (const row of rows) {
        const correlation = byNumber.get(row.correlation);
        if (correlation === undefined || row.due <= correlation.expiredTo) continue;
        const group = correlation.known.get(row.group);
        if (group !== undefined) noteRow(group, row);
      }
    }
  }

  #change(group: Group, state: GroupState | undefined): void {
    noteRead(group, state);
    if (group.isChanged) return;
    group.isChanged = true;
    this.#changed.push(group);
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
  #changing(key: string): Correlation {
    let correlation = this.#correlations.get(key);
    if (correlation === undefined) {
      const numbers = this.#correlations.values().map(({ number }) => number);
      const number = Math.max(0, ...numbers) + 1;
      correlation = correlationOf(
        { number, groups: 0, matches: 0, dueFrom: LAST, unusedSince: null },
        true,
      );
      this.#correlations.set(key, correlation);
    }
    correlation.isChanged = true;
    return correlation;
  }
}

/** The UTF-16 units of group keys in one bound string, which may have 2 MB: each has up to 6 bytes. */
const MAX_KEYS_LENGTH = 250_000;

/** The keys of groups, in a string that {@linkcode inJson} made, as rows. */
const KEYS_IN_JSON = `SELECT CAST(numbers.key AS INTEGER) AS correlation, keys.value AS "group"
  FROM json_each(?) AS numbers, json_each(numbers.value) AS keys`;

/** The keys of groups by the number of their correlation, as JSON in strings that SQLite can bind. */
function inJson(groups: readonly Group[]): string[] {
  const texts: string[] = [];
  let byNumber: Record<number, string[]> = {};
  let length = 0;
  for (const [index, { correlation, key }] of groups.entries()) {
    (byNumber[correlation.number] ??= []).push(key);
    length += key.length;
    if (length <= MAX_KEYS_LENGTH && index < groups.length - 1) continue;
    texts.push(JSON.stringify(byNumber));
    byNumber = {};
    length = 0;
  }
  return texts;
}

/** What is stored of a correlation. */
type Totals = Pick<Correlation, "number" | "groups" | "matches" | "dueFrom" | "unusedSince">;

function correlationOf(
  { number, groups, matches, dueFrom, unusedSince }: Totals,
  isNew = false,
): Correlation {
  return {
    number,
    groups,
    matches,
    dueFrom,
    unusedSince,
    isChanged: false,
    isNew,
    expiredTo: NEVER,
    known: new Map(),
  };
}

/** Notes when the first group is due: the next row, or what will be written. */
function waitFrom(correlation: Correlation, next: number): void {
  correlation.dueFrom = next;
  for (const { isChanged, state } of correlation.known.values()) {
    if (isChanged) correlation.dueFrom = Math.min(correlation.dueFrom, state?.due ?? LAST);
  }
  correlation.isChanged = true;
}

/** The keys of the groups that will be written, and that are due. */
function changedAndDue({ known }: Correlation, watermark: number): string[] {
  const due: string[] = [];
  for (const { key, isChanged, state } of known.values()) {
    if (isChanged && state?.due !== undefined && state.due <= watermark) due.push(key);
  }
  return due;
}

function noteRead(group: Group, state: GroupState | undefined): void {
  group.isRead = true;
  group.state = state;
}

function noteRow(group: Group, row: GroupRow): void {
  const state = decodeGroup(row.state);
  state.due = row.due;
  state.saved = row.size;
  noteRead(group, state);
  group.row = row;
}

function count(correlation: Correlation, { groups, matches }: Counted): void {
  correlation.groups += groups;
  correlation.matches += matches;
}

/** Where rows are written. */
interface Upsert {
  readonly into: string;
  readonly update: string;
  /** The statements for so many rows. */
  readonly made: Map<number, string>;
}

/** Writes rows, many with each statement. */
function upsert(sql: NotedSql, into: Upsert, rows: readonly (readonly SqlValue[])[]): void {
  const width = rows[0]?.length ?? 1;
  const size = Math.floor(MAX_VALUES / width);
  for (let start = 0; start < rows.length; start += size) {
    const some = rows.slice(start, start + size);
    sql.run(statementFor(into, some.length, width), ...some.flat());
  }
}

function statementFor({ into, update, made }: Upsert, rows: number, width: number): string {
  let statement = made.get(rows);
  if (statement === undefined) {
    const row = `(${Array(width).fill("?").join(", ")})`;
    const places = Array(rows).fill(row).join(", ");
    // A failure is undone by the transaction: SQLite need not copy what a statement changes.
    statement = `INSERT OR FAIL INTO ${into} VALUES ${places} ON CONFLICT ${update}`;
    made.set(rows, statement);
  }
  return statement;
}

const UPSERT_GROUPS: Upsert = {
  into: `correlation_groups (correlation, "group", due, size, state)`,
  update: `(correlation, "group") DO UPDATE
    SET due = excluded.due, size = excluded.size, state = excluded.state`,
  made: new Map(),
};

const UPSERT_TOTALS: Upsert = {
  into: `correlations (number, key, groups, matches, due_from)`,
  update: `(number) DO UPDATE SET groups = excluded.groups, matches = excluded.matches,
    due_from = excluded.due_from`,
  made: new Map(),
};
