/** The fields of one SSE message. */
export interface MessageFields {
  /** The id that the client returns as `Last-Event-ID`. */
  id?: string;
  /** The event type; `message` by default. */
  event?: string;
  /** The data; all line ends (CR, LF or CRLF) reach the client as LF, as the format defines. */
  data: string;
}

const LINE_END = /\r\n|\r|\n/;
// The three characters that the format cannot carry in a field.
const UNSENDABLE = /[\r\n\0]/;

/**
 * Encodes one message of an event stream (WHATWG HTML, section 9.2).
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { encodeMessage } from "./encode.ts";
 *
 * assertEquals(
 *   encodeMessage({ id: "a.1", event: "audit", data: "{}" }),
 *   "id: a.1\nevent: audit\ndata: {}\n\n",
 * );
 * ```
 *
 * @param fields The message; `id` and `event` must not contain CR, LF or NUL.
 * @returns The frame, including the blank line that ends it.
 * @throws {RangeError} If `id` or `event` contains CR, LF or NUL, which would end or void the
 * field.
 */
export function encodeMessage({ id, event, data }: MessageFields): string {
  let frame = "";
  if (id !== undefined) frame += `id: ${checked("id", id)}\n`;
  if (event !== undefined) frame += `event: ${checked("event", event)}\n`;
  // JSON has no line ends, so the loop is only for other data.
  if (!LINE_END.test(data)) return `${frame}data: ${data}\n\n`;
  for (const line of data.split(LINE_END)) frame += `data: ${line}\n`;
  return `${frame}\n`;
}

/**
 * Encodes a comment, which clients ignore: the first bytes, which make proxies forward the response
 * head, and the heartbeat.
 *
 * @param text Any string; each of its lines becomes a comment line.
 * @returns The frame.
 */
export function encodeComment(text: string): string {
  return `${text.split(LINE_END).map((line) => `: ${line}\n`).join("")}\n`;
}

/**
 * Encodes a place without a message: clients that follow the standard return this id from now on,
 * and dispatch nothing.
 *
 * @param id The id; it must not contain CR, LF or NUL.
 * @returns The frame.
 * @throws {RangeError} If it does.
 */
export function encodeId(id: string): string {
  return `id: ${checked("id", id)}\n\n`;
}

/**
 * Encodes how long a client waits before it reconnects.
 *
 * @param ms Milliseconds; a fraction is cut off, since the format allows only digits.
 * @returns The frame.
 */
export function encodeRetry(ms: number): string {
  return `retry: ${Math.trunc(ms)}\n\n`;
}

function checked(field: string, value: string): string {
  if (UNSENDABLE.test(value)) {
    throw new RangeError(
      `Cannot encode an SSE message: ${field} contains CR, LF or NUL: ${JSON.stringify(value)}`,
    );
  }
  return value;
}
