import * as v from "valibot";
import { ALERT_STATES } from "../../alert/alert_state.ts";
import { overloadedStream } from "../../sse/overloaded.ts";
import { parseRequested } from "../../sse/resume_at.ts";
import { subscribe } from "../../sse/subscribe.ts";
import { holderOf } from "../api_tokens.ts";
import { ndjsonParts, pageParts } from "../feed/feed_parts.ts";
import type { Feed, LogAccess } from "../log_access.ts";
import { longAnswer } from "../long_answer.ts";
import { negotiate } from "../negotiate.ts";
import { problem } from "../problem.ts";
import { InvalidRequestError, parameters } from "../read_query.ts";
import { EVENT_STREAM, eventStream, responseHeaders } from "../response.ts";
import { type Call, operation, type Route } from "../route.ts";

const NDJSON = "application/x-ndjson";
const JSON_TYPE = "application/json";
/** Every form, the default first; all after JSON are names of NDJSON. */
const FORMS = [EVENT_STREAM, JSON_TYPE, NDJSON, "application/ndjson", "application/jsonl"];
/** The entries of one JSON answer, unless `limit` says otherwise. */
const DEFAULT_LIMIT = 1_000;

const QUERY = {
  limit: parameters.limit(10_000),
  after: parameters.place,
  last_event_id: parameters.place,
  lastEventId: parameters.place,
};
const ALERT_QUERY = {
  ...QUERY,
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
 * If too many streams are open, an event stream says so and ends, since browsers never reconnect
 * after a status other than 200; the other forms get a 503.
 */
function feedRoute(
  path: string,
  entry: "event" | "alert",
  feedOf: (log: LogAccess) => Feed,
): Route {
  function answer(call: FeedCall): Response | Promise<Response> {
    const feed = feedOf(call.log);
    const type = negotiate(call.request.headers.get("Accept") ?? undefined, FORMS);
    if (type === undefined) {
      return problem("not_acceptable", {
        detail: `Accept must allow one of ${FORMS.join(", ")}`,
        members: { available: FORMS },
        headers: { Vary: "Accept" },
      });
    }
    const lastEventId = lastEventIdOf(call);
    return type === EVENT_STREAM
      ? follow(feed, lastEventId, call)
      : list(feed, { entry, type, lastEventId }, call);
  }

  return {
    path,
    GET: entry === "alert"
      ? operation("read", ALERT_QUERY, answer)
      : operation("read", QUERY, (call) => answer(call)),
  };
}

type FeedCall = Call<typeof ALERT_QUERY>;

function lastEventIdOf({ request, query }: FeedCall): string | undefined {
  return request.headers.get("Last-Event-ID") || query.last_event_id || query.lastEventId ||
    query.after || undefined;
}

/** Answers with an event stream, which does not end with the log. */
async function follow(
  feed: Feed,
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
  if (place === undefined) return eventStream(overloadedStream());
  return eventStream(
    subscribe(feed, {
      lastEventId,
      clock,
      random,
      signal: request.signal,
      onProbe: place.onProbe,
      onClose(reason, error) {
        place.release();
        onClose?.(reason, error);
      },
    }),
  );
}

/** Answers with NDJSON or JSON, which end where the log ends now. */
function list(
  feed: Feed,
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
  const parts = type === JSON_TYPE
    ? pageParts(feed, { entry, lastEventId, limit: limit ?? DEFAULT_LIMIT, state })
    : ndjsonParts(feed, { entry, lastEventId, limit, state });
  return longAnswer(call, { parts, type, headers });
}

function isHead({ method }: Request): boolean {
  return method === "HEAD";
}
