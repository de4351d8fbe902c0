import { readCheckpoint, removeCheckpoint, saveCheckpoint } from "../checkpoint_table.ts";
import type { MessageState } from "../outbox_message.ts";
import { newEpoch, writeMeta } from "../meta.ts";
import { MIGRATIONS } from "../migrate.ts";
import { MAX_VALUES, type Sql, type SqlValue } from "../sql.ts";
import { BackupError, type BackupHeader, type BackupPart } from "./backup_part.ts";
import { BACKUP_TABLES, type BackupRow, type BackupTable, rowProblem } from "./backup_tables.ts";

/** How far a backup has been restored. */
export interface Restoring {
  /** The digest of the last part that was restored. */
  readonly sha256: string;
  /** Its number. */
  readonly part: number;
  /** How many rows there are of each table so far. */
  readonly rows: Readonly<Record<string, number>>;
  /** The header of the backup. */
  readonly header: BackupHeader;
  /** Since when, in milliseconds since the Unix epoch. */
  readonly since: number;
}

/** How a backup is restored. */
export interface RestoreOptions {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** Chance in [0, 1); makes the epoch of the restored log. */
  readonly random: () => number;
  /** Whether the log is emptied first, if it is not empty. */
  readonly isReplacing?: boolean;
}

/** The result of restoring a part. */
export interface Restored extends Restoring {
  /** Whether this was the last part. */
  readonly isDone: boolean;
}

/** The name under which the log keeps how far it is. */
const CHECKPOINT = "restore";
/** The name under which it keeps the digest of the last part that was restored. */
const DONE = "restored";

/** A message in one of these states stays as it is; what was owed becomes a dead letter. */
const ENDED: readonly MessageState[] = ["delivered", "dead", "cancelled"];

/** How a row is inserted where there may be one with its key. */
const ON_CONFLICT = { "takes the place": "INSERT OR REPLACE", "gives way": "INSERT OR IGNORE" };

/** The tables that a restored log does not have from the backup, and must not have from before. */
const WORK_IN_PROGRESS = ["pass_pages", "fold_windows", "attempts"];
const FORGOTTEN_CHECKPOINTS = [
  "collector",
  "push",
  "watch",
  "operational alerts",
  CHECKPOINT,
  DONE,
];

/** Thrown when a part cannot be restored here and now, although nothing is wrong with it. */
export class RestoreError extends Error {
  /** The name of the class. */
  override readonly name = "RestoreError";
}

/** How far a backup has been restored; undefined if none is being restored. */
export function restoring(sql: Sql): Restoring | undefined {
  return readCheckpoint<Restoring>(sql, CHECKPOINT);
}

/**
 * Restores one part of a backup, in the order in which they were written. The part that was put
 * back last may be sent again, which changes nothing. It has to run in a transaction.
 *
 * Numbers stay as they were, in a new epoch. Nothing is sent because of a backup: a message that
 * was not delivered becomes a dead letter. What operators had put in force is there with the last
 * part, endpoints without their secrets.
 *
 * @param sql The database.
 * @param part The part.
 * @param options Time and chance, and whether the log may be emptied.
 * @returns How far it is now.
 * @throws {RestoreError} If the part is not the next one, the log is not empty, or it is about
 *   something else.
 * @throws {BackupError} If a row is invalid, or rows are missing.
 */
export function restorePart(sql: Sql, part: BackupPart, options: RestoreOptions): Restored {
  const { end, header, totals } = part;
  const known = restoring(sql);
  if (known?.sha256 === end.sha256) return { ...known, isDone: false };
  const done = readCheckpoint<Restoring>(sql, DONE);
  if (known === undefined && done?.sha256 === end.sha256) return { ...done, isDone: true };
  const before = header === undefined ? known : begun(sql, header, options);
  if (before === undefined || before.sha256 !== end.follows) {
    throw new RestoreError(
      known === undefined
        ? "No backup is being restored: begin with its first part"
        : `The next part is the one that follows part ${known.part} of the backup`,
    );
  }
  const rows = { ...before.rows };
  for (const [table, found] of byTable(part.rows)) {
    if (table.inForce !== undefined && totals === undefined) {
      throw new BackupError(`The backup is invalid: the rows of ${table.name} must come last`);
    }
    insert(sql, table, found);
    rows[table.name] = (rows[table.name] ?? 0) + found.length;
  }
  const after: Restoring = { ...before, sha256: end.sha256, part: end.part, rows };
  if (totals === undefined) {
    saveCheckpoint(sql, CHECKPOINT, after);
    return { ...after, isDone: false };
  }
  const short = Object.entries(totals.rows).find(([name, count]) => rows[name] !== count);
  if (short !== undefined) {
    const [name, count] = short;
    throw new BackupError(
      `The backup is incomplete: it has ${
        rows[name] ?? 0
      } rows of ${name}, and should have ${count}`,
    );
  }
  finish(sql, after, totals.floorAt, options);
  return { ...after, isDone: true };
}

