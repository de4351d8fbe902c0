/**
 * The Logs Ingestion API of Azure Monitor, with the stream that docs/formats.md declares.
 *
 * Path, headers and answers:
 * https://learn.microsoft.com/azure/azure-monitor/logs/logs-ingestion-api-overview; limits: "Logs
 * Ingestion API" in https://learn.microsoft.com/azure/azure-monitor/service-limits.
 *
 * It is stricter in one point: the real API drops members that no column is declared for.
 *
 * @module
 */
import * as v from "valibot";
import { bytesOf, type HttpReceiver, issuesOf, json, parseStrictly } from "./http_receiver.ts";

/** The path and query of the URL, with made-up ids. */
export const SENTINEL_PATH =
  "/dataCollectionRules/dcr-00000000000000000000000000000000/streams/Custom-PanoptesAlerts" +
  "?api-version=2023-01-01";
/** What stands in front sets such a header. */
export const SENTINEL_HEADERS = { authorization: "Bearer made-up.access.token" };

// A value beyond 64 KB is cut, which breaks the JSON of a dynamic column.
const string = v.pipe(v.string(), v.check((text) => bytesOf(text) <= 65_536));
const datetime = v.pipe(v.string(), v.isoTimestamp());
const dynamic = v.pipe(
  v.union([v.array(v.unknown()), v.record(v.string(), v.unknown())]),
  v.check((value) => bytesOf(JSON.stringify(value)) <= 65_536),
);

/** A row of the stream. */
export const SentinelRowSchema = v.strictObject({
  TimeGenerated: datetime,
  RecordedTime: datetime,
  MessageType: string,
  MessageId: string,
  AlertId: string,
  Level: string,
  Summary: string,
  RuleId: string,
  RuleTitle: string,
  Users: dynamic,
  Addresses: dynamic,
  AccountGroups: dynamic,
  Resources: dynamic,
  Link: string,
  Alert: dynamic,
});

/** The receiver. */
export const sentinelReceiver: HttpReceiver = async (request) => {
  const refused = (status: number, code: string) =>
    json(status, { error: { code, message: code } });
  const { pathname, search } = new URL(request.url);
  if (pathname + search !== SENTINEL_PATH) return refused(404, "NotFound");
  const authorization = request.headers.get("authorization");
  if (authorization === null) return refused(401, "MissingAuthorization");
  if (authorization !== SENTINEL_HEADERS.authorization) return refused(403, "OperationFailed");
  if (!/^application\/json(;|$)/.test(request.headers.get("content-type") ?? "")) {
    return refused(415, "UnsupportedMediaType");
  }
  const body = await request.text();
  if (bytesOf(body) > 1_048_576) return refused(413, "ContentLengthLimitExceeded");
  const issues = issuesOf(v.pipe(v.array(SentinelRowSchema), v.minLength(1)), parseStrictly(body));
  if (issues.length > 0) return refused(400, `InvalidPayload: ${issues.join("; ")}`);
  return new Response(null, { status: 204 });
};
