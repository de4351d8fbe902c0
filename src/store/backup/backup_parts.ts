import { jsonText } from "../../stream/json_text.ts";
import { readCheckpoint } from "../checkpoint_table.ts";
import { readNumber, readText } from "../meta.ts";
import { MIGRATIONS } from "../migrate.ts";
import type { Sql, SqlValue } from "../sql.ts";
import {
  BACKUP_FORMAT,
  type BackupHeader,
  type BackupTotals,
  partDigest,
  type PartEnd,
} from "./backup_part.ts";
import { BACKUP_TABLES, type BackupTable } from "./backup_tables.ts";

/** About how large a part is, in UTF-16 units. */
const PART_LENGTH = 256 * 1024;
/** The first part holds the state of correlations, which is exact if it fits. */
const FIRST_PART_LENGTH = 4 * 1024 * 1024;
/** So many rows are looked at in one statement. */
const MAX_ROWS = 500;

/** Where a backup goes on. */
interface Place {
  readonly part: number;
  /** The digest of the part before. */
  readonly follows: string;
  readonly heads: BackupHeader["heads"];
  /** The table, and the key of the last row that was written. */
  readonly table: number;
  readonly after: readonly SqlValue[] | null;
  readonly rows: Readonly<Record<string, number>>;
}

/** Thrown when a place is not one that a backup has given. */
export class PlaceError extends Error {
  /** The name of the class. */
  override readonly name = "PlaceError";
}

/**
 * Writes a backup of the log, part by part. Each part is made when it is asked for and read in one
 * turn; the log may be written to in between.
 *
 * What was recorded after the first part began is not in it, although a message or the state of an
 * alert may be newer. A place in an earlier export continues it.
 *
 * @param sql The database.
 * @param now Milliseconds since the Unix epoch.
 * @param from The `next` of an earlier part; default the beginning.
 * @returns The parts, each lines of JSON.
 * @throws {PlaceError} If `from` is not such a place.
 */
export function backupParts(
  sql: Sql,
  now: number,
  from?: string,
): Generator<string, void, void> {
  return write(sql, now, from === undefined ? undefined : readPlace(from));
}

function* write(sql: Sql, now: number, from?: Place): Generator<string, void, void> {
  let place = from;
  do {
    const made = nextPart(sql, now, place);
    yield made.text;
    place = made.next;
  } while (place !== undefined);
}

function nextPart(
  sql: Sql,
  now: number,
  from: Place | undefined,
): { readonly text: string; readonly next: Place | undefined } {
  const header = from === undefined ? headerOf(sql, now) : undefined;
  const heads = from?.heads ?? header?.heads ?? {};
  const { part, follows } = from ?? { part: 1, follows: "" };
  const rows: Record<string, number> = { ...from?.rows };
  const maxLength = part === 1 ? FIRST_PART_LENGTH : PART_LENGTH;
  let lines = header === undefined ? "" : lineOf(header);
  let after = from?.after ?? null;
  for (let index = from?.table ?? 0; index < BACKUP_TABLES.length; index++, after = null) {
    const table = BACKUP_TABLES[index]!;
    for (;;) {
      // The first part ends before the tables that may be large, the last one has what is in force.
      const isFull = lines.length >= maxLength && table.inForce === undefined;
      if (isFull || (part === 1 && table.isNumbered)) {
        const sha256 = partDigest(follows, lines);
        const next = { part: part + 1, follows: sha256, heads, table: index, after, rows };
        const end: PartEnd = { part, follows, sha256, next: JSON.stringify(next) };
        return { text: lines + lineOf(end), next };
      }
      const found = rowsAfter(sql, table, after, heads[table.name], maxLength - lines.length);
      const last = found.at(-1);
      if (last === undefined) break;
      for (const row of found) lines += lineOf({ [table.name]: row });
      rows[table.name] = (rows[table.name] ?? 0) + found.length;
      const columns = Object.keys(table.columns);
      after = table.key.map((column) => last[columns.indexOf(column)]!);
    }
  }
  const floorAt = readNumber(sql, "floor_at", -Infinity);
  const totals: BackupTotals = { rows, floorAt: floorAt === -Infinity ? null : floorAt };
  lines += lineOf({ totals });
  const end: PartEnd = { part, follows, sha256: partDigest(follows, lines) };
  return { text: lines + lineOf(end), next: undefined };
}

