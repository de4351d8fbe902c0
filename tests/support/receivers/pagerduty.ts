/**
 * PagerDuty's Events API v2.
 *
 * Members and limits: https://developer.pagerduty.com/docs/events-api-v2/trigger-events/; answers
 * and the 512 KB: https://developer.pagerduty.com/docs/events-api-v2/overview/; the body of a
 * refusal: https://v2.developer.pagerduty.com/docs/send-an-event-events-api-v2.
 *
 * @module
 */
import * as v from "valibot";
import { bytesOf, type HttpReceiver, issuesOf, json, parseStrictly } from "./http_receiver.ts";
import { SAMPLE_OPTIONS } from "./sample_options.ts";

const routing_key = v.pipe(
  v.string("'routing_key' is missing or blank"),
  v.length(32, "Length of 'routing_key' is incorrect (should be 32 characters)"),
);
const dedup_key = v.pipe(v.string(), v.nonEmpty(), v.maxLength(255));
const url = v.pipe(v.string(), v.url());

const TriggerSchema = v.strictObject({
  routing_key,
  event_action: v.literal("trigger"),
  dedup_key: v.optional(dedup_key),
  client: v.optional(v.string()),
  client_url: v.optional(url),
  links: v.optional(v.array(v.strictObject({ href: url, text: v.optional(v.string()) }))),
  images: v.optional(v.array(v.strictObject({ src: url }))),
  payload: v.strictObject({
    summary: v.pipe(
      v.string("'payload.summary' is missing or blank"),
      v.nonEmpty("'payload.summary' is missing or blank"),
      v.maxLength(1_024),
    ),
    source: v.pipe(v.string("'payload.source' is missing or blank"), v.nonEmpty()),
    severity: v.picklist(["critical", "error", "warning", "info"]),
    timestamp: v.optional(v.pipe(v.string(), v.isoTimestamp())),
    component: v.optional(v.string()),
    group: v.optional(v.string()),
    class: v.optional(v.string()),
    custom_details: v.optional(v.record(v.string(), v.unknown())),
  }),
});

const ResolveSchema = v.strictObject({
  routing_key,
  event_action: v.picklist(["acknowledge", "resolve"]),
  dedup_key,
});

/** An event, by its action. */
export const PagerdutySchema = v.variant("event_action", [TriggerSchema, ResolveSchema]);

/** The receiver. */
export const pagerdutyReceiver: HttpReceiver = async (request) => {
  if (request.method !== "POST" || new URL(request.url).pathname !== "/v2/enqueue") {
    return json(404, { error: "not found" });
  }
  const body = await request.text();
  if (bytesOf(body) > 512_000) return json(413, {});
  const event = parseStrictly(body);
  const errors = event === undefined
    ? ["Event object is invalid"]
    : issuesOf(PagerdutySchema, event);
  if (errors.length > 0) {
    return json(400, { status: "invalid event", message: "Event object is invalid", errors });
  }
  const { routing_key, dedup_key } = v.parse(PagerdutySchema, event);
  if (routing_key !== SAMPLE_OPTIONS.pagerduty.routingKey) {
    return json(400, { status: "invalid key", message: "Event object is invalid", errors: [] });
  }
  return json(202, { status: "success", message: "Event processed", dedup_key });
};
