/** What a simulation may do to the program; each can be switched off by name, to find the one that matters. */
export const FAULT_KINDS = {
  "crash-sql": "The process dies before or after a statement, inside or outside a transaction",
  "crash-port":
    "The process dies while a request or an attempt is under way, before or after it arrived",
  "crash-time": "The process dies at any other await",
  "stop": "The process is told to stop, and is started again",
  "overlap": "A second watch runs beside the first, as when an alarm fires twice",
  "sql-error": "A statement fails, as on a full disk, and the process lives on",
  "restore": "The database is set back to an earlier copy, and the epoch raised",
  "clock": "The clock of the process is set forward or back, by seconds up to a month",
  "late": "Events are published up to seven days after their date",
  "twins": "Equal events in one second, also published at different times",
  "errors": "401, 403, 404, 429, 500, 502, 503 and redirects",
  "cuts": "No answer, a connection that breaks, JSON that is cut short, text that is no JSON",
  "links": "A next link that repeats, leads elsewhere, is a template, or never ends",
  "empty-pages": "Empty pages with a next link before, between and after the others",
  "cursors": "Cursors that expire",
  "shifts": "Pages counted by place, which shift when something is published between two of them",
  "lies": "Results that shrink and grow: rows that are hidden for a while, ends that are no end",
  "shapes":
    "The same event in another shape each time: null, numbers for ids, other forms of the date",
  "invalid": "Things that are no events among the events",
  "poison":
    "Events that are too large for a row, that have thousands of faults, on which a rule or a format fails",
  "endpoints": "Endpoints that fail, hang, are slow, throttle, are gone, or lose the answer",
  "reconfigured": "An endpoint is taken out of the configuration and put back",
  "redelivered": "An operator has messages sent again that were delivered, given up or cancelled",
  "clients": "Clients that are cut off, forget their id, invent one, or stand still",
  "retention": "A log that keeps its events for hours only",
  "bytes": "A log that is too small for large events",
} as const satisfies Record<string, string>;

/** The name of a kind of fault. */
export type FaultKind = keyof typeof FAULT_KINDS;

/** All of them. */
export const ALL_KINDS = Object.keys(FAULT_KINDS) as FaultKind[];

/** Whether a text names a kind of fault. */
export function isFaultKind(text: string): text is FaultKind {
  return Object.hasOwn(FAULT_KINDS, text);
}
