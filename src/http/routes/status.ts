import * as v from "valibot";
import { ENDPOINT_STATES } from "../../store/endpoint_state.ts";
import type { EndpointStatus } from "../../watch/endpoint_status.ts";
import {
  healthOf,
  HEALTHS,
  type Reason,
  reason,
  type ReasonCode,
  REASONS,
  SEVERITIES,
} from "../../watch/reasons.ts";
import type { FailureStatus } from "../../watch/watch_status.ts";
import type { Status } from "../log_access.ts";
import { json } from "../answer/response.ts";
import { operation, route, type SourceAnswer } from "../route.ts";
import {
  count,
  described,
  maybeCount,
  maybeText,
  maybeTime,
  text,
  time,
} from "../request/schema.ts";
import { RuleSetSchema } from "./rules.ts";
import { SilenceSchema } from "./silences.ts";

/** How all is. */
export const HealthSchema = v.picklist(HEALTHS);

/** A reason of the health. */
export const ReasonSchema = v.object({
  code: described(
    v.picklist(Object.keys(REASONS) as ReasonCode[]),
    "what it is; docs/operations.md explains every code",
  ),
  severity: described(
    v.picklist(SEVERITIES),
    "how serious it is; `info` leaves the health green",
  ),
  about: described(maybeText, "a reading or an endpoint; null if it concerns the whole"),
  message: described(text, "one sentence with the facts"),
  advice: described(text, "what to do"),
  since: described(time, "since when"),
}) satisfies v.GenericSchema<Reason>;

/** Something that fails now. */
export const FailureSchema = v.object({
  of: described(
    text,
    "a kind of reading; `source` for all readings, `rules` for rules that failed, `endpoint` and " +
      "a name for a webhook endpoint",
  ),
  code: described(text, "what went wrong, as a stable code"),
  status: described(maybeCount, "the HTTP status; null if there was no answer"),
  message: described(text, "one sentence"),
  advice: described(text, "what to do"),
  since: described(time, "since when"),
  count: described(count, "how often in a row"),
  nextTryAt: described(time, "when the next try is due"),
}) satisfies v.GenericSchema<FailureStatus>;

/** What is known about a webhook endpoint. */
export const EndpointStatusSchema = v.object({
  name: described(text, "its name"),
  state: described(
    v.picklist(ENDPOINT_STATES),
    "its state; docs/operations.md explains each",
  ),
  queued: described(count, "how many messages wait for it"),
  waitingSince: described(maybeTime, "since when the oldest of them waits"),
  failures: described(count, "failures in a row"),
  failingSince: described(maybeTime, "when the first of them began"),
  lastAnswer: described(
    v.nullable(v.object({
      at: described(time, "when the attempt began"),
      code: described(text, "what happened, such as `answered` or `timed_out`"),
      status: described(maybeCount, "the HTTP status; null if there was no answer"),
      excerpt: described(maybeText, "the start of the body on one line: untrusted text"),
    })),
    "how the latest attempt ended; null before the first",
  ),
  lastSuccessAt: described(maybeTime, "when it last accepted a message"),
  nextTryAt: described(maybeTime, "nothing is sent before; null if nothing has to wait"),
  attempts: described(
    v.record(text, count),
    "how many attempts have ended in which way, by kind",
  ),
}) satisfies v.GenericSchema<EndpointStatus>;