function lineOf(value: unknown): string {
  return `${jsonText(value)}\n`;
}

function headerOf(sql: Sql, now: number): BackupHeader {
  const heads = BACKUP_TABLES.filter(({ isNumbered }) => isNumbered).map(({ name, key: [key] }) => {
    const [found] = sql.all<{ head: number | null }>(`SELECT MAX("${key}") AS head FROM ${name}`);
    return [name, found?.head ?? 0];
  });
  const correlatedTo = readNumber(sql, "correlated_to", -Infinity);
  return {
    backup: "panoptes log",
    format: BACKUP_FORMAT,
    schema: MIGRATIONS.length,
    source: readCheckpoint<string>(sql, "source") ?? null,
    epoch: readText(sql, "epoch") ?? "",
    startedAt: new Date(now).toISOString(),
    heads: {
      ...Object.fromEntries(heads),
      // Retention may have removed the last ones.
      events: readNumber(sql, "event_seq", 0),
      alerts: readNumber(sql, "alert_seq", 0),
      invalid_events: readNumber(sql, "invalid_seq", 0),
    },
    correlatedTo: correlatedTo === -Infinity ? null : correlatedTo,
    collector: readCheckpoint(sql, "collector") ?? null,
  };
}

/** Reads rows after a key, about as many as there is room for, but always one if there is one. */
function rowsAfter(
  sql: Sql,
  { name, key, columns, onlyKey, shown = {} }: BackupTable,
  after: readonly SqlValue[] | null,
  head: number | undefined,
  room: number,
): SqlValue[][] {
  const names = Object.keys(columns).map((column) => `"${column}"`);
  const keys = key.map((column) => `"${column}"`).join(", ");
  const conditions = [
    ...(after === null ? [] : [`(${keys}) > (${key.map(() => "?").join(", ")})`]),
    ...(head === undefined ? [] : [`${keys} <= ?`]),
    ...(onlyKey === undefined ? [] : [`${keys} = ?`]),
  ];
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  const values = [...after ?? [], head ?? [], onlyKey ?? []].flat();
  const texts = Object.entries(columns).filter(([, kind]) => !kind.endsWith("number"))
    .map(([column]) => `COALESCE(octet_length("${column}"), 0)`);
  const sizes = sql.all<{ bytes: number }>(
    `SELECT ${["40", ...texts].join(" + ")} AS bytes FROM ${name} ${where} ORDER BY ${keys}
      LIMIT ?`,
    ...values,
    MAX_ROWS,
  );
  let left = room;
  let count = 0;
  for (const { bytes } of sizes) {
    left -= bytes;
    if (count > 0 && left < 0) break;
    count++;
  }
  if (count === 0) return [];
  return sql.all<Record<string, SqlValue>>(
    `SELECT ${names.join(", ")} FROM ${name} ${where} ORDER BY ${keys} LIMIT ?`,
    ...values,
    count,
  ).map((row) =>
    Object.keys(columns).map((column) => shown[column]?.(row[column]!) ?? row[column]!)
  );
}

function readPlace(text: string): Place {
  const place = valueOf(text) as Partial<Place> | undefined;
  const { part = 0, follows, heads, table = -1, after, rows } = place ?? {};
  const key = BACKUP_TABLES[table]?.key;
  const isPlace = Number.isSafeInteger(part) && part > 1 &&
    typeof follows === "string" && /^[0-9a-f]{64}$/.test(follows) &&
    areNumbers(heads) && areNumbers(rows) && key !== undefined &&
    (after === null || (Array.isArray(after) && after.length === key.length && after.every(isKey)));
  if (isPlace) return place as Place;
  throw new PlaceError("must be the next of a part of the same log");
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}

function areNumbers(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    Object.values(value).every((number) => typeof number === "number");
}

function isKey(value: unknown): boolean {
  return typeof value === "number" || typeof value === "string";
}
