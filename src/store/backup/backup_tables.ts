import { UPLOADED_RULES } from "../checkpoint_table.ts";
import { withoutSecrets } from "../endpoint_table.ts";
import type { SqlValue } from "../sql.ts";

/** What a column may hold. `json` is text on one line that JSON readers accept. */
export type ColumnKind = "number" | "maybe number" | "text" | "maybe text" | "json";

/** A table of the log, as a backup holds it. */
export interface BackupTable {
  /** Its name. */
  readonly name: string;
  /** The columns that order its rows, which are unique. */
  readonly key: readonly string[];
  /**
   * The columns that are written, the key included. New ones come last: the rows of an earlier
   * backup lack them, and they have their defaults.
   */
  readonly columns: Readonly<Record<string, ColumnKind>>;
  /**
   * Whether its rows are numbered, and only added at the end: then a backup holds those that were
   * there when it began. Of the others, it holds what is there when it reaches them.
   */
  readonly isNumbered?: true;
  /** Whether its rows are restored behind those that are there, under new numbers. */
  readonly isAppended?: true;
  /**
   * Whether its rows are what operators have put in force. They are all in the last part, with
   * which they come into force, and stay when the log is emptied: a row of the backup takes the
   * place of one with the same key, or gives way to it.
   */
  readonly inForce?: "takes the place" | "gives way";
  /** The only key that its rows may have; default any. */
  readonly onlyKey?: string;
  /** What is written of a column that contains secrets. */
  readonly shown?: Readonly<Record<string, (value: SqlValue) => SqlValue>>;
}

/**
 * What a backup holds, in this order. What is not here is never in a backup: what is under way
 * (`pass_pages`, `fold_windows`), and what is learned again at once (`endpoint_states`, `attempts`).
 *
 * The state of correlations comes first, so that it is as old as the numbers of the header unless
 * it is very large. What is in force comes last.
 */
export const BACKUP_TABLES: readonly BackupTable[] = [
  {
    name: "correlations",
    key: ["number"],
    columns: {
      number: "number",
      key: "text",
      groups: "number",
      matches: "number",
      unused_since: "maybe number",
      due_from: "number",
    },
  },
  {
    name: "correlation_groups",
    key: ["correlation", "group"],
    columns: {
      correlation: "number",
      group: "text",
      due: "number",
      size: "number",
      state: "text",
    },
  },
  {
    name: "silences",
    key: ["id"],
    columns: {
      id: "text",
      until: "number",
      created_at: "number",
      held_back: "number",
      last_at: "maybe number",
      body: "json",
    },
  },
  {
    name: "alert_counts",
    key: ["rule", "level"],
    columns: { rule: "text", level: "text", alerts: "number", last_at: "number" },
  },
  {
    name: "events",
    key: ["seq"],
    isNumbered: true,
    columns: {
      seq: "number",
      hash: "number",
      slot: "number",
      at: "maybe number",
      recorded_at: "number",
      body: "json",
    },
  },
  {
    name: "alerts",
    key: ["seq"],
    isNumbered: true,
    columns: {
      seq: "number",
      id: "text",
      rule_id: "text",
      level: "text",
      at: "maybe number",
      recorded_at: "number",
      event_seq: "maybe number",
      body: "json",
      state: "text",
    },
  },
  { name: "alert_changes", key: ["alert"], columns: { alert: "text", history: "json" } },
  {
    name: "folded_messages",
    key: ["seq"],
    isNumbered: true,
    columns: { seq: "number", id: "text", recorded_at: "number", body: "json" },
  },
  {
    name: "outbox",
    key: ["id"],
    isNumbered: true,
    columns: {
      id: "number",
      webhook_id: "text",
      endpoint: "text",
      state: "text",
      attempt: "number",
      round: "number",
      refused: "number",
      level: "number",
      created_at: "number",
      queued_at: "number",
      updated_at: "number",
    },
  },
  {
    name: "invalid_events",
    key: ["seq"],
    isNumbered: true,
    columns: {
      seq: "number",
      hash: "number",
      slot: "number",
      recorded_at: "number",
      issues: "json",
      digest: "maybe text",
      body: "text",
    },
  },
  {
    name: "invalid_digests",
    key: ["seq"],
    isNumbered: true,
    columns: { seq: "number", digest: "text", recorded_at: "number" },
  },
  {
    name: "changes",
    key: ["seq"],
    isNumbered: true,
    isAppended: true,
    columns: {
      seq: "number",
      at: "number",
      by: "text",
      what: "text",
      about: "text",
      details: "json",
    },
  },
  {
    name: "checkpoints",
    key: ["name"],
    columns: { name: "text", value: "json" },
    inForce: "takes the place",
    onlyKey: UPLOADED_RULES,
  },
  {
    name: "endpoints",
    key: ["name"],
    columns: { name: "text", config: "json", at: "number", by: "text" },
    inForce: "gives way",
    shown: { config: (config) => withoutSecrets(String(config)) },
  },
];

/** One row of a table: its values in the order of the columns. */
export type BackupRow = readonly SqlValue[];

/**
 * Says what is wrong with a row, so that nothing enters the log that its readers cannot bear.
 *
 * @param table The table.
 * @param row JSON data.
 * @returns What is wrong, without the value; undefined if nothing is.
 */
export function rowProblem(
  { name, key, columns, onlyKey }: BackupTable,
  row: unknown,
): string | undefined {
  const kinds = Object.entries(columns);
  if (!Array.isArray(row) || row.length < key.length || row.length > kinds.length) {
    return `a row of ${name} must be a list of up to ${kinds.length} values`;
  }
  for (const [index, [column, kind]] of kinds.slice(0, row.length).entries()) {
    if (!isOf(kind, row[index])) return `${name}.${column} must be ${MEANING[kind]}`;
  }
  if (onlyKey !== undefined && row[0] !== onlyKey) return `${name} may only have '${onlyKey}'`;
  return undefined;
}

const MEANING: Readonly<Record<ColumnKind, string>> = {
  number: "a number",
  "maybe number": "a number or null",
  text: "text",
  "maybe text": "text or null",
  json: "JSON on one line",
};

function isOf(kind: ColumnKind, value: unknown): boolean {
  if (kind === "number") return typeof value === "number";
  if (kind === "maybe number") return value === null || typeof value === "number";
  if (kind === "maybe text") return value === null || typeof value === "string";
  if (typeof value !== "string") return false;
  return kind === "text" || isJsonLine(value);
}

function isJsonLine(text: string): boolean {
  if (/[\r\n]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