/** How current the log is, and what fails. */
export const StatusSchema = v.object({
  source: described(text, "the name of the source"),
  health: described(HealthSchema, "the worst of `reasons`"),
  reasons: described(v.array(ReasonSchema), "why, each with what to do"),
  covered: described(
    v.object({
      from: described(time, "events before this are never requested"),
      to: described(time, "all that was published by then has been read, except for `gaps`"),
      lagMs: described(count, "how long ago `to` is, in milliseconds"),
      gaps: described(
        v.array(v.object({ from: time, to: time })),
        "ranges in between that are still to be read, oldest first",
      ),
    }),
    "which part of the activity log has been read",
  ),
  failures: described(v.array(FailureSchema), "what fails now"),
  nextPollAt: described(time, "when the next poll is due"),
  readings: described(
    v.array(v.object({
      kind: described(text, "the kind of reading, such as `live`, `sweep` or `backfill`"),
      from: time,
      to: time,
      date: described(time, "how far it has been read"),
      pages: described(count, "pages read"),
    })),
    "the ranges that are being read",
  ),
  counts: described(
    v.object({
      requests: described(count, "requests sent to ThousandEyes"),
      pages: described(count, "pages recorded"),
      recorded: described(count, "events recorded"),
      twins: described(count, "of those, events that equal an earlier one"),
      duplicates: described(count, "events that were already in the log"),
      renamed: described(count, "of those, events with another name of the user or account group"),
      held: described(count, "twins that needed a second pass to confirm them"),
      invalid: described(count, "items that are not valid events, set aside"),
      oversized: described(count, "events recorded shortened, since they are too large"),
      expired: described(count, "events refused because they are older than the retention period"),
      alerts: described(count, "alerts created"),
      backfilled: described(count, "of those, alerts about the past"),
      folded: described(count, "of those, repeats, of which only a count is delivered"),
      silenced: described(count, "alerts whose notification a silence has held back"),
      windowsClosedEarly: described(count, "windows of repeats closed before their time"),
      unmatched: described(count, "events that at least one rule failed to evaluate"),
      matchesLate: described(count, "matches too late for the windows of their correlation"),
      matchesIncomplete: described(count, "matches without what their correlation needs"),
      matchesDropped: described(count, "matches of correlations dropped because of a limit"),
      failures: described(count, "requests that failed"),
      passes: described(count, "time ranges read to their end"),
      restarts: described(count, "time ranges that had to be started again"),
    }),
    "counts since the log was created",
  ),
  late: described(
    v.array(v.object({
      upToMs: described(maybeCount, "the bound, in milliseconds; null is later than the last"),
      events: described(count, "how many events"),
    })),
    "how late events came that were published after their time had been read",
  ),
  renames: described(
    v.array(v.object({
      of: described(text, "`user` or `accountGroup`"),
      id: described(text, "its id"),
      from: described(text, "its name in the log"),
      to: described(text, "its name now"),
      at: time,
    })),
    "the latest users and account groups that ThousandEyes calls by another name",
  ),
  push: described(
    v.nullable(v.object({
      since: described(time, "since when events are expected to be pushed"),
      lastAt: described(maybeTime, "when the latest request was taken; null if none was"),
      requests: described(count, "requests that were taken"),
      refused: described(count, "requests that were refused for good"),
      recorded: described(count, "events that were new to the log"),
      duplicates: described(count, "events that were in the log already"),
      invalid: described(count, "log records that are not valid events, set aside"),
      unconfirmed: described(count, "events that polling has not shown within two hours"),
    })),
    "what ThousandEyes pushes; null if nothing was pushed and no token may push",
  ),
  budget: described(
    v.object({
      used: described(count, "requests of Panoptes in this minute"),
      limit: described(count, "the organisation's limit per minute"),
      share: described(count, "how many of them Panoptes takes"),
      remaining: described(maybeCount, "what is left for all clients; null if it is unknown"),
      resetAt: described(maybeTime, "when the minute ends; null if it is unknown"),
    }),
    "the rate limit of the ThousandEyes API",
  ),
  clockAheadMs: described(
    v.nullable(v.number()),
    "how far our clock is ahead of the API's, in milliseconds; null if that is unknown",
  ),
  endpoints: described(v.array(EndpointStatusSchema), "the webhook endpoints"),
  silences: described(v.array(SilenceSchema), "what holds back notifications now"),
  log: described(
    v.object({
      events: described(count, "events kept"),
      alerts: described(count, "alerts kept"),
      invalid: described(count, "items kept that are not valid events"),
      windows: described(count, "windows in which repeats are counted"),
      folds: described(count, "of those, the ones whose count is still to be told"),
      messages: described(v.record(text, count), "messages to webhooks, by state"),
      bytes: described(count, "the size of the database, in bytes"),
    }),
    "what the log holds",
  ),
  limits: described(
    v.object({
      plan: described(maybeText, "Cloudflare's plan as `PLAN` names it; null on a server"),
      bytes: described(count, "the size at which the oldest events are removed, in bytes"),
    }),
    "what the settings allow the log",
  ),
  rules: described(count, "how many rules are in force"),
  ruleSet: described(RuleSetSchema, "which rules these are"),
  unfedLogs: described(
    v.array(v.object({
      source: described(
        text,
        "the base URL of the API and the account groups, after the name of a source",
      ),
      events: described(count, "events kept"),
      alerts: described(count, "alerts kept"),
      owed: described(count, "messages that are still to be delivered"),
      notedAt: described(time, "as of when"),
    })),
    "logs of earlier settings and removed sources, which are no longer fed",
  ),
  subscribers: described(
    v.object({ events: count, alerts: count }),
    "how many clients follow each feed now",
  ),
  streams: described(
    v.object({
      open: described(count, "streams that are open"),
      max: described(count, "streams that may be open"),
      maxPerToken: described(count, "how many of them one token may hold"),
      keptForAdmin: described(count, "how many are kept for tokens with the scope `admin`"),
      refused: described(count, "streams refused since the start"),
    }),
    "open streams and their limits",
  ),
  tokens: described(
    v.array(v.object({
      name: described(text, "its name; empty for requests that need no token"),
      streams: described(count, "streams that it has open"),
      streamsRefused: described(count, "streams refused to it since the start"),
      requests: described(count, "its requests that were answered since the start"),
      requestsRefused: described(
        count,
        "its requests that were refused since the start, because it made too many",
      ),
    })),
    "what each token uses that has sent a request since the start",
  ),
  authentication: described(
    v.object({
      failed: described(
        count,
        "requests since the start with a token that is not configured or has expired",
      ),
      throttled: described(count, "those of them that were throttled"),
      lastAt: described(maybeTime, "when the last was told; null if none was"),
    }),
    "failed authentications",
  ),
}) satisfies v.GenericSchema<Status>;

