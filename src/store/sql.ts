/** A value as SQLite stores and binds it here: no booleans, no dates, integers below 2^53. */
export type SqlValue = string | number | null | Uint8Array;

/** One row, by column name. */
export type SqlRow = Record<string, SqlValue>;

/** A Durable Object binds at most this many values in one statement. */
export const MAX_VALUES = 100;

/** The members of an interface as the columns of a row. */
export type Columns<T> = { [Name in keyof T]: T[Name] };

/**
 * The small synchronous part of SQLite that the log needs. Both a Durable Object's
 * `ctx.storage.sql` and `node:sqlite` implement it, and one test suite runs on both.
 */
export interface Sql {
  /**
   * Runs one statement and returns its rows.
   *
   * @typeParam Row The columns that the statement selects.
   * @param statement One SQL statement with at most `MAX_VALUES` parameters `?`.
   */
  all<Row extends SqlRow>(statement: string, ...values: SqlValue[]): Row[];
  /**
   * Runs one statement that returns no rows.
   *
   * @returns How many rows it wrote, including index rows where the storage counts them.
   */
  run(statement: string, ...values: SqlValue[]): number;
  /**
   * Runs `body` in one transaction: all of it becomes durable, or none. Nested calls join the outer
   * one.
   */
  transaction<T>(body: () => T): T;
  /** Returns the size of the database in bytes, without free pages. */
  bytes(): number;
}
