import type { FormatContext, MessageContent } from "./format.ts";

/**
 * What a message tells as plain JSON, for receivers that keep whatever they are sent: the members
 * of the alert, or of the count of its repeats, with the type of the message and the link.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { toAlert } from "../../alert/to_alert.ts";
 * import { messageData } from "./message_data.ts";
 *
 * const alert = toAlert({ title: "Failed login" }, {}, { identity: "[]", occurrence: 1 });
 * const linkTo = () => "https://panoptes.example.com/#alert";
 * assertEquals(messageData({ type: "alert.created", alert, at: 0 }, linkTo), {
 *   type: "alert.created",
 *   ...alert,
 *   link: "https://panoptes.example.com/#alert",
 * });
 * ```
 *
 * @param content What to tell.
 * @param linkTo The address where people read an alert.
 * @returns The members.
 */
export function messageData(
  content: MessageContent,
  linkTo: FormatContext<unknown>["linkTo"],
): Readonly<Record<string, unknown>> {
  const { type } = content;
  const data = type === "alert.folded" ? content.folded : content.alert;
  const link = linkTo(alertIdOf(content));
  return { type, ...data, ...(link !== undefined && { link }) };
}

/**
 * The id of the alert that a message is about: of repeats, that of the alert that they repeat. A
 * receiver that joins messages of one key joins these.
 *
 * @param content What to tell.
 * @returns The id.
 */
export function alertIdOf(content: MessageContent): string {
  return content.type === "alert.folded" ? content.folded.first : content.alert.id;
}

/**
 * When it happened that a message tells of: the last event of an alert, the end of a window of
 * repeats, or the closing.
 *
 * @param content What to tell.
 * @returns Milliseconds since the Unix epoch; when it was recorded if no event has a date.
 */
export function happenedAt(content: MessageContent): number {
  const date = content.type === "alert.folded"
    ? content.folded.until
    : content.type === "alert.created"
    ? content.alert.lastAt
    : null;
  return date === null ? content.at : Date.parse(date);
}
