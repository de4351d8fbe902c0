/**
 * Elasticsearch's bulk API with a data stream whose mapping is strict.
 *
 * Requests and answers:
 * https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk; data streams take only
 * `create`: https://www.elastic.co/docs/manage-data/data-store/data-streams/use-data-stream; fields
 * and the values that are allowed: https://www.elastic.co/docs/reference/ecs/ecs-event,
 * …/ecs-rule, …/ecs-user, …/ecs-source, …/ecs-related, …/ecs-threat.
 *
 * @module
 */
import { isIP } from "node:net";
import * as v from "valibot";
import { type HttpReceiver, issuesOf, json, parseStrictly } from "./http_receiver.ts";
import { SAMPLE_OPTIONS } from "./sample_options.ts";

const keyword = v.pipe(v.string(), v.maxLength(1_024));
const date = v.pipe(v.string(), v.isoTimestamp());
// The type `ip` takes no network, no zone and no text.
const ip = v.pipe(v.string(), v.check((text) => isIP(text) !== 0 && !text.includes("%")));
const user = v.strictObject({
  id: v.optional(keyword),
  name: v.optional(keyword),
  email: v.optional(keyword),
});

/** A document, as the template of the data stream maps it. */
export const EcsDocumentSchema = v.strictObject({
  "@timestamp": date,
  ecs: v.strictObject({ version: keyword }),
  message: v.string(),
  log: v.strictObject({ level: keyword }),
  tags: v.optional(v.array(keyword)),
  event: v.strictObject({
    kind: v.literal("alert"),
    category: v.optional(v.array(v.picklist(["authentication", "iam", "configuration"]))),
    type: v.optional(
      v.array(v.picklist(["start", "end", "creation", "change", "deletion", "info"])),
    ),
    outcome: v.optional(v.picklist(["success", "failure", "unknown"])),
    module: keyword,
    dataset: keyword,
    provider: keyword,
    action: keyword,
    id: keyword,
    severity: v.pipe(v.number(), v.integer()),
    created: date,
    start: v.optional(date),
    end: v.optional(date),
    url: v.optional(keyword),
    original: v.string(),
  }),
  rule: v.strictObject({
    id: keyword,
    name: keyword,
    description: v.optional(keyword),
    author: v.optional(v.array(keyword)),
    reference: v.optional(keyword),
  }),
  threat: v.optional(v.strictObject({
    framework: keyword,
    technique: v.optional(v.strictObject({ id: v.array(v.pipe(keyword, v.regex(/^T\d{4}/))) })),
    tactic: v.optional(v.strictObject({ name: v.array(keyword) })),
  })),
  user: v.optional(user),
  source: v.optional(v.strictObject({ address: keyword, ip: v.optional(ip) })),
  organization: v.optional(
    v.strictObject({ id: v.optional(keyword), name: v.optional(keyword) }),
  ),
  related: v.optional(
    v.strictObject({ user: v.optional(v.array(keyword)), ip: v.optional(v.array(ip)) }),
  ),
  observer: v.strictObject({ vendor: keyword, product: keyword }),
});

const ActionSchema = v.strictObject({
  create: v.strictObject({ _index: v.string(), _id: v.pipe(v.string(), v.maxLength(512)) }),
});

function refused(status: number, type: string, reason: string): Response {
  return json(status, { error: { root_cause: [{ type, reason }], type, reason }, status });
}

/** A receiver that remembers the ids of its documents. */
export function createElasticReceiver(ids: Set<string> = new Set()): HttpReceiver {
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (request.headers.get("authorization") !== `ApiKey ${SAMPLE_OPTIONS.elastic.apiKey}`) {
      return refused(401, "security_exception", "unable to authenticate with provided credentials");
    }
    if (pathname !== "/_bulk") return refused(400, "invalid_index_name_exception", "Invalid name");
    if (!/^application\/x-ndjson(;|$)/.test(request.headers.get("content-type") ?? "")) {
      return refused(
        406,
        "media_type_header_exception",
        "Invalid media-type value on Content-Type",
      );
    }
    const body = await request.text();
    if (!body.endsWith("\n")) {
      const reason = "The bulk request must be terminated by a newline [\\n]";
      return refused(400, "illegal_argument_exception", reason);
    }
    const lines = body.slice(0, -1).split("\n").map(parseStrictly);
    const [action, document] = lines;
    if (lines.length !== 2 || !v.is(ActionSchema, action) || document === undefined) {
      return refused(400, "illegal_argument_exception", "Malformed action/metadata line [1]");
    }
    const { _index, _id } = action.create;
    const ended = (status: number, more: Record<string, unknown>) =>
      json(200, {
        errors: status >= 400,
        took: 3,
        items: [{ create: { _index, _id, status, ...more } }],
      });
    const failed = (status: number, type: string, reason: string) =>
      ended(status, { error: { type, reason } });
    if (!_index.startsWith("logs-panoptes")) {
      return failed(
        403,
        "security_exception",
        `action [indices:data/write/bulk[s]] is unauthorized`,
      );
    }
    const issues = issuesOf(EcsDocumentSchema, document);
    if (issues.length > 0) return failed(400, "document_parsing_exception", issues.join("; "));
    if (ids.has(_id)) {
      const reason = `[${_id}]: version conflict, document already exists (current version [1])`;
      return failed(409, "version_conflict_engine_exception", reason);
    }
    ids.add(_id);
    return ended(201, { _version: 1, result: "created", _seq_no: ids.size, _primary_term: 1 });
  };
}
