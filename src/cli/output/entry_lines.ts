import { escapeInvisible } from "../../stream/plain_text.ts";
import { foldLine } from "./fold_line.ts";
import { LEVEL_STYLES } from "./match_line.ts";
import { paint, printable, terminalWidth } from "./terminal.ts";

/** The formats of a feed on a terminal or in a pipe. */
export const ENTRY_FORMATS = ["pretty", "json", "ndjson"] as const;

/** One of the formats of a feed. */
export type EntryFormat = typeof ENTRY_FORMATS[number];

/** Anything that has members. */
type Members = Readonly<Record<string, unknown>>;

/** Further lines of an entry stand under its text, after the time. */
const INDENT = 21;

/**
 * Writes an object as JSON, safe for a terminal: on one line, or on many for people.
 *
 * @param format Which.
 * @param value The object.
 * @returns The text with its line end.
 */
export function jsonLines(format: "json" | "ndjson", value: Members): string {
  if (format === "ndjson") return `${escapeInvisible(JSON.stringify(value))}\n`;
  return `${JSON.stringify(value, null, 2).split("\n").map(escapeInvisible).join("\n")}\n`;
}

/**
 * Writes an event for people: when, what, who, from where, on what.
 *
 * @param event The event: hostile text.
 * @returns The lines, folded to the terminal.
 */
export function prettyEvent(event: Members): string {
  const { date, event: what, user, ipAddress, accountGroupName, resources } = event;
  const things = Array.isArray(resources)
    ? resources.map((each) => `${each?.type ?? "?"}=${each?.name ?? "?"}`).join(", ")
    : "";
  const facts = [user, ipAddress, accountGroupName, things]
    .filter((fact) => typeof fact === "string" && fact !== "").map((fact) => printable(fact));
  return folded(when(date), [paint("bold", printable(what ?? "no text")), ...facts].join("  "));
}

/**
 * Writes an alert for people: when, how serious, what, and its id.
 *
 * @param alert The alert: its texts are hostile.
 * @returns The lines, folded to the terminal.
 */
export function prettyAlert(alert: Members): string {
  const { id, level, summary, lastAt, silencedBy, foldedInto, backfilled } = alert;
  const marks = [
    silencedBy !== undefined && "silenced",
    foldedInto !== undefined && "repeat",
    backfilled === true && "backfilled",
  ].filter((mark) => mark !== false).map((mark) => `(${mark})`);
  const grade = paint(LEVEL_STYLES[String(level)] ?? "dim", printable(level).toUpperCase());
  const text = [grade, printable(summary, 300), ...marks, paint("dim", printable(id))];
  return folded(when(lastAt), text.join("  "));
}

function when(date: unknown): string {
  const time = typeof date === "string" ? printable(date, 40) : "no date";
  return time.replace("T", " ").replace(/(\.\d+)?Z$/, "").padEnd(INDENT - 2);
}

function folded(time: string, text: string): string {
  return `${foldLine(`${paint("dim", time)}  ${text}`, terminalWidth(), INDENT).join("\n")}\n`;
}
