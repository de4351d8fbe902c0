/** Members of a response that contain many events at once. */
const LISTS = ["events", "alerts", "auditEvents"];

/**
 * Extracts an event from what Panoptes itself writes: `{"id", "recordedAt", "event"}` of
 * `/v1/events` as NDJSON, and the event of an alert of `/v1/alerts`. Otherwise no rule would find
 * its fields, without any sign of it.
 *
 * @param value An object of an event file.
 * @returns The event; the object itself if Panoptes did not write it; or why it is not an event.
 */
export function unwrapEntry(value: object): object | string {
  const { event, alert, gap } = value as Record<string, unknown>;
  if ("recordedAt" in value && "id" in value && hasOnly(value, 3)) {
    if (isObject(event)) return event;
    const caused = isObject(alert) && "events" in alert && Array.isArray(alert.events)
      ? alert.events.map((one) => isObject(one) && "event" in one ? one.event : undefined)
      : [];
    if (caused.length === 1 && isObject(caused[0])) return caused[0];
    if (caused.length > 1) {
      return "an alert about several events; extract them with 'jq -c .alert.events[].event'";
    }
  }
  if (isObject(gap) && hasOnly(gap, 3) && "requested" in gap && "lost" in gap) {
    return "a gap in the log, not an event";
  }
  const list = LISTS.find((name) => isListOfObjects((value as Record<string, unknown>)[name]));
  if (list === undefined || !("next" in value || "_links" in value)) return value;
  return `a page of events, not one event; extract them with 'jq -c .${list}[]'`;
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
