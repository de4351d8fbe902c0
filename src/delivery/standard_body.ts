import type { Alert } from "../alert/alert.ts";

/** The largest body that is sent, in bytes of UTF-8: every intermediary has to pass so much (CloudEvents). */
export const LARGEST_BODY = 65_536;

/** Each row is tried until the body fits: characters of a text, members of a list or object. */
const CUTS = [[4_096, 200], [1_024, 50], [256, 12], [64, 4]] as const;

const utf8 = new TextEncoder();

/**
 * The body of a message as Standard Webhooks describes it: `{type, timestamp, data}`, with the alert as data.
 *
 * An alert that would make it larger than 64 KiB is cut: texts and lists are shortened, each with a mark
 * of how much is missing, and `data.cut` is true. The whole of it stays in the log.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { toAlert } from "../alert/to_alert.ts";
 * import { standardBody } from "./standard_body.ts";
 *
 * const alert = toAlert({ title: "Failed login" }, {}, { identity: "[]", occurrence: 1 });
 * const body = JSON.parse(standardBody(alert, 0));
 * assertEquals(body.type, "alert.created");
 * assertEquals(body.timestamp, "1970-01-01T00:00:00.000Z");
 * assertEquals(body.data.id, alert.id);
 * ```
 *
 * @param alert The alert.
 * @param recordedAt When it was recorded, in milliseconds since the Unix epoch.
 * @returns JSON of at most 64 KiB; the same arguments give the same text.
 */
export function standardBody(alert: Alert, recordedAt: number): string {
  const timestamp = new Date(recordedAt).toISOString();
  const bodyOf = (data: unknown) => JSON.stringify({ type: "alert.created", timestamp, data });
  const whole = bodyOf(alert);
  if (fits(whole)) return whole;
  for (const [longestText, mostMembers] of CUTS) {
    const body = bodyOf({ ...shorten(alert, longestText, mostMembers, 8) as Alert, cut: true });
    if (fits(body)) return body;
  }
  const { id, ruleId, title, level, occurrence, at } = alert;
  return bodyOf({
    ...shorten({ id, ruleId, title, level, occurrence, at }, 256, 10, 1) as Partial<Alert>,
    cut: true,
  });
}

function fits(body: string): boolean {
  // No character takes more than three bytes per UTF-16 unit, so most bodies need no second look.
  return body.length * 3 <= LARGEST_BODY || utf8.encode(body).length <= LARGEST_BODY;
}

function shorten(value: unknown, longestText: number, mostMembers: number, depth: number): unknown {
  if (typeof value === "string") return shortenText(value, longestText);
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return "… cut";
  const inner = (member: unknown) => shorten(member, longestText, mostMembers, depth - 1);
  if (Array.isArray(value)) {
    const kept = value.slice(0, mostMembers).map(inner);
    if (value.length > mostMembers) kept.push(`… cut, ${value.length - mostMembers} more`);
    return kept;
  }
  const members = Object.entries(value);
  const kept = members.slice(0, Math.max(mostMembers, 16))
    .map(([name, member]) => [shortenText(name, longestText), inner(member)]);
  if (members.length > kept.length) kept.push(["… cut", `${members.length - kept.length} more`]);
  return Object.fromEntries(kept);
}

function shortenText(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const end = isHighSurrogate(text.charCodeAt(longest - 1)) ? longest - 1 : longest;
  return `${text.slice(0, end)}… cut, ${text.length - end} more characters`;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
