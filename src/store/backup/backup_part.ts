import { sha256Hex } from "../../stream/sha256_hex.ts";

/** The form of backups that this program writes and reads. */
export const BACKUP_FORMAT = 1;

/**
 * The maximum length of a part, in bytes: a part may have one row more than it should, a row may
 * have 2 MB, and escaping doubles it twice.
 */
export const MAX_PART_BYTES = 16 * 1024 * 1024;

/** The first line of a backup. */
export interface BackupHeader {
  /** Says what the file is. */
  readonly backup: "panoptes log";
  /** The form of the file: `BACKUP_FORMAT`. */
  readonly format: number;
  /** The version of the schema of the log. */
  readonly schema: number;
  /** The API and account groups that the log is about; null if it never was fed. */
  readonly source: string | null;
  /** The epoch of the log. */
  readonly epoch: string;
  /** When the backup began, as an ISO 8601 string. */
  readonly startedAt: string;
  /** The last number given out in each table whose rows are numbered. */
  readonly heads: Readonly<Record<string, number>>;
  /** To which watermark correlations have been evaluated; null if there are none. */
  readonly correlatedTo: number | null;
  /** How far the activity log has been read; null if it never was. */
  readonly collector: unknown;
}

/** The last line of a part. */
export interface PartEnd {
  /** The number of the part, from 1. */
  readonly part: number;
  /** The digest of the part before; of the first part empty. */
  readonly follows: string;
  /** The SHA-256 of `follows` and the lines of this part before this one, in hexadecimal. */
  readonly sha256: string;
  /** Where the export goes on; absent from the last part. */
  readonly next?: string;
}

/** What the last part of a backup ends with. */
export interface BackupTotals {
  /** How many rows there are of each table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Events up to this date were removed by retention; null if none were. */
  readonly floorAt: number | null;
}

/** One part of a backup, as it was written. */
export interface BackupPart {
  /** Its last line. */
  readonly end: PartEnd;
  /** In the first part, the header. */
  readonly header?: BackupHeader;
  /** In the last part, what the backup holds. */
  readonly totals?: BackupTotals;
  /** Its rows: the name of the table, and the values. */
  readonly rows: readonly (readonly [table: string, row: unknown])[];
}

/** Thrown when a backup is damaged, cut short, or of another kind. */
export class BackupError extends Error {
  /** The name of the class. */
  override readonly name = "BackupError";
}

/**
 * The digest of a part.
 *
 * @param follows The digest of the part before; of the first part empty.
 * @param lines The lines of the part before its last one, each with its line end.
 * @returns The SHA-256 in hexadecimal.
 */
export function partDigest(follows: string, lines: string): string {
  return sha256Hex(follows + lines);
}

/** Whether a line is the last one of a part. */
export function endsPart(line: string): boolean {
  return line.startsWith(`{"part":`);
}

/**
 * Reads one part of a backup, and checks that it is whole.
 *
 * @param text The part: all lines up to the one that begins with `{"part":`, that one included.
 * @returns The part.
 * @throws {BackupError} If it is not exactly what was written.
 */
export function openPart(text: string): BackupPart {
  const at = text.lastIndexOf("\n", text.length - 2) + 1;
  const last = text.slice(at);
  if (!endsPart(last)) {
    throw new BackupError("This is not a part of a backup: its last line does not begin with part");
  }
  const end = checkedEnd(parsed(last));
  const lines = text.slice(0, at);
  if (partDigest(end.follows, lines) !== end.sha256) {
    throw new BackupError(`Part ${end.part} of the backup is damaged: its digest differs`);
  }
  const values = lines.split("\n").slice(0, -1).map(parsed);
  const header = end.part === 1 ? checkedHeader(values.shift()) : undefined;
  const totals = end.next === undefined ? checkedTotals(values.pop()) : undefined;
  return {
    end,
    rows: values.flatMap((line) => Object.entries(line)),
    ...(header !== undefined && { header }),
    ...(totals !== undefined && { totals }),
  };
}

function parsed(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // told below
  }
  throw new BackupError("This is not a backup of a log: a line is not a JSON object");
}

function checkedEnd({ part, follows, sha256, next }: Record<string, unknown>): PartEnd {
  const isEnd = typeof part === "number" && typeof follows === "string" &&
    typeof sha256 === "string" && (next === undefined || typeof next === "string");
  if (isEnd) return { part, follows, sha256, ...(next !== undefined && { next }) };
  throw new BackupError("The last line of a part of the backup is invalid");
}

function checkedHeader(value: Record<string, unknown> | undefined): BackupHeader {
  if (value?.backup !== "panoptes log") {
    throw new BackupError(
      "This is not a backup of a log: its first line does not say so. Write one with panoptes log export",
    );
  }
  const header = value as unknown as BackupHeader;
  if (header.format !== BACKUP_FORMAT) {
    throw new BackupError(
      `The backup has the format ${header.format}, and this program reads ${BACKUP_FORMAT}: update Panoptes`,
    );
  }
  return header;
}

function checkedTotals(value: Record<string, unknown> | undefined): BackupTotals {
  const { rows, floorAt } = (value?.totals ?? {}) as Partial<BackupTotals>;
  if (typeof rows === "object" && floorAt !== undefined) return { rows, floorAt };
  throw new BackupError("The last part of the backup does not say how many rows there are");
}
