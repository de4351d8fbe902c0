/** Members under which an answer carries many events at once. */
const LISTS = ["events", "alerts", "auditEvents"];

/**
 * Takes an event out of what Panoptes itself writes: `{"id", "recordedAt", "event"}` of `/v1/events` as
 * NDJSON, and the event of an alert of `/v1/alerts`. Without this no rule would find a field in them, and
 * nobody would be told.
 *
 * @param value An object of an event file.
 * @returns The event; the object itself if it is nothing of ours; or why it is no event.
 */
export function unwrapEntry(value: object): object | string {
  const { event, alert, gap } = value as Record<string, unknown>;
  if ("recordedAt" in value && "id" in value && hasOnly(value, 3)) {
    if (isObject(event)) return event;
    if (isObject(alert) && "event" in alert && isObject(alert.event)) return alert.event;
  }
  if (isObject(gap) && hasOnly(gap, 3) && "requested" in gap && "lost" in gap) {
    return "a gap in the log, not an event";
  }
  const list = LISTS.find((name) => isListOfObjects((value as Record<string, unknown>)[name]));
  if (list === undefined || !("next" in value || "_links" in value)) return value;
  return `a page of events, not an event; 'jq -c .${list}[]' takes them out`;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListOfObjects(value: unknown): boolean {
  return Array.isArray(value) && value.every(isObject);
}

function hasOnly(value: object, members: number): boolean {
  return Object.keys(value).length === members;
}
