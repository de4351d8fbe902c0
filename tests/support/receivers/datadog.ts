/**
 * Datadog's log intake, version 2.
 *
 * Body, limits and statuses: https://docs.datadoghq.com/api/latest/logs/send-logs/; what is taken
 * for the date: https://docs.datadoghq.com/logs/log_configuration/pipelines/ (preprocessing); tags:
 * https://docs.datadoghq.com/getting_started/tagging/.
 *
 * It is stricter in one point: the real intake cuts a log that is too large or drops one that is too
 * old, and answers 202 all the same.
 *
 * @module
 */
import * as v from "valibot";
import { bytesOf, type HttpReceiver, issuesOf, json, parseStrictly } from "./http_receiver.ts";
import { SAMPLE_OPTIONS } from "./sample_options.ts";

const TAG = /^[\p{L}][\p{L}\p{N}_:./-]{0,199}$/u;
/** Attributes that the intake reads the date of a log from. */
const DATES = ["timestamp", "date", "_timestamp", "Timestamp", "eventTime", "published_date"];

/** A batch of logs. */
export const DatadogLogsSchema = v.pipe(
  v.array(v.looseObject({
    ddsource: v.pipe(v.string(), v.nonEmpty()),
    ddtags: v.pipe(v.string(), v.check((tags) => tags.split(",").every((tag) => TAG.test(tag)))),
    hostname: v.pipe(v.string(), v.nonEmpty()),
    service: v.pipe(v.string(), v.nonEmpty()),
    // JSON in it would become attributes.
    message: v.pipe(v.string(), v.nonEmpty(), v.check((text) => !/^\s*[{[]/.test(text))),
    status: v.picklist(["critical", "error", "warning", "notice", "info"]),
  })),
  v.minLength(1),
  v.maxLength(1_000),
  v.check((logs) => logs.every((log) => bytesOf(JSON.stringify(log)) <= 1_000_000), "over 1 MB"),
  v.check((logs) => logs.every((log) => !DATES.some((name) => name in log)), "has a date"),
);

/** The receiver. */
export const datadogReceiver: HttpReceiver = async (request) => {
  if (request.method !== "POST" || new URL(request.url).pathname !== "/api/v2/logs") {
    return json(404, { errors: [{ status: "404", title: "Not Found" }] });
  }
  if (request.headers.get("dd-api-key") !== SAMPLE_OPTIONS.datadog.apiKey) {
    return json(403, { errors: [{ status: "403", title: "Forbidden" }] });
  }
  const body = await request.text();
  if (bytesOf(body) > 5_000_000) {
    return json(413, { errors: [{ status: "413", title: "Request Entity Too Large" }] });
  }
  const detail = issuesOf(DatadogLogsSchema, parseStrictly(body)).join("; ");
  if (detail !== "") {
    return json(400, { errors: [{ status: "400", title: "Bad Request", detail }] });
  }
  return json(202, {});
};
