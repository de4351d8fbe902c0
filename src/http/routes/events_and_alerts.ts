import * as v from "valibot";
import { AlertSchema } from "../../alert/alert_schema.ts";
import { ALERT_STATES } from "../../alert/alert_state.ts";
import { EVENT_FIELDS } from "../../alert/event_fields.ts";
import { overloadedStream } from "../../sse/overloaded.ts";
import { type Gap, parseRequested } from "../../sse/resume_at.ts";
import { subscribe } from "../../sse/subscribe.ts";
import { holderOf } from "../access/api_tokens.ts";
import { alertsInState } from "../feed/alerts_in_state.ts";
import { ALERT_FILTER_QUERY, entryFilter, FILTER_QUERY, takeFields } from "../feed/entry_filter.ts";
import { ndjsonParts, pageParts } from "../feed/feed_parts.ts";
import type { EntryFilter, LogAccess, SharedFeed, WholeFeed } from "../log_access.ts";
import { longAnswer, RETRY_AFTER } from "../long_answer.ts";
import { negotiate } from "../answer/negotiate.ts";
import { problem } from "../answer/problem.ts";
import { InvalidRequestError, parameters, readQuery } from "../request/read_query.ts";
import { eventStream } from "../answer/response.ts";
import { type Answers, type Call, FORMS, route, type TypedOperation } from "../route.ts";
import { described, maybeCount, maybeText, text, time } from "../request/schema.ts";

/** Every form, the default first; all after JSON are names of NDJSON. */
const OFFERED = [FORMS.stream, FORMS.json, FORMS.ndjson, FORMS.plainNdjson, FORMS.jsonl];
/** The entries of one JSON answer, unless `limit` says otherwise. */
const DEFAULT_LIMIT = 1_000;

const TOO_MANY_FILTERS = "Too many different filters are in use";

const PLACE_QUERY = {
  limit: described(
    parameters.limit(10_000),
    "the maximum number of entries; default 1000 for JSON, none for NDJSON, invalid for event streams",
  ),
  after: described(
    parameters.place,
    "the id to continue after, `earliest` (everything that is kept; the default) or `latest` (only " +
      "new entries)",
  ),
  last_event_id: described(parameters.place, "another name of `after`"),
  lastEventId: described(parameters.place, "another name of `after`"),
};
const EVENT_QUERY = { ...PLACE_QUERY, ...FILTER_QUERY };
const ALERT_QUERY = {
  ...PLACE_QUERY,
  ...ALERT_FILTER_QUERY,
  state: described(
    v.optional(v.picklist(ALERT_STATES, `must be one of ${ALERT_STATES.join(", ")}`)),
    "only alerts that are in this state when they are read",
  ),
};

/** What ThousandEyes sent: each member may be missing, and there may be others. */
export const EventSchema = v.looseObject({
  event: v.optional(described(text, EVENT_FIELDS.event.meaning)),
  user: v.optional(described(text, EVENT_FIELDS.user.meaning)),
  uid: v.optional(described(text, EVENT_FIELDS.uid.meaning)),
  ipAddress: v.optional(described(text, EVENT_FIELDS.ipAddress.meaning)),
  date: v.optional(described(text, EVENT_FIELDS.date.meaning)),
  aid: v.optional(described(text, EVENT_FIELDS.aid.meaning)),
  accountGroupName: v.optional(described(text, EVENT_FIELDS.accountGroupName.meaning)),
  resources: v.optional(described(
    v.array(v.looseObject({
      type: v.optional(described(text, "the kind of resource: an open set of names")),
      name: v.optional(described(text, "its name, not an id")),
    })),
    "What the event was about",
  )),
  _panoptes: v.optional(described(
    v.object({ truncated: v.literal(true), bytes: v.number(), sha256: text }),
    "what the whole event was, if it was too large to be recorded whole",
  )),
});

const entry = {
  id: described(text, "the id to continue after: compare it for equality only"),
  recordedAt: described(time, "when it was recorded"),
};

/** An event with its place in the log. */
export const EventEntrySchema = v.object({
  ...entry,
  event: described(EventSchema, "the event: its strings are untrusted text"),
});

