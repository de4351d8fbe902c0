import type { AlertState } from "../alert/alert_state.ts";

/** An entry of a feed. */
export interface EntryRow<Value> {
  /** The id of the entry in its feed. */
  readonly id: string;
  /** The event or alert. */
  readonly value: Value;
  /** When it was recorded, as an ISO 8601 string. */
  readonly recordedAt: string;
  /** What people have made of an alert; absent for an event. */
  readonly state?: AlertState;
}

/** Entries that are lost for this reader. */
export interface GapRow {
  /** How many; null if that is unknown. */
  readonly lost: number | null;
}

/** What a feed shows, one below the other. */
export type Row<Value> = EntryRow<Value> | GapRow;

/** The rows of a feed that are loaded, oldest first. */
export interface LoadedRows<Value> {
  /** The rows. */
  readonly rows: readonly Row<Value>[];
  /**
   * How many rows have been dropped at the front, less those that were loaded there, so that
   * `dropped + index` names a row for ever.
   */
  readonly dropped: number;
}
