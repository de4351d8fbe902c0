/** An event of a file, or why there is none. */
export interface FoundEvent {
  /** Its position in the envelope, from 1; absent if the text is the event itself. */
  readonly item?: number;
  /** The event; a string says why it cannot be read. */
  readonly event: object | string;
}

/** Members of an envelope that contain events. */
const LISTS = ["events", "alerts", "auditEvents"];

/**
 * Parses the text of an event, and takes events out of the envelopes in which programs hand them on:
 *
 * - `{"id", "recordedAt", "event"}` of `/v1/events` and `/v1/alerts` as NDJSON, and pages of them,
 * - `{"events": […]}`, if that is all there is, and pages of the ThousandEyes API,
 * - hits of Elasticsearch and OpenSearch, one by one or as the answer to a search.
 *
 * Otherwise no rule would find the fields of the events, without any sign of it.
 *
 * @param text JSON.
 * @returns The events; an empty page has none.
 */
export function eventsIn(text: string): FoundEvent[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [{
      event: "invalid JSON; expected one JSON object on each line, one JSON array, or JSON objects",
    }];
  }
  const list = (isObject(value) ? listIn(value) : undefined)?.flatMap(causesOf);
  const [only = value, ...others] = list ?? causesOf(value);
  if (list === undefined && others.length === 0) return [{ event: eventOf(only) }];
  return (list ?? [only, ...others]).map((member, index) => ({
    item: index + 1,
    event: eventOf(member),
  }));
}

/** The members of an envelope that contains several events. */
function listIn(value: object): unknown[] | undefined {
  const members = value as Record<string, unknown>;
  const name = LISTS.find((name) => isListOfObjects(members[name]));
  const isPage = "next" in value || "_links" in value || hasOnly(value, 1);
  if (name !== undefined && isPage) return members[name] as unknown[];
  const { hits, responses } = members;
  if (isObject(hits) && "hits" in hits && isListOfObjects(hits.hits)) return hits.hits;
  if (!isListOfObjects(responses)) return undefined;
  const answers = responses.map(listIn);
  return answers.every((answer) => answer !== undefined) ? answers.flat() : undefined;
}

/** The events of an entry of `/v1/alerts`; anything else as it is. */
function causesOf(entry: unknown): unknown[] {
  if (!isEntry(entry) || !("alert" in entry) || !isObject(entry.alert)) return [entry];
  const { events } = entry.alert as Record<string, unknown>;
  if (!isListOfObjects(events)) return [entry];
  const causes = events.map((one) => "event" in one ? one.event : undefined);
  return causes.length > 0 && causes.every(isObject) ? causes : [entry];
}

/** One event without its envelope. */
function eventOf(value: unknown): object | string {
  if (!isObject(value)) return "an event must be a JSON object";
  const { event, gap, _source, _index } = value as Record<string, unknown>;
  if (isEntry(value) && isObject(event)) return event;
  if (isObject(gap) && hasOnly(gap, 3) && "requested" in gap && "lost" in gap) {
    return "a gap in the log, not an event";
  }
  if (typeof _index !== "string" || !("_id" in value)) return value;
  return isObject(_source) ? _source : "a hit of a search without its _source";
}

/** What a line of `/v1/events`, `/v1/alerts` or `panoptes tail` may have beside its id. */
const ENTRY_MEMBERS = new Set(["id", "recordedAt", "state", "event", "alert"]);

/** Whether Panoptes wrote it: an entry of one of the feeds. */
function isEntry(value: unknown): value is object {
  return isObject(value) && "id" in value && ("event" in value || "alert" in value) &&
    Object.keys(value).every((name) => ENTRY_MEMBERS.has(name));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListOfObjects(value: unknown): value is object[] {
  return Array.isArray(value) && value.every(isObject);
}

function hasOnly(value: object, members: number): boolean {
  return Object.keys(value).length === members;
}
