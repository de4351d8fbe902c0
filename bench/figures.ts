// deno-lint-ignore-file no-console -- printing is what a benchmark is for
/**
 * How every benchmark reports: a table for people, and as the last line one JSON object for
 * programs.
 *
 * @module
 */

/** What a benchmark has measured. */
export interface Figures {
  /** A line above the table. */
  readonly title: string;
  /** Rows by name; absolute figures depend on the machine. */
  readonly table: Readonly<Record<string, unknown>>;
  /** Lines below the table. */
  readonly notes?: readonly string[];
  /** The figures that are compared between versions. */
  readonly result: Readonly<Record<string, number>>;
}

/** Prints the figures of a benchmark. */
export function printFigures({ title, table, notes = [], result }: Figures): void {
  console.log(title);
  console.table(table);
  for (const note of notes) console.log(note);
  console.log(JSON.stringify(result));
}

/**
 * The middle of a list of measurements.
 *
 * @throws {RangeError} If the list is empty.
 */
export function median(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[values.length >> 1];
  if (middle === undefined) throw new RangeError("Cannot take the median of nothing");
  return middle;
}