/** An alert with its place in the log. */
export const AlertEntrySchema = v.object({
  ...entry,
  state: described(v.picklist(ALERT_STATES), "what people have made of it"),
  alert: described(AlertSchema, "the alert"),
});

/** Entries that a client can never receive. */
export const GapSchema = v.object({
  requested: described(maybeText, "the id that was sent; null if it was not an id"),
  from: described(text, "the id that reading continues after"),
  lost: described(maybeCount, "how many entries are lost; null if that is unknown"),
}) satisfies v.GenericSchema<Gap>;

const place = {
  next: described(text, "the id to continue after: send it as `after`"),
  more: described(v.boolean(), "whether more follows now"),
  gap: described(v.nullable(GapSchema), "what is lost before these entries; null if nothing is"),
};

const StreamSchema = described(
  text,
  "an event stream: `ready`, then each entry as it is in the log (`audit` or `alert`), and `gap` " +
    "where entries are lost; docs/http.md explains them",
);

/** NDJSON, by all of its names. */
function lines<const Entry extends v.GenericSchema>(schema: Entry) {
  const line = v.union([schema, v.object({ gap: GapSchema })]);
  return { ndjson: line, plainNdjson: line, jsonl: line };
}

/** What each feed answers with, in its forms. */
const EVENT_ANSWERS = {
  200: {
    stream: StreamSchema,
    ...lines(EventEntrySchema),
    json: v.object({ events: v.array(EventEntrySchema), ...place }),
  },
} as const;
const ALERT_ANSWERS = {
  200: {
    stream: StreamSchema,
    ...lines(AlertEntrySchema),
    json: v.object({ alerts: v.array(AlertEntrySchema), ...place }),
  },
} as const;

/** `/v1/events` and `/v1/alerts`: the two feeds of the log. */
export const feedRoutes = [
  route("/v1/events", {
    GET: feedOperation({
      entry: "event",
      feedOf: (log) => log.events,
      purpose: "audit events as an event stream, NDJSON or JSON",
      query: EVENT_QUERY,
      answers: EVENT_ANSWERS,
    }),
  }),
  route("/v1/alerts", {
    GET: feedOperation({
      entry: "alert",
      feedOf: (log) => log.alerts,
      purpose: "alerts, in the same forms",
      query: ALERT_QUERY,
      answers: ALERT_ANSWERS,
    }),
  }),
] as const;

/**
 * Whether a request is answered with an event stream.
 *
 * @param request Any request.
 * @returns Whether it is for a feed, in that form.
 */
export function isForEventStream({ url, headers }: Request): boolean {
  const { pathname } = new URL(url);
  return feedRoutes.some(({ path }) => path === pathname) &&
    negotiate(headers.get("Accept") ?? undefined, OFFERED) === FORMS.stream;
}

/**
 * A feed in three forms, selected by `Accept`: an event stream (also for a client that names no
 * form, so that plain `curl -N` follows the log), NDJSON up to the current end of the log, or one
 * page of JSON. A client that accepts none of them gets a 406 that lists them.
 *
 * Each form starts at the oldest entry that is kept, or after the id given as `Last-Event-ID`,
 * `last_event_id`, `lastEventId` (which polyfills send) or `after`. The header takes precedence,
 * since a client that reconnects repeats its first query.
 *
 * A query may ask for some entries only, by time, user, level, rule and any fields in Sigma's words.
 * The place of a client moves on over the others all the same.
 *
 * If too many streams are open, or too many filters in use, an event stream says so and ends, since
 * browsers never reconnect after a status other than 200; the other forms get a 503.
 */
function feedOperation<
  const Entries extends Partial<typeof ALERT_QUERY>,
  const Answered extends Answers,
