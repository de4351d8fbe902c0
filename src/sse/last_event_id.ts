/** A place in the log: everything up to and including `seq` has been seen. */
export interface LogPlace {
  /** The life of the log that `seq` counts in. */
  epoch: string;
  /** The last seq seen; 0 before the first. */
  seq: number;
}

/** Above the 49 characters that a well-formed id can have, so that nothing longer is even looked at. */
const LONGEST = 64;
const FORM = /^([A-Za-z0-9_-]{1,32})\.(0|[1-9][0-9]{0,15})$/;

/**
 * Reads an SSE id, `<epoch>.<seq>`, as a client sends it back; whatever else it sent is no place.
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
 * @returns The place, or undefined if the text is not an id of ours.
 */
export function parseLastEventId(text: string): LogPlace | undefined {
  if (text.length > LONGEST) return undefined;
  const [, epoch, digits] = FORM.exec(text) ?? [];
  const seq = Number(digits);
  return epoch !== undefined && Number.isSafeInteger(seq) ? { epoch, seq } : undefined;
}

/**
 * Writes a place as an SSE id.
 *
 * @param place The place; `epoch` of letters, digits, `_` and `-`, at most 32, and `seq` a whole number from 0.
 * @returns `<epoch>.<seq>`.
 */
export function formatLastEventId({ epoch, seq }: LogPlace): string {
  return `${epoch}.${seq}`;
}
