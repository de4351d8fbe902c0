import { eventKey } from "../support/event_key.ts";

type Members = Readonly<Record<string, unknown>>;

/** Above this size an event is recorded shortened; the checker has its own number, in bytes. */
const MAX_BYTES = 1_500_000;

/**
 * What tells apart the events of the log and of alerts: the key of the event, or what is left to
 * tell where the event was recorded shortened, or is no valid event.
 */
export function logKey(event: Members): string {
  const note = event._panoptes as { bytes: number } | undefined;
  if (note !== undefined) return shortenedKey(event, note.bytes);
  return isOdd(event) ? `invalid ${event.trace}` : eventKey(event);
}

/** The same of an event as the API sends it. */
export function publishedKey(wire: Members): string {
  const { length } = JSON.stringify(wire); // all ASCII
  if (length > MAX_BYTES) return shortenedKey(wire, length);
  return isOdd(wire) ? `invalid ${wire.trace}` : eventKey(wire);
}

function shortenedKey({ trace }: Members, bytes: number): string {
  return `shortened ${trace} of ${bytes} bytes`;
}

function isOdd({ event, resources }: Members): boolean {
  return event !== undefined && typeof event !== "string" ||
    Array.isArray(resources) && resources.some((one) => typeof one !== "object");
}
