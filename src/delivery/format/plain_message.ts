import type { Alert, AlertEvent, AlertGroup, AlertLevel } from "../../alert/alert.ts";
import { DEFAULT_SOURCE } from "../../alert/alert_id.ts";
import { fieldTexts } from "../../alert/field_texts.ts";
import { safeText } from "../../stream/plain_text.ts";
import { CUT_NOTE, cutText } from "./cut_text.ts";
import type { FormatContext, MessageContent } from "./format.ts";

/** A value with its name. */
export interface PlainFact {
  /** The name, in words of ours. */
  readonly label: string;
  /** The value: hostile text, to be escaped. */
  readonly value: string;
}

/**
 * What a message says to people, whoever receives it. Every text is well-formed, without control
 * characters and marks that hide or reorder text, and has to be escaped for its receiver.
 */
export interface PlainMessage {
  /** What the message is about. */
  readonly type: MessageContent["type"];
  /** The level of the rule. */
  readonly level: AlertLevel;
  /** The level, or that the alert is closed, in a few words of ours. */
  readonly state: string;
  /** The rule's title, in one line. */
  readonly title: string;
  /** Both in one line. */
  readonly heading: string;
  /** What happened, in one line of at most 300 UTF-16 units. */
  readonly summary: string;
  /** The facts, each on one line, the most useful first; at most ten. */
  readonly facts: readonly PlainFact[];
  /** The events of an alert that has several, one line each, and how many more there are. */
  readonly events: readonly string[];
  /** What the rule's author says, in one or more lines: what it detects, what to do, what else. */
  readonly advice: readonly PlainFact[];
  /**
   * Where people read the alert, with everything percent-encoded that markup knows; absent if nobody
   * has configured that.
   */
  readonly link?: string;
}

/** How much a message says. */
interface Detail {
  /** The maximum length of a title or a value, in UTF-16 units. */
  readonly value: number;
  /** That of a text of the rule's author. */
  readonly text: number;
  /** The maximum number of members of a list. */
  readonly list: number;
}

/** Tried in order until a message fits; the last one has less than 2,000 UTF-16 units in all. */
const DETAILS: readonly [Detail, ...Detail[]] = [
  { value: 1_000, text: 4_000, list: 10 },
  { value: 250, text: 800, list: 5 },
  { value: 60, text: 100, list: 2 },
];

/** How levels look, where a letter is all there is to show it. */
const MARKS: Readonly<Record<AlertLevel, string>> = {
  critical: "🔴",
  high: "🟠",
  medium: "🟡",
  low: "🔵",
  informational: "⚪",
};

/**
 * Says in plain words what a message tells: what happened, to whom, when, what to do, and where to
 * read on.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { toAlert } from "../../alert/to_alert.ts";
 * import { plainMessage } from "./plain_message.ts";
 *
 * const alert = toAlert({ title: "Failed login", level: "high" }, { user: "Ana Diaz" }, {
 *   identity: "[]",
 *   occurrence: 1,
 * });
 * const { heading, facts } = plainMessage({ type: "alert.created", alert, at: 0 }, () => undefined);
 * assertEquals(heading, "🟠 High: Failed login");
 * assertEquals(facts[0], { label: "User", value: "Ana Diaz" });
 * ```
 *
 * @param content What to tell.
 * @param linkTo The address where people read an alert.
 * @param detail How much is said; default as much as ever.
 * @returns The message; whatever had to be cut ends with `… cut`.
 */
export function plainMessage(
  content: MessageContent,
  linkTo: FormatContext<unknown>["linkTo"],
  detail: Detail = DETAILS[0],
): PlainMessage {
  return content.type === "alert.folded"
    ? repeats(content, linkTo, detail)
    : alertMessage(content, linkTo, detail);
}

/**
 * Writes a message with as much detail as fits.
 *
 * @typeParam T What is written.
 * @param content What to tell.
 * @param linkTo The address where people read an alert.
 * @param write Writes a message.
 * @param fits Whether what was written is small enough.
 * @returns What was written with the most detail that fits, or else with the least.
 */
export function writeToFit<T>(
  content: MessageContent,
  linkTo: FormatContext<unknown>["linkTo"],
  write: (message: PlainMessage) => T,
  fits: (written: T) => boolean,
): T {
  const [most, ...less] = DETAILS;
  let written = write(plainMessage(content, linkTo, most));
  for (const detail of less) {
    if (fits(written)) break;
    written = write(plainMessage(content, linkTo, detail));
  }
  return written;
}

function alertMessage(
  { type, alert, at }: Exclude<MessageContent, { type: "alert.folded" }>,
  linkTo: FormatContext<unknown>["linkTo"],
  detail: Detail,
): PlainMessage {
  const { level, rule, group = [], parts = [], events, eventCount, firstAt, lastAt } = alert;
  const isClosed = type === "alert.closed";
  const valuesOf = (...fields: string[]) => distinct(events, fields);
  const facts = [
    fact("Closed", isClosed ? [utc(new Date(at).toISOString())] : [], detail),
    fact("User", valuesOf("user", "uid"), detail),
    fact("From", valuesOf("ipAddress"), detail),
    fact("On", valuesOf("resources.name"), detail),
    fact("Account group", valuesOf("accountGroupName", "aid"), detail),
    fact("Group", groupTexts(group), detail),
    fact("Source", sourceTexts(alert), detail),
    fact("Parts", parts.map(({ title, count }) => `${count} × ${title}`), detail),
    fact("When", [timeSpan(firstAt, lastAt)], detail),
    fact("Rule", [rule.id], detail),
    fact("Alert", [alert.id], detail),
  ];
  const said = isClosed ? [] : [
    advice("About", rule.description, detail),
    advice("What to do", rule.runbook, detail),
    advice("May also be", rule.falsepositives.join("\n"), detail),
  ];
  const age = alert.backfilled ? ", about the past" : "";
  const state = isClosed ? "✅ Closed" : `${levelText(level)}${age}`;
  return {
    ...message({ type, level, state, title: rule.title, summary: alert.summary, facts }, detail),
    events: eventCount > 1 && !isClosed ? eventLines(alert, detail) : [],
    advice: said.flat(),
    ...linked(linkTo(alert.id)),
  };
}

