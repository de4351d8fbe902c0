/** A place in the log: the reader has seen everything up to and including `seq`. */
export interface LogPlace {
  /** The life of the log that `seq` counts in. */
  epoch: string;
  /** The last seq seen; 0 before the first. */
  seq: number;
}

/** More than the 49 characters of the longest valid id, so that nothing longer is even examined. */
const MAX_LENGTH = 64;
const FORM = /^([A-Za-z0-9_-]{1,32})\.(0|[1-9][0-9]{0,15})$/;

/**
 * Parses an SSE id, `<epoch>.<seq>`, as a client returns it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseLastEventId } from "./last_event_id.ts";
 *
 * assertEquals(parseLastEventId("k3.17"), { epoch: "k3", seq: 17 });
 * assertEquals(parseLastEventId("17"), undefined);
 * ```
 *
 * @param text Hostile text of any length.
 * @returns The place, or `undefined` if the text is not a valid id.
 */
export function parseLastEventId(text: string): LogPlace | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const [, epoch, digits] = FORM.exec(text) ?? [];
  const seq = Number(digits);
  return epoch !== undefined && Number.isSafeInteger(seq) ? { epoch, seq } : undefined;
}

/**
 * Formats a place as an SSE id.
 *
 * @param place The place: `epoch` consists of up to 32 letters, digits, `_` and `-`; `seq` is a
 * whole number from 0.
 * @returns `<epoch>.<seq>`.
 */
export function formatLastEventId({ epoch, seq }: LogPlace): string {
  return `${epoch}.${seq}`;
}
