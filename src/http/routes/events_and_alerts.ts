import { type Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import { parseRequested } from "../../sse/resume_at.ts";
import { overloadedStream } from "../../sse/overloaded.ts";
import { subscribe, type SubscribeOptions } from "../../sse/subscribe.ts";
import { EVENT_STREAM, eventStream } from "../event_stream.ts";
import type { Feed } from "../log_access.ts";
import { ndjsonStream } from "../feed/ndjson_stream.ts";
import { pageJson } from "../feed/page_json.ts";
import { problem } from "../problem.ts";
import { InvalidRequestError, parameters, readQuery } from "../read_query.ts";
import { responseHeaders } from "../response.ts";
import type { Seats } from "../stream_limit.ts";

/** What the routes of a feed need. */
export interface FeedOptions extends Pick<SubscribeOptions, "clock" | "random"> {
  /** The feed. */
  feed: Feed;
  /** What an entry is called in JSON: `event` or `alert`. */
  entry: "event" | "alert";
  /** The room for streams, shared by all feeds of a log. */
  seats: Seats;
  /** Told when a stream has ended. */
  onClose?: SubscribeOptions["onClose"];
}

const NDJSON = "application/x-ndjson";
const JSON_TYPE = "application/json";
/** When a program that found no room may ask again, in seconds. */
const RETRY_AFTER = "30";
/** Entries of one JSON answer, unless `limit` says otherwise. */
const USUAL_LIMIT = 1_000;
const MOST_ENTRIES = 10_000;

/**
 * A feed in three forms, by `Accept`: an event stream (also the form for a client that names none, so that
 * plain `curl -N` follows the log), NDJSON up to where the log ends now, or one JSON answer that says how to go on.
 *
 * All of them begin at the oldest entry that is kept, or after the id given as `Last-Event-ID`, `last_event_id`,
 * `lastEventId` (which polyfills send) or `after`: the header wins, since a client that reconnects repeats its
 * first query.
 *
 * Where there is no room for another stream, an event stream says so and ends, since browsers never come back after another
 * status than 200; everybody else gets a 503.
 *
 * @param options The feed, the room, time and chance.
 * @returns A Hono app with the one route `/`.
 */
export function feedRoutes(
  { feed, entry, seats, clock, random, onClose }: FeedOptions,
): Hono {
  const app = new Hono();
  app.get("/", (context) => {
    const { asked, limit } = readPlace(context);
    const type = accepts(context, {
      header: "Accept",
      supports: [EVENT_STREAM, NDJSON, "application/jsonl", JSON_TYPE],
      default: EVENT_STREAM,
    });
    if (type === EVENT_STREAM && limit !== undefined) {
      throw new InvalidRequestError(
        `limit is for answers that end: ask for ${NDJSON} or ${JSON_TYPE} by Accept`,
      );
    }
    const { signal } = context.req.raw;

    if (type === EVENT_STREAM) {
      if (isHead(context)) return eventStream(null); // or a subscriber would be opened that nobody reads
      const leave = seats.take();
      if (leave === undefined) return eventStream(overloadedStream());
      return eventStream(
        subscribe(feed, {
          lastEventId: asked,
          clock,
          random,
          signal,
          onClose(reason, error) {
            leave();
            onClose?.(reason, error);
          },
        }),
      );
    }

    if (parseRequested(asked) === "invalid") {
      throw new InvalidRequestError("The id to go on after is no id that was given out here");
    }
    const answer = (body: BodyInit | null) =>
      new Response(body, { headers: responseHeaders(type, { Vary: "Accept" }) });
    if (isHead(context)) return answer(null);
    const leave = seats.take();
    if (leave === undefined) {
      return problem("overloaded", { headers: { "Retry-After": RETRY_AFTER } });
    }
    if (type === JSON_TYPE) {
      try {
        return answer(pageJson(feed, { entry, asked, limit: limit ?? USUAL_LIMIT }));
      } finally {
        leave();
      }
    }
    const onEnd = (error: unknown) => {
      leave();
      if (error !== undefined) onClose?.("failed", error);
    };
    return answer(ndjsonStream(feed, { entry, asked, limit, clock, signal, onClose: onEnd }));
  });
  return app;
}

function readPlace(context: Context): { asked: string | undefined; limit: number | undefined } {
  const query = readQuery(context.req.url, {
    limit: parameters.limit(MOST_ENTRIES),
    after: parameters.place,
    last_event_id: parameters.place,
    lastEventId: parameters.place,
  });
  const asked = context.req.header("Last-Event-ID") || query.last_event_id || query.lastEventId ||
    query.after || undefined;
  return { asked, limit: query.limit };
}

function isHead(context: Context): boolean {
  return context.req.raw.method === "HEAD";
}