/** The state of several sources. */
export const TotalStatusSchema = v.object({
  health: described(HealthSchema, "the worst of `reasons`"),
  reasons: described(
    v.array(
      v.object({ source: described(text, "the name of the source"), ...ReasonSchema.entries }),
    ),
    "why, each with its source and with what to do",
  ),
  sources: described(v.array(StatusSchema), "the status of each source whose log answers"),
});

/**
 * Why a source is red whose log does not answer.
 *
 * @param now When it did not, in milliseconds since the Unix epoch.
 * @returns The reason.
 */
export function unreachable(now: number): Reason {
  return reason("log_unreachable", { since: now });
}

function totalStatus(
  answers: readonly SourceAnswer[],
  now: number,
): v.InferOutput<typeof TotalStatusSchema> {
  const reasons = answers.flatMap(({ source, value }) => {
    const found = value === undefined ? [unreachable(now)] : (value as Status).reasons;
    return found.map((reason) => ({ source, ...reason }));
  });
  const statuses = answers.flatMap(({ value }) =>
    value === undefined ? [] : value as v.InferOutput<typeof StatusSchema>
  );
  return { health: healthOf(reasons), reasons, sources: statuses };
}

/** `/v1/status`: how current the log is, and what fails. */
export const statusRoute = route("/v1/status", {
  GET: operation({
    scope: "read",
    purpose: "how current the log is, and what fails",
    answers: { 200: { json: StatusSchema } },
    answer: ({ log }) => json(log.status()),
    total: {
      schema: TotalStatusSchema,
      answer: (answers, now) => json(totalStatus(answers, now)),
    },
  }),
});
