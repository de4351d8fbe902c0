import { type COMPUTED_PLACEHOLDERS, panoptesOf } from "../sigma/panoptes_field.ts";
import type { CorrelationResult, SigmaRule } from "../sigma/engine.ts";
import { safeText } from "../stream/plain_text.ts";
import type { AlertGroup } from "./alert.ts";
import type { EventField } from "./event_fields.ts";
import { fieldTexts } from "./field_texts.ts";
import { toSigmaEvent } from "./to_sigma_event.ts";

/** The maximum length of a summary, in UTF-16 units. */
const MAX_SUMMARY = 300;
/** The maximum length of one value in it: nobody may push the rest out of sight. */
const MAX_VALUE = 80;
/** How many values of one field are named. */
const MAX_VALUES = 3;

/** What stands for what a summary names and the event does not have. */
const ABSENT:
  & Readonly<Record<EventField | typeof COMPUTED_PLACEHOLDERS[number], string>>
  & Readonly<Record<string, string>> = {
    "user.name": "somebody",
    "user.email": "somebody",
    user: "somebody",
    uid: "somebody",
    event: "something",
    ipAddress: "an unknown address",
    date: "an unknown time",
    aid: "an unknown account group",
    accountGroupName: "an unknown account group",
    resources: "something",
    "resources.name": "an unnamed resource",
    "resources.type": "a resource",
    count: "1",
    timespan: "some time",
  };

/** Where a field has no value, what else says the same. */
const OTHERWISE: Readonly<Record<string, readonly string[]>> = {
  "user.name": ["user.email", "uid"],
  "user.email": ["user.name", "uid"],
  user: ["uid"],
};

/**
 * Says in one plain line what happened: the rule's `panoptes.summary` with the values of the event,
 * or else the rule's title with who acted, on what and from where.
 *
 * Whoever tries to log in chooses parts of an event. So each value is cut and put on one line
 * without control characters or marks that hide or reorder text, and braces in it are not
 * placeholders.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { summaryOf } from "./summary.ts";
 *
 * const event = { user: "Ana Diaz (ana@example.org)", ipAddress: "192.0.2.44" };
 * const summary = "{user.name} failed to log in from {ipAddress}";
 * assertEquals(
 *   summaryOf({ title: "Failed login", custom: { panoptes: { summary } } }, event),
 *   "Ana Diaz failed to log in from 192.0.2.44",
 * );
 * assertEquals(summaryOf({ title: "Failed login" }, event), "Failed login: Ana Diaz, from 192.0.2.44");
 * ```
 *
 * @param rule The rule that matched.
 * @param event The event, which may also be an item that is not a valid one.
 * @param more Values of further placeholders, such as `count`; default none.
 * @returns At most 300 UTF-16 units.
 */
export function summaryOf(
  rule: Pick<SigmaRule, "title"> & Partial<Pick<SigmaRule, "custom">>,
  event: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, string | number>> = {},
): string {
  const fields = toSigmaEvent(event);
  const valueOf = (name: string): string | undefined => {
    if (Object.hasOwn(more, name)) return lineOf(String(more[name]), MAX_VALUE);
    const found = [name, ...OTHERWISE[name] ?? []]
      .map((field) => listed(fieldTexts(fields, field))).find((text) => text !== "");
    // "Login failed." is a sentence of its own; in ours it is a part.
    return name === "event" ? found?.replace(/\.$/, "") : found;
  };
  const { summary } = panoptesOf(rule.custom);
  const line = summary === undefined ? defaultSummary(rule.title, valueOf) : summary.replace(
    /\{([^{}]+)\}/g,
    (_, name: string) => valueOf(name.trim()) ?? ABSENT[name.trim()] ?? "unknown",
  );
  return lineOf(line, MAX_SUMMARY);
}

/**
 * Says in one plain line what a correlation has found, or a rule that looks back: its
 * `panoptes.summary`, or else its title with what the events have in common, how many there are, and
 * in what time.
 *
 * @param result What has been found.
 * @param event One of the events behind it, for placeholders that are not in `group-by`.
 * @returns At most 300 UTF-16 units.
 */
export function correlationSummary(
  { kind, document, group, count, first, last }: Pick<
    CorrelationResult,
    "kind" | "document" | "group" | "count" | "first" | "last"
  >,
  event: Readonly<Record<string, unknown>>,
): string {
  // It is about one event, which says more than the network that is new.
  if (kind === "new_value") return summaryOf(document, event);
  const timespan = durationText(last - first);
  if (panoptesOf(document.custom).summary !== undefined) {
    const values = Object.fromEntries(group.map(({ field, value }) => [field, value]));
    return summaryOf(document, event, { ...values, count, timespan });
  }
  const facts = [
    ...group.slice(0, MAX_VALUES).map(({ value }) => lineOf(value, MAX_VALUE)),
    kind === "absence"
      ? `nothing for ${timespan}`
      : `${count} ${count === 1 ? "event" : "events"}${last === first ? "" : ` in ${timespan}`}`,
  ];
  return lineOf(`${document.title}: ${facts.join(", ")}`, MAX_SUMMARY);
}

/**
 * Says in one plain line how many alerts were folded, in what time, and what they have in common.
 *
 * @param title The title of their rule.
 * @param group The fields of the group, with values.
 * @param count How many.
 * @param ms In what time, in milliseconds.
 * @returns At most 300 UTF-16 units.
 */
export function foldedSummary(
  title: string,
  group: readonly AlertGroup[],
  count: number,
  ms: number,
): string {
  const values = group.slice(0, MAX_VALUES).map(({ value }) => lineOf(value, MAX_VALUE));
  const facts = [`${count} more in ${durationText(ms)}`, ...values.filter((value) => value !== "")];
  return lineOf(`${title}: ${facts.join(", ")}`, MAX_SUMMARY);
}

/** A time as people say it, such as "10 minutes"; a part of a unit counts as a whole one. */
function durationText(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1_000));
  const [unit, length] = seconds < 120
    ? ["second", 1] as const
    : seconds < 7_200
    ? ["minute", 60] as const
    : seconds < 172_800
    ? ["hour", 3_600] as const
    : ["day", 86_400] as const;
  const number = Math.ceil(seconds / length);
  return `${number} ${unit}${number === 1 ? "" : "s"}`;
}

function defaultSummary(title: string, valueOf: (name: string) => string | undefined): string {
  const address = valueOf("ipAddress");
  const facts = [
    valueOf("user.name"),
    valueOf("resources.name"),
    ...(address === undefined ? [] : [`from ${address}`]),
  ].filter((fact) => fact !== undefined);
  return facts.length === 0 ? title : `${title}: ${facts.join(", ")}`;
}

function listed(texts: readonly string[]): string {
  const shown = texts.slice(0, MAX_VALUES).map((text) => lineOf(text, MAX_VALUE))
    .filter((text) => text !== "");
  const left = texts.length - MAX_VALUES;
  if (left > 0) shown.push(`${left} more`);
  const last = shown.pop() ?? "";
  return shown.length === 0 ? last : `${shown.join(", ")} and ${last}`;
}

/** Words of visible ASCII, one space between two: nearly every value, and already one line. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

function lineOf(text: string, max: number): string {
  if (text.length <= max && PLAIN.test(text)) return text;
  return safeText(text.slice(0, 4 * max).replace(/\s+/g, " ").trim(), "\ufffd", max);
}
