/**
 * Splunk's HTTP Event Collector, without acknowledgement.
 *
 * Envelope: https://docs.splunk.com/Documentation/Splunk/latest/Data/FormateventsforHTTPEventCollector;
 * codes: "Possible error codes" in
 * https://help.splunk.com/en/splunk-enterprise/get-data-in/collect-http-event-data/troubleshoot-http-event-collector;
 * paths: https://help.splunk.com/en/splunk-enterprise/get-data-in/collect-http-event-data/http-event-collector-rest-api-endpoints.
 *
 * @module
 */
import * as v from "valibot";
import { bytesOf, type HttpReceiver, issuesOf, json, parseStrictly } from "./http_receiver.ts";
import { SAMPLE_OPTIONS } from "./sample_options.ts";

const text = v.pipe(v.string(), v.nonEmpty());

/** One event: only `event` is required, and it must not be blank. */
export const SplunkEventSchema = v.strictObject({
  time: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(99_999_999_999))),
  host: v.optional(text),
  source: v.optional(text),
  sourcetype: v.optional(text),
  index: v.optional(text),
  event: v.union([text, v.record(v.string(), v.unknown())]),
  // Flat: values are strings or lists of them.
  fields: v.optional(v.record(text, v.union([v.string(), v.array(v.string())]))),
});

/** The indexes that the token may write to. */
const INDEXES = [undefined, "main", "security"];

/** The receiver. */
export const splunkHecReceiver: HttpReceiver = async (request) => {
  const { pathname } = new URL(request.url);
  if (!/^\/services\/collector(\/event(\/1\.0)?)?$/.test(pathname)) {
    return json(404, { text: "The requested URL was not found on this server.", code: 404 });
  }
  const authorization = request.headers.get("authorization");
  if (authorization === null) return json(401, { text: "Token is required", code: 2 });
  if (!/^Splunk \S+$/.test(authorization)) {
    return json(401, { text: "Invalid authorization", code: 3 });
  }
  if (authorization !== `Splunk ${SAMPLE_OPTIONS["splunk-hec"].token}`) {
    return json(403, { text: "Invalid token", code: 4 });
  }
  const body = await request.text();
  if (body === "") return json(400, { text: "No data", code: 5 });
  if (bytesOf(body) > 1_000_000) return json(413, { text: "Content too large", code: 27 });
  const event = parseStrictly(body) as Record<string, unknown> | undefined;
  if (event !== undefined && !("event" in event)) {
    return json(400, { text: "Event field is required", code: 12, "invalid-event-number": 0 });
  }
  if (event === undefined || issuesOf(SplunkEventSchema, event).length > 0) {
    return json(400, { text: "Invalid data format", code: 6, "invalid-event-number": 0 });
  }
  if (!INDEXES.includes(event["index"] as string)) {
    return json(400, { text: "Incorrect index", code: 7, "invalid-event-number": 0 });
  }
  return json(200, { text: "Success", code: 0 });
};
