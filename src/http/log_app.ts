import { Hono } from "hono";
import { deliveryRoutes } from "./routes/deliveries.ts";
import { type FeedOptions, feedRoutes } from "./routes/events_and_alerts.ts";
import { json } from "./json.ts";
import type { LogAccess } from "./log_access.ts";
import { METRICS_TYPE, metricsText } from "./routes/metrics.ts";
import { onlyBy } from "./only_by.ts";
import { problem } from "./problem.ts";
import { InvalidRequestError, parameters, readQuery } from "./read_query.ts";
import { responseHeaders } from "./response.ts";

/** What the routes need besides the log. */
export interface LogAppOptions extends Pick<FeedOptions, "clock" | "random" | "onClose" | "seats"> {
  /** The log. */
  log: LogAccess;
  /** Told of what went wrong; the client is not. */
  report: (error: unknown) => void;
}

/** The most invalid events of one list, which may be long, and the most bytes of them. */
const MOST_ROWS = 100;
const MOST_BYTES = 1024 * 1024;

/**
 * The routes over the log, `/v1/…` and `/metrics`. They ask nobody who they are: they belong behind `createApp()`, in the
 * process that holds the log, so that a stream is made where it is read from.
 *
 * @param options The log, the room for streams, time and chance.
 * @returns A Hono app.
 */
export function createLogApp({ log, report, ...feedOptions }: LogAppOptions): Hono {
  const app = new Hono();
  app.route("/v1/events", feedRoutes({ ...feedOptions, feed: log.events, entry: "event" }));
  app.route("/v1/alerts", feedRoutes({ ...feedOptions, feed: log.alerts, entry: "alert" }));
  app.route("/", deliveryRoutes(log));

  app.get("/v1/status", (context) => {
    readQuery(context.req.url, {});
    return json(log.status());
  });

  app.get("/metrics", (context) => {
    readQuery(context.req.url, {});
    return new Response(metricsText(log.status()), { headers: responseHeaders(METRICS_TYPE) });
  });

  // Whoever puts an earlier copy of the log back says so, since the log itself cannot tell: ids are given out again then.
  app.post("/v1/epoch", (context) => {
    readQuery(context.req.url, {});
    return json({ epoch: log.raiseEpoch() });
  });
  app.all("/v1/epoch", () => onlyBy("POST"));

  app.get("/v1/rules", (context) => {
    readQuery(context.req.url, {});
    return json({ rules: log.rules() });
  });

  app.get("/v1/invalid-events", (context) => {
    const { limit = MOST_ROWS, after = 0 } = readQuery(context.req.url, {
      limit: parameters.limit(MOST_ROWS),
      after: parameters.row,
    });
    const found = log.invalidEvents(after, limit, MOST_BYTES);
    const last = found.at(-1)?.seq;
    const isMore = last !== undefined && log.invalidEvents(last, 1).length > 0;
    return json({
      invalidEvents: found.map(({ seq, recordedAt, issues, body }) => ({
        seq,
        recordedAt: new Date(recordedAt).toISOString(),
        issues,
        sent: body, // a text: it may have been cut, and then is no JSON
      })),
      next: isMore ? last : null,
    });
  });

  const readOnly = [
    "v1/events",
    "v1/alerts",
    "v1/status",
    "v1/rules",
    "v1/invalid-events",
    "metrics",
  ];
  for (const path of readOnly) {
    app.all(`/${path}`, () => onlyBy("GET, HEAD"));
  }
  app.notFound(() => problem("not_found"));
  app.onError((error: unknown) => {
    if (error instanceof InvalidRequestError) {
      return problem("invalid_request", { detail: error.message });
    }
    report(error);
    return problem("internal");
  });
  return app;
}
