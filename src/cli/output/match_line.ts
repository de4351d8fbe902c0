import type { SigmaRule } from "../../sigma/mod.ts";
import { escapeInvisible } from "../../stream/plain_text.ts";
import { paint, printable, type Style } from "./terminal.ts";

/** The formats of `match`. */
export const MATCH_FORMATS = ["text", "json", "tsv"] as const;

/** One of the formats of `match`. */
export type MatchFormat = typeof MATCH_FORMATS[number];

/** A rule that matched an event. */
export interface FoundMatch {
  /** The rule. */
  readonly rule: SigmaRule;
  /** The event. */
  readonly event: unknown;
  /** The event's line, or its position in an array. */
  readonly number: number;
  /** The event's position in an envelope with several; absent if it stands by itself. */
  readonly item?: number | undefined;
  /** The event's file, where there are several. */
  readonly source: string | undefined;
}

/** The colour of each level; others are dim. */
export const LEVEL_STYLES: Readonly<Record<string, Style>> = {
  critical: "red",
  high: "red",
  medium: "yellow",
  low: "cyan",
};

/**
 * Writes a match as one line, whatever its title and paths contain.
 *
 * @param format The format.
 * @param found The match.
 * @returns The line without its end.
 */
export function matchLine(
  format: MatchFormat,
  { rule, event, number, item, source }: FoundMatch,
): string {
  const { id, title, level, file } = rule;
  const place = placeText({ number, item, source });
  if (format === "tsv") {
    return [place, printable(id ?? "-"), printable(file ?? "-", 1_000)].join("\t");
  }
  if (format === "json") {
    const about = { id, title, level, file };
    const from = source === undefined ? {} : { file: source };
    const at = item === undefined ? { line: number } : { line: number, item };
    return escapeInvisible(JSON.stringify({ ...from, ...at, rule: about, event }));
  }
  const grade = paint(LEVEL_STYLES[level ?? ""] ?? "dim", level ?? "no level");
  const from = paint("dim", `(${printable(file ?? id ?? "no file", 300)})`);
  return `${paint("bold", place)}: ${grade}: ${printable(title)} ${from}`;
}

/** Where an event is: file, line, and position in an envelope, as far as there are such. */
export function placeText({ source, number, item }: Omit<FoundMatch, "rule" | "event">): string {
  const file = source === undefined ? [] : [printable(source, 1_000)];
  return [...file, number, ...(item === undefined ? [] : [item])].join(":");
}
