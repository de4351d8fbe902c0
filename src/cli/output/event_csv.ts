import { EVENT_FIELDS } from "../../alert/event_fields.ts";

/** The members of an event with a column of their own, as the API sends them. */
const MEMBERS = Object.entries(EVENT_FIELDS)
  .filter(([name, facts]) => !("isDerived" in facts) && !name.includes("."))
  .map(([name]) => name);

/** What makes a spreadsheet take a cell for a formula; the wide forms do in some languages. */
const FORMULA = /^[\t\r\n]|^\s*[=+\-@＝＋－＠]/;

/**
 * The first row of a table of events.
 *
 * @param isFromLog Whether the events have ids of a log.
 */
export function csvHeading(isFromLog: boolean): string {
  return rowOf([...isFromLog ? ["id", "recordedAt"] : [], ...MEMBERS, "other"]);
}

/**
 * One event as a row of CSV (RFC 4180): its members, and as JSON those that have no column. Events
 * are hostile: a cell that a spreadsheet would calculate begins with an apostrophe.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { csvRow } from "./event_csv.ts";
 *
 * const event = { event: '=cmd|"/c calc"', uid: "1" };
 * assertEquals(csvRow([], event), `"'=cmd|""/c calc""","","1","","","","","",""\r\n`);
 * ```
 *
 * @param before Cells before those of the event.
 * @param event The event.
 * @returns The row with its line end.
 */
export function csvRow(before: readonly string[], event: object): string {
  const { ...rest } = event as Record<string, unknown>;
  const cells = MEMBERS.map((name) => {
    const value = rest[name];
    delete rest[name];
    return cellText(value);
  });
  const other = Object.keys(rest).length === 0 ? "" : JSON.stringify(rest);
  return rowOf([...before, ...cells, other]);
}

function cellText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Every cell in quotes, so that no character of an event ends it. */
function rowOf(cells: readonly string[]): string {
  return `${
    cells.map((text) => {
      const safe = FORMULA.test(text) ? `'${text}` : text;
      return `"${safe.replaceAll('"', '""')}"`;
    }).join(",")
  }\r\n`;
}
