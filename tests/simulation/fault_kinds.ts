/**
 * What a simulation may do to the program; each can be switched off, to find the one that matters.
 */
export const FAULT_KINDS = {
  "crash-sql": "The process dies before or after a statement, inside or outside a transaction",
  "crash-port":
    "The process dies while a request or an attempt is under way, before or after it arrived",
  "crash-time": "The process dies at any other await",
  "crash-power": "The machine loses power: what was not on disk yet is gone (server only)",
  "stop": "The process is told to stop, and is started again",
  "overlap": "A second watch runs beside the first, as when an alarm fires twice",
  "sql-error": "A statement fails, as on a full disk, and the process lives on",
  "restore": "The database is restored from an earlier copy, and the epoch raised",
  "clock": "The clock of the process is set forward or back, by seconds up to a month",
  "late": "Events are published up to seven days after their date",
  "twins": "Equal events in one second, also published at different times",
  "errors": "401, 403, 404, 429, 500, 502, 503 and redirects",
  "cuts": "No answer, a broken connection, truncated JSON, a body that is not JSON",
  "links": "A next link that repeats, leads elsewhere, is a template, never ends, or is none",
  "empty-pages": "Empty pages with a next link before, between and after the others",
  "cursors": "Cursors that expire",
  "shifts": "Pages by offset, which shift when something is published between two of them",
  "inclusive": "Pages that begin with the last row of the one before, many to a pass",
  "renames": "Users and account groups that have another name from some time on",
  "lies":
    "Results that shrink and grow: rows that are hidden for a while, links that end too early",
  "shapes":
    "The same event in another shape each time: null, numeric ids, other forms of dates and addresses",
  "drift": "Members that have another type for a while: dates, event texts and resources",
  "dated":
    "An API that tells its time and refuses ranges that end after it, receivers that refuse what is signed five minutes off",
  "invalid": "Items that are not valid events among the events",
  "poison":
    "Events that are too large for a row, have thousands of issues, or make a rule or a format fail",
  "endpoints": "Endpoints that fail, hang, are slow, throttle, disappear, or lose the answer",
  "reconfigured": "An endpoint is removed from the configuration and added again",
  "redelivered": "An operator redelivers messages that were delivered, dead or cancelled",
  "clients": "Clients that are disconnected, forget their id, invent one, or stop reading",
  "retention": "A log that keeps its events only for hours",
  "bytes": "A log that is too small for large events",
  "push":
    "Most events are pushed as well: late, in any order, again, with answers that are lost, or cut by crashes",
} as const satisfies Record<string, string>;

/** The name of a kind of fault. */
export type FaultKind = keyof typeof FAULT_KINDS;

/** All of them. */
export const ALL_KINDS = Object.keys(FAULT_KINDS) as FaultKind[];

/** Whether a string names a kind of fault. */
export function isFaultKind(text: string): text is FaultKind {
  return Object.hasOwn(FAULT_KINDS, text);
}
