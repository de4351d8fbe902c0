import { parameters } from "../read_query.ts";
import { json } from "../response.ts";
import { operation, type Route } from "../route.ts";

/** The maximum of one answer, in rows and in bytes: one invalid event may be large. */
const MAX_ROWS = 100;
const MAX_BYTES = 1024 * 1024;

/** `/v1/invalid-events`: items that the API sent as events and that are not valid events. */
export const invalidEventsRoute: Route = {
  path: "/v1/invalid-events",
  GET: operation("read", {
    limit: parameters.limit(MAX_ROWS),
    after: parameters.row,
  }, ({ log, query: { limit = MAX_ROWS, after = 0 } }) => {
    const found = log.invalidEvents(after, limit, MAX_BYTES);
    const last = found.at(-1)?.seq;
    const hasMore = last !== undefined && log.invalidEvents(last, 1).length > 0;
    return json({
      invalidEvents: found.map(({ seq, recordedAt, issues, digest, body }) => ({
        seq,
        recordedAt: new Date(recordedAt).toISOString(),
        issues,
        sha256: digest,
        sent: body, // a string: it may have been truncated, and then is not JSON
      })),
      next: hasMore ? last : null,
    });
  }),
};
