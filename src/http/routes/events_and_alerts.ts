import * as v from "valibot";
import { ALERT_STATES } from "../../alert/alert_state.ts";
import { overloadedStream } from "../../sse/overloaded.ts";
import { parseRequested } from "../../sse/resume_at.ts";
import { subscribe } from "../../sse/subscribe.ts";
import { holderOf } from "../api_tokens.ts";
import { ALERT_FILTER_QUERY, entryFilter, FILTER_QUERY, takeFields } from "../feed/entry_filter.ts";
import { ndjsonParts, pageParts } from "../feed/feed_parts.ts";
import type { EntryFilter, LogAccess, SharedFeed, WholeFeed } from "../log_access.ts";
import { longAnswer, RETRY_AFTER } from "../long_answer.ts";
import { negotiate } from "../negotiate.ts";
import { problem } from "../problem.ts";
import { InvalidRequestError, parameters, readQuery } from "../read_query.ts";
import { EVENT_STREAM, eventStream, responseHeaders } from "../response.ts";
import type { Call, Operation, Route } from "../route.ts";

const NDJSON = "application/x-ndjson";
const JSON_TYPE = "application/json";
/** Every form, the default first; all after JSON are names of NDJSON. */
const FORMS = [EVENT_STREAM, JSON_TYPE, NDJSON, "application/ndjson", "application/jsonl"];
/** The entries of one JSON answer, unless `limit` says otherwise. */
const DEFAULT_LIMIT = 1_000;

const PLACE_QUERY = {
  limit: parameters.limit(10_000),
  after: parameters.place,
  last_event_id: parameters.place,
  lastEventId: parameters.place,
};
const EVENT_QUERY = { ...PLACE_QUERY, ...FILTER_QUERY };
const ALERT_QUERY = {
  ...PLACE_QUERY,
  ...ALERT_FILTER_QUERY,
  state: v.optional(v.picklist(ALERT_STATES, `must be one of ${ALERT_STATES.join(", ")}`)),
};

/** `/v1/events` and `/v1/alerts`: the two feeds of the log. */
export const feedRoutes: readonly Route[] = [
  feedRoute("/v1/events", "event", (log) => log.events),
  feedRoute("/v1/alerts", "alert", (log) => log.alerts),
];

/**
 * Whether a request is answered with an event stream.
 *
 * @param request Any request.
 * @returns Whether it is for a feed, in that form.
 */
export function isForEventStream({ url, headers }: Request): boolean {
  const { pathname } = new URL(url);
  return feedRoutes.some(({ path }) => path === pathname) &&
    negotiate(headers.get("Accept") ?? undefined, FORMS) === EVENT_STREAM;
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
 * If too many streams are open, or too many filters in use, an event stream says so and ends, since browsers never reconnect
 * after a status other than 200; the other forms get a 503.
 */
function feedRoute(
  path: string,
  entry: "event" | "alert",
  feedOf: (log: LogAccess) => WholeFeed,
): Route {
  const query = entry === "alert" ? ALERT_QUERY : EVENT_QUERY;

  function answer(call: FeedCall): Response | Promise<Response> {
    const type = negotiate(call.request.headers.get("Accept") ?? undefined, FORMS);
    if (type === undefined) {
      return problem("not_acceptable", {
        detail: `Accept must allow one of ${FORMS.join(", ")}`,
        members: { available: FORMS },
        headers: { Vary: "Accept" },
      });
    }
    const lastEventId = lastEventIdOf(call);
    const feed = feedOf(call.log);
    return type === EVENT_STREAM
      ? follow(feed, lastEventId, call)
      : list(feed, { entry, type, lastEventId }, call);
  }

  const GET: Operation = {
    scope: `read:${entry}s`,
    query,
    answer(routed, services) {
      const url = new URL(routed.request.url);
      const fields = takeFields(url.searchParams);
      const values: FeedCall["query"] = readQuery(url.href, query, fields.problems);
      const filter = entryFilter(entry, values, fields);
      return answer({ ...services, ...routed, query: values, filter });
    },
  };
  return { path, GET };
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
  const { request, query, streams, clock, random, onClose } = call;
  for (const name of ["limit", "state"] as const) {
    if (query[name] === undefined) continue;
    throw new InvalidRequestError(
      `${name} does not apply to an event stream: use Accept: ${NDJSON} or ${JSON_TYPE}`,
    );
  }
  if (isHead(request)) return eventStream(null); // nobody would read the subscription
  const place = await streams.acquire(holderOf(request));
  const shared = place && filtered(whole, call);
  if (place === undefined || shared === undefined) {
    place?.release();
    return eventStream(overloadedStream());
  }
  return eventStream(
    subscribe(shared.feed, {
      lastEventId,
      clock,
      random,
      signal: request.signal,
      onProbe: place.onProbe,
      onClose(reason, error) {
        shared.release();
        place.release();
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
  if (isHead(call.request)) return new Response(null, { headers: responseHeaders(type, headers) });
  const { limit, state } = call.query;
  const shared = filtered(whole, call);
  if (shared === undefined) {
    return problem("overloaded", {
      detail: "Too many different filters are in use",
      headers: { ...headers, "Retry-After": RETRY_AFTER },
    });
  }
  const { feed, release } = shared;
  const parts = type === JSON_TYPE
    ? pageParts(feed, { entry, lastEventId, limit: limit ?? DEFAULT_LIMIT, state })
    : ndjsonParts(feed, { entry, lastEventId, limit, state });
  return longAnswer(call, { parts, type, headers, onEnd: release });
}

function isHead({ method }: Request): boolean {
  return method === "HEAD";
}