>({ entry, feedOf, ...facts }: {
  readonly entry: "event" | "alert";
  readonly feedOf: (log: LogAccess) => WholeFeed;
  readonly purpose: string;
  readonly query: Entries;
  readonly answers: Answered;
}): TypedOperation<Answered, Entries, undefined> & { readonly otherQuery: string } {
  function answer(call: FeedCall): Response | Promise<Response> {
    const type = negotiate(call.request.headers.get("Accept") ?? undefined, OFFERED);
    if (type === undefined) {
      return problem("not_acceptable", {
        detail: `Accept must allow one of ${OFFERED.join(", ")}`,
        members: { available: OFFERED },
        headers: { Vary: "Accept" },
      });
    }
    const lastEventId = lastEventIdOf(call);
    const feed = feedOf(call.log);
    return type === FORMS.stream
      ? follow(feed, lastEventId, call)
      : list(feed, { entry, type, lastEventId }, call);
  }

  return {
    ...facts,
    scope: `read:${entry}s`,
    body: undefined,
    ownBody: undefined,
    otherQuery:
      "only entries with such fields: `field=value` or `field|modifier=value`, in Sigma's words",
    headers: { "Last-Event-ID": "the id to continue after; it takes precedence over `after`" },
    problems: ["not_acceptable"],
    answer(routed, services) {
      const url = new URL(routed.request.url);
      const fields = takeFields(url.searchParams);
      const values = readQuery(url.href, facts.query, fields.problems) as FeedCall["query"];
      const filter = entryFilter(entry, values, fields);
      return answer({ ...services, ...routed, query: values, body: undefined, filter });
    },
  };
}

/** A request for a feed. */
interface FeedCall extends Call<typeof ALERT_QUERY> {
  /** Which entries it asks for; undefined for all. */
  readonly filter: EntryFilter | undefined;
}

/** The feed through the filter of a request; undefined if too many filters are in use. */
function filtered(feed: WholeFeed, { filter, request }: FeedCall): SharedFeed | undefined {
  if (filter === undefined) return { feed, release() {} };
  return feed.filtered(filter, holderOf(request).name);
}

function lastEventIdOf({ request, query }: FeedCall): string | undefined {
  return request.headers.get("Last-Event-ID") || query.last_event_id || query.lastEventId ||
    query.after || undefined;
}

/** Answers with an event stream, which does not end with the log. */
async function follow(
  whole: WholeFeed,
  lastEventId: string | undefined,
  call: FeedCall,
): Promise<Response> {
  const { request, meter, query, streams, clock, random, onClose } = call;
  if (query.limit !== undefined) {
    throw new InvalidRequestError(
      `limit does not apply to an event stream: use Accept: ${FORMS.ndjson} or ${FORMS.json}`,
    );
  }
  if (request.method === "HEAD") return eventStream(null); // nobody would read the subscription
  const holder = holderOf(request);
  const place = await streams.acquire(holder);
  if ("refused" in place) return eventStream(overloadedStream(place.refused));
  const shared = filtered(whole, call);
  if (shared === undefined) {
    place.release();
    return eventStream(overloadedStream(TOO_MANY_FILTERS));
  }
  return eventStream(
    subscribe(alertsInState(shared.feed, query.state), {
      lastEventId,
      clock,
      random,
      signal: request.signal,
      endsAt: holder.expires,
      onProbe: place.onProbe,
      onYield: place.onYield,
      onWrite: meter.onWrite,
      writeBytes: place.writeBytes,
      onClose(reason, error) {
        shared.release();
        place.release();
        meter.onEnd(reason);
        onClose?.(reason, error);
      },
    }),
  );
}

/** Answers with NDJSON or JSON, which end where the log ends now. */
function list(
  whole: WholeFeed,
  { entry, type, lastEventId }: {
    entry: "event" | "alert";
    type: string;
    lastEventId: string | undefined;
  },
  call: FeedCall,
): Response | Promise<Response> {
  if (parseRequested(lastEventId) === "invalid") {
    throw new InvalidRequestError("The id to continue after is not an id of this log");
  }
  const headers = { Vary: "Accept" };
  const { limit, state } = call.query;
  const shared = filtered(whole, call);
  if (shared === undefined) {
    return problem("overloaded", {
      detail: TOO_MANY_FILTERS,
      headers: { ...headers, "Retry-After": RETRY_AFTER },
    });
  }
  const feed = alertsInState(shared.feed, state);
  const parts = type === FORMS.json
    ? pageParts(feed, { entry, lastEventId, limit: limit ?? DEFAULT_LIMIT })
    : ndjsonParts(feed, { entry, lastEventId, limit });
  return longAnswer(call, { parts, type, headers, onEnd: shared.release });
}
