/**
 * A consumer of CloudEvents 1.0 over HTTP, which verifies Standard Webhooks.
 *
 * Attributes: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md (context
 * attributes, type system, size limits); envelope: cloudevents/formats/json-format.md, section 3;
 * answers: cloudevents/http-webhook.md, section 2.
 *
 * @module
 */
import * as v from "valibot";
import { verify } from "../../../src/delivery/verify.ts";
import {
  bytesOf,
  type HttpReceiver,
  issuesOf,
  json,
  parseStrictly,
  SECRET,
} from "./http_receiver.ts";

// "Control characters", "noncharacters" and "code points that are surrogates" must not be in a String.
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u;
const attribute = v.pipe(v.string(), v.nonEmpty(), v.check((text) => !FORBIDDEN.test(text)));

/** One event in structured mode, with JSON as its data. */
export const CloudEventSchema = v.objectWithRest({
  specversion: v.literal("1.0"),
  id: attribute,
  source: v.pipe(attribute, v.regex(/^[\w.~:/?#[\]@!$&'()*+,;=%-]+$/)),
  type: attribute,
  subject: v.optional(attribute),
  time: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  datacontenttype: v.optional(v.literal("application/json")),
  data: v.unknown(),
}, v.union([attribute, v.boolean(), v.number()]));

/** The receiver. */
export const cloudeventsReceiver: HttpReceiver = async (request) => {
  if (request.method !== "POST") return json(405, {});
  if (!/^application\/cloudevents\+json(;|$)/.test(request.headers.get("content-type") ?? "")) {
    return json(415, { error: "the content type is not application/cloudevents+json" });
  }
  const body = await request.text();
  const verified = await verify({
    headers: request.headers,
    body: new TextEncoder().encode(body),
    secrets: [SECRET],
    now: Date.now(),
  });
  if ("rejected" in verified) return json(401, { error: verified.rejected });
  if (bytesOf(body) > 65_536) return json(413, { error: "larger than 64 KiB" });
  const event = parseStrictly(body);
  const issues = issuesOf(CloudEventSchema, event);
  const names = Object.keys(event ?? {}).filter((name) => !/^[a-z0-9]+$/.test(name));
  if (issues.length + names.length > 0) return json(400, { issues, names });
  return new Response(null, { status: 204 });
};
