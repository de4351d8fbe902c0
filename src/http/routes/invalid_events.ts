import * as v from "valibot";
import type { LogAccess } from "../log_access.ts";
import { jsonListAnswer } from "../long_answer.ts";
import { parameters } from "../request/read_query.ts";
import { operation, route } from "../route.ts";
import { count, described, maybeText, nextRow, text, texts, time } from "../request/schema.ts";

/** The maximum of one answer, in rows and in characters: one invalid event may be large. */
const MAX_ROWS = 100;
const MAX_LENGTH = 1024 * 1024;
/** The maximum read at a time. */
const PART_BYTES = 64 * 1024;

/** An item that is not a valid event. */
export const InvalidEventSchema = v.object({
  seq: described(count, "its number, from 1"),
  recordedAt: described(time, "when it was set aside"),
  issues: described(texts, "what is wrong with it"),
  sha256: described(
    maybeText,
    "the digest of the item, from which the ids of its alerts are computed; null if an earlier " +
      "version has set it aside",
  ),
  sent: described(text, "the item as JSON, cut after 400,000 characters: untrusted text"),
});

/** `/v1/invalid-events`: items that the API sent as events and that are not valid events. */
export const invalidEventsRoute = route("/v1/invalid-events", {
  GET: operation({
    scope: "read:events",
    purpose: "items that are not valid events",
    query: {
      limit: described(parameters.limit(MAX_ROWS), "the maximum number of items; default 100"),
      after: described(parameters.row, "the `seq` to continue after; default 0"),
    },
    answers: {
      200: { json: v.object({ invalidEvents: v.array(InvalidEventSchema), next: nextRow }) },
    },
    answer(call) {
      const { log, query: { limit = MAX_ROWS, after = 0 } } = call;
      const page = new InvalidEventsPage(log, after, limit);
      return jsonListAnswer(call, "invalidEvents", page.rows(), () => ({ next: page.next() }));
    },
  }),
});

/** Reads one page a few rows at a time. */
class InvalidEventsPage {
  #log: LogAccess;
  #limit: number;
  /** The seq of the last row that was read. */
  #last: number;

  constructor(log: LogAccess, after: number, limit: number) {
    this.#log = log;
    this.#limit = limit;
    this.#last = after;
  }

  *rows(): Generator<Record<string, unknown>, void, void> {
    let left = this.#limit;
    let length = 0;
    while (left > 0) {
      const found = this.#log.invalidEvents(this.#last, left, PART_BYTES);
      if (found.length === 0) return;
      left -= found.length;
      for (const { seq, recordedAt, issues, digest, body } of found) {
        if (length > 0 && length + body.length > MAX_LENGTH) return;
        length += body.length;
        this.#last = seq;
        yield {
          seq,
          recordedAt: new Date(recordedAt).toISOString(),
          issues,
          sha256: digest,
          sent: body, // a string: it may have been truncated, and then is not JSON
        };
      }
    }
  }

  /** Where the next page begins; null if there is none. */
  next(): number | null {
    return this.#log.invalidEvents(this.#last, 1).length > 0 ? this.#last : null;
  }
}