/** Cancels a restore: the log is empty then. It has to run in a transaction. */
export function abandonRestore(sql: Sql, options: RestoreOptions): boolean {
  if (restoring(sql) === undefined) return false;
  empty(sql, options);
  return true;
}

function begun(sql: Sql, header: BackupHeader, options: RestoreOptions): Restoring {
  const { now, isReplacing = false } = options;
  const source = readCheckpoint<string>(sql, "source");
  if (header.schema > MIGRATIONS.length) {
    throw new RestoreError(
      `The backup is of a later version (schema ${header.schema}, this is ${MIGRATIONS.length}): ` +
        "update Panoptes first",
    );
  }
  if (header.source !== null && source !== undefined && header.source !== source) {
    throw new RestoreError(
      `The backup is of the log '${header.source}', and this one is '${source}': restore it where ` +
        "the API and account groups are the same",
    );
  }
  const held = ["events", "alerts", "invalid_events"].map((table) => {
    const [row] = sql.all<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`);
    return [table.replace("_", " "), row?.n ?? 0] as const;
  }).filter(([, count]) => count > 0);
  if (held.length > 0 && !isReplacing) {
    const list = held.map(([table, count]) => `${count} ${table}`).join(", ");
    throw new RestoreError(
      `The log is not empty: it holds ${list}. To remove them first, set replace=true`,
    );
  }
  empty(sql, options);
  return { sha256: "", part: 0, rows: {}, header, since: now };
}

/** Empties the log, which begins a new epoch. */
function empty(sql: Sql, { now, random }: RestoreOptions): void {
  const own = BACKUP_TABLES.filter(({ isAppended, inForce }) => !isAppended && !inForce)
    .map(({ name }) => name);
  for (const name of [...own, ...WORK_IN_PROGRESS]) sql.run(`DELETE FROM ${name}`);
  for (const name of FORGOTTEN_CHECKPOINTS) removeCheckpoint(sql, name);
  sql.run(`DELETE FROM meta`);
  writeMeta(sql, "epoch", newEpoch(now, random));
}

function finish(
  sql: Sql,
  done: Restoring,
  floorAt: number | null,
  { now, random }: RestoreOptions,
): void {
  const { heads, correlatedTo } = done.header;
  writeMeta(sql, "event_seq", heads.events ?? 0);
  writeMeta(sql, "alert_seq", heads.alerts ?? 0);
  writeMeta(sql, "invalid_seq", heads.invalid_events ?? 0);
  if (correlatedTo !== null) writeMeta(sql, "correlated_to", correlatedTo);
  if (floorAt !== null) writeMeta(sql, "floor_at", floorAt);
  // Whoever has followed the log that was saved, or this one meanwhile, learns that it is another.
  writeMeta(sql, "epoch", newEpoch(now, random));
  removeCheckpoint(sql, CHECKPOINT);
  saveCheckpoint(sql, DONE, done);
}

function byTable(rows: BackupPart["rows"]): Map<BackupTable, BackupRow[]> {
  const tables = new Map<BackupTable, BackupRow[]>();
  for (const [name, row] of rows) {
    const table = BACKUP_TABLES.find((table) => table.name === name);
    if (table === undefined) {
      throw new BackupError(`The backup contains an unknown table: ${name}`);
    }
    const problem = rowProblem(table, row);
    if (problem !== undefined) throw new BackupError(`The backup is invalid: ${problem}`);
    const found = tables.get(table) ?? [];
    if (found[0] !== undefined && found[0].length !== (row as BackupRow).length) {
      throw new BackupError(`The backup is invalid: the rows of ${name} differ in length`);
    }
    found.push(row as BackupRow);
    tables.set(table, found);
  }
  return tables;
}

function insert(sql: Sql, table: BackupTable, found: readonly BackupRow[]): void {
  const { name, isAppended = false, inForce } = table;
  const columns = Object.keys(table.columns);
  const rows = name === "outbox" ? found.map((row) => given(row, columns)) : found;
  const skipped = isAppended ? 1 : 0; // their number
  const kept = columns.slice(skipped, found[0]?.length);
  const fitting = Math.floor(MAX_VALUES / kept.length);
  const row = `(${kept.map(() => "?").join(", ")})`;
  const insert = inForce === undefined ? "INSERT" : ON_CONFLICT[inForce];
  const into = `${insert} INTO ${name} (${kept.map((column) => `"${column}"`).join(", ")}) VALUES `;
  for (let start = 0; start < rows.length; start += fitting) {
    const some = rows.slice(start, start + fitting);
    sql.run(into + some.map(() => row).join(", "), ...some.flatMap((one) => one.slice(skipped)));
  }
}

/** What was owed when the backup was made may have been delivered since: nobody is told again. */
function given(row: BackupRow, columns: readonly string[]): BackupRow {
  const at = columns.indexOf("state");
  const isOwed = !ENDED.some((state) => state === row[at]);
  return isOwed ? row.with(at, "dead" satisfies MessageState as SqlValue) : row;
}