function repeats(
  { type, folded }: Extract<MessageContent, { type: "alert.folded" }>,
  linkTo: FormatContext<unknown>["linkTo"],
  detail: Detail,
): PlainMessage {
  const { level, rule, summary, group, count, first, from, until } = folded;
  const facts = [
    fact("Repeats", [String(count)], detail),
    fact("Group", groupTexts(group), detail),
    fact("Source", sourceTexts(folded), detail),
    fact("When", [timeSpan(from, until)], detail),
    fact("Rule", [rule.id], detail),
    fact("First alert", [first], detail),
  ];
  const state = `${levelText(level)}, repeated`;
  return {
    ...message({ type, level, state, title: rule.title, summary, facts }, detail),
    events: [],
    advice: [],
    ...linked(linkTo(first)),
  };
}

/** Where there is only one source, nobody wants to read its name. */
function sourceTexts({ source = DEFAULT_SOURCE }: Pick<Alert, "source">): string[] {
  return source === DEFAULT_SOURCE ? [] : [source];
}

function message(
  { type, level, state, title, summary, facts }:
    & Pick<PlainMessage, "type" | "level" | "summary">
    & { state: string; title: string; facts: readonly PlainFact[][] },
  { value }: Detail,
): Omit<PlainMessage, "events" | "advice" | "link"> {
  return {
    type,
    level,
    state,
    title: line(title, value),
    heading: `${state}: ${line(title, value)}`,
    summary: line(summary, 300) || "(no summary)",
    facts: facts.flat(),
  };
}

function levelText(level: AlertLevel): string {
  return `${MARKS[level]} ${level.charAt(0).toUpperCase()}${level.slice(1)}`;
}

/** A fact of one or more values; none without a value. */
function fact(label: string, values: readonly string[], { value, list }: Detail): PlainFact[] {
  const some = values.filter((text) => text.trim() !== "");
  const shown = some.slice(0, list).map((text) => line(text, value));
  if (shown.length === 0) return [];
  const left = some.length - shown.length;
  return [{ label, value: line([...shown, ...more(left)].join(", "), value) }];
}

function advice(label: string, text: string | undefined, detail: Detail): PlainFact[] {
  if (text === undefined || text.trim() === "") return [];
  const lines = text.trim().slice(0, 2 * detail.text).split(/\r\n|[\r\n]/);
  const safe = lines.map((line) => safeText(line, "\ufffd", line.length)).join("\n");
  const isLonger = text.trim().length > 2 * detail.text;
  return [{ label, value: cutText(safe + (isLonger ? CUT_NOTE : ""), detail.text) }];
}

function eventLines({ events, eventCount }: Alert, detail: Detail): string[] {
  const shown = events.slice(0, detail.list).map((event) => {
    const [who, address, what] = [["user", "uid"], ["ipAddress"], ["resources.name"]]
      .map((fields) => distinct([event], fields).slice(0, 3).join(", "));
    const facts = [
      // "Login failed." ends with a full stop, which has no place inside a list.
      fieldTexts(event.event, "event").join(", ").replace(/\.$/, "") || "(no event text)",
      ...(who ? [who] : []),
      ...(what ? [what] : []),
      ...(address ? [`from ${address}`] : []),
    ];
    const date = fieldTexts(event.event, "date")[0];
    return line(`${date === undefined ? "" : `${utc(date)}: `}${facts.join(", ")}`, detail.value);
  });
  return [...shown, ...more(eventCount - shown.length, " events")];
}

/** The different values of the first of some fields that has any, in all events. */
function distinct(events: readonly AlertEvent[], fields: readonly string[]): string[] {
  const values = events.flatMap(({ event }) =>
    fields.map((field) => fieldTexts(event, field)).find((texts) => texts.length > 0) ?? []
  );
  return [...new Set(values)];
}

function groupTexts(group: readonly AlertGroup[]): string[] {
  return group.map(({ field, value }) => `${field}: ${value}`);
}

function more(left: number, what = ""): string[] {
  return left > 0 ? [`and ${left} more${what} ${CUT_NOTE}`] : [];
}

function timeSpan(first: string | null, last: string | null): string {
  if (first === null || last === null) return utc(first ?? last ?? "");
  return first === last ? utc(first) : `${utc(first)} to ${utc(last)}`;
}

/** A time as people read it; a text that is none as it is. */
function utc(time: string): string {
  return time.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/, "$1 $2 UTC");
}

function linked(link: string | undefined): { readonly link?: string } {
  return link === undefined ? {} : {
    link: link.replace(
      /[\s()<>"'|\\`]/g,
      (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
    ),
  };
}

/** A text on one line, without what hides or reorders it. */
function line(text: string, max: number): string {
  const start = text.slice(0, 8 * max);
  const safe = safeText(start.replace(/\s+/g, " ").trim(), "\ufffd", start.length);
  return cutText(start.length < text.length ? safe + CUT_NOTE : safe, max);
}
