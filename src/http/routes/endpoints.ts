import * as v from "valibot";
import { AlertLevelSchema } from "../../alert/alert_schema.ts";
import { FORMAT_NAMES } from "../../delivery/format/formats.ts";
import { type EndpointConfig, EndpointMembersSchema, NAME_FORM } from "../../delivery/endpoint.ts";
import { holderOf } from "../access/api_tokens.ts";
import { jsonBody } from "../request/json_body.ts";
import type { ListedEndpoint, LogAccess } from "../log_access.ts";
import { jsonListAnswer } from "../long_answer.ts";
import { problem } from "../answer/problem.ts";
import { json } from "../answer/response.ts";
import { operation, type PathParameter, route } from "../route.ts";
import {
  count,
  described,
  maybeCount,
  maybeText,
  maybeTime,
  text,
  texts,
} from "../request/schema.ts";
import { EndpointStatusSchema } from "./status.ts";

/** The largest endpoint that is read, in bytes. */
const MAX_BYTES = 65_536;

const PARAMS: Record<"name", PathParameter> = {
  name: { pattern: NAME_FORM, description: "the name of the endpoint" },
};

/** What each member of an endpoint is; docs/configuration.md explains it in full. */
const MEANINGS: Readonly<Record<Exclude<keyof EndpointConfig, "name">, string>> = {
  url: "where messages are posted; answers show only its origin",
  secret: "what signs; answers tell whether there is one",
  previousSecrets: "what also signs during a rotation; answers tell how many there are",
  minLevel: "the lowest level of alert that is sent",
  backfilled: "whether alerts about the past are sent as well",
  rules: "only alerts of the rules with these ids or names",
  tags: "only alerts of rules with one of these tags",
  where: "only alerts that have an event with such fields, in Sigma's words",
  sources: "only alerts of these sources; not for a stored endpoint, which belongs to one",
  quietHours: "when alerts wait that are not urgent",
  operational: "whether it is told when Panoptes itself, or another endpoint, fails",
  testOnly: "whether it gets nothing but test messages",
  digestMs: "for how long after a message repeats of its alert are only counted, in milliseconds",
  format: "the shape of the body",
  options: "what only this format needs, such as a key; answers show the names",
  headers: "further headers by name; answers show the names",
  retryScheduleMs: "the delay before each attempt, in milliseconds",
  timeoutMs: "the timeout of one attempt, in milliseconds",
  maxPerMinute: "how many messages are sent within any minute at most",
  maxInFlight: "how many attempts are in progress at most",
  allowedPorts: "ports allowed besides 443",
  allowHttpLoopback: "for development only: allows `http:` to a loopback address",
};

/** An endpoint as it is sent: all members, without the name. */
const { name: _, ...entries } = EndpointMembersSchema.entries;
const settings = Object.entries(entries).map(([name, schema]) => {
  const meaning = MEANINGS[name as keyof typeof MEANINGS];
  return [name, described(schema, meaning)] as const;
});
type NewEndpoint = Omit<EndpointConfig, "name">;
const NewEndpointSchema = v.strictObject(
  Object.fromEntries(settings),
) as v.GenericSchema<unknown> as v.GenericSchema<NewEndpoint>;
const ChangedEndpointSchema = v.strictObject(
  Object.fromEntries(settings.map(([name, schema]) => [name, v.nullish(schema)])),
) as v.GenericSchema<unknown> as v.GenericSchema<
  { readonly [Name in keyof NewEndpoint]?: NewEndpoint[Name] | null }
>;

/** An endpoint, without secrets. */
export const EndpointSchema = v.object({
  name: described(text, "its name"),
  source: described(
    v.picklist(["stored", "settings"]),
    "`stored`: from here; `settings`: from `WEBHOOKS`",
  ),
  overrides: described(v.boolean(), "whether it takes the place of an entry of `WEBHOOKS`"),
  changedAt: described(maybeTime, "when it was stored; null for those of `WEBHOOKS`"),
  changedBy: described(maybeText, "the name of the token that stored it; likewise"),
  problems: described(texts, "why nothing is sent to it; empty if it is in force"),
  url: shown("url", text),
  secret: shown("secret", v.boolean()),
  previousSecrets: shown("previousSecrets", count),
  minLevel: shown("minLevel", AlertLevelSchema),
  backfilled: shown("backfilled", v.boolean()),
  rules: shown("rules", texts),
  tags: shown("tags", texts),
  where: shown("where", v.record(text, v.any())),
  quietHours: shown(
    "quietHours",
    v.object({
      from: text,
      to: text,
      timeZone: text,
      minLevel: AlertLevelSchema,
    }),
  ),
  operational: shown("operational", v.boolean()),
  testOnly: shown("testOnly", v.boolean()),
  digestMs: shown("digestMs", count),
  format: shown("format", v.picklist(FORMAT_NAMES)),
  options: shown("options", texts),
  headers: shown("headers", texts),
  retryScheduleMs: shown("retryScheduleMs", v.array(count)),
  timeoutMs: shown("timeoutMs", count),
  maxPerMinute: shown("maxPerMinute", count),
  maxInFlight: shown("maxInFlight", count),
  allowedPorts: shown("allowedPorts", v.array(count)),
  allowHttpLoopback: shown("allowHttpLoopback", v.boolean()),
  status: described(
    v.nullable(EndpointStatusSchema),
    "its state, its queue and the latest answer; null if nothing is known yet",
  ),
}) satisfies v.GenericSchema<Omit<ListedEndpoint, "where">>;

/** Absent in an entry that is refused, or where it has no default. */
function shown<const S extends v.GenericSchema>(name: keyof typeof MEANINGS, schema: S) {
  return v.exactOptional(described(schema, MEANINGS[name]));
}

/** What an endpoint made of a sample alert. */
export const EndpointTestSchema = v.object({
  endpoint: described(text, "its name"),
  webhookId: described(text, "the `webhook-id` of the sample"),
  accepted: described(v.boolean(), "whether it accepted the sample"),
  kind: described(text, "what would follow, as for any attempt"),
  code: described(text, "what happened, such as `answered` or `timed_out`"),
  status: described(maybeCount, "the HTTP status; null if there was no answer"),
  durationMs: described(count, "how long it took, in milliseconds"),
  excerpt: described(maybeText, "the start of the answer: untrusted text"),
  hint: described(maybeText, "what to do about it; null if it accepted the sample"),
});

/** `/v1/endpoints`: where messages are sent to. Secrets can be written, and never read. */
export const endpointRoutes = [
  route("/v1/endpoints", {
    GET: operation({
      scope: "admin",
      purpose: "where messages are sent, without secrets",
      answers: { 200: { json: v.object({ endpoints: v.array(EndpointSchema) }) } },
      answer: (call) => jsonListAnswer(call, "endpoints", listed(call.log)),
    }),
  }),
  route("/v1/endpoints/:name", {
    GET: operation({
      scope: "admin",
      purpose: "one of them",
      answers: { 200: { json: EndpointSchema } },
      problems: ["not_found"],
      answer: ({ log, params: { name = "" } }) => found(log, name),
    }),
    PUT: operation({
      scope: "admin",
      purpose: "stores an endpoint, in place of any with this name",
      ownBody: NewEndpointSchema,
      answers: { 200: { json: EndpointSchema }, 201: { json: EndpointSchema } },
      problems: ["invalid_endpoint", "too_large"],
      async answer({ log, request, params: { name = "" } }) {
        const body = await jsonBody(request, MAX_BYTES);
        if (body instanceof Response) return body;
        const isNew = log.endpoints.find(name) === undefined;
        const problems = log.endpoints.put(name, body.value, holderOf(request).name);
        return problems.length === 0 ? found(log, name, isNew ? 201 : 200) : invalid(problems);
      },
    }),
    POST: operation({
      scope: "admin",
      purpose: "changes some members of a stored endpoint",
      ownBody: ChangedEndpointSchema,
      answers: { 200: { json: EndpointSchema } },
      problems: ["not_found", "conflict", "invalid_endpoint", "too_large"],
      async answer({ log, request, params: { name = "" } }) {
        const body = await jsonBody(request, MAX_BYTES);
        if (body instanceof Response) return body;
        const problems = log.endpoints.patch(name, body.value, holderOf(request).name);
        if (problems === "unknown") return problem("not_found");
        if (problems === "in settings") return inSettings("PUT it as a whole to store it here");
        return problems.length === 0 ? found(log, name) : invalid(problems);
      },
    }),
    DELETE: operation({
      scope: "admin",
      purpose: "removes a stored endpoint",
      answers: { 200: { json: v.object({ name: text, removed: v.literal(true) }) } },
      problems: ["not_found", "conflict"],
      answer({ log, request, params: { name = "" } }) {
        const outcome = log.endpoints.remove(name, holderOf(request).name);
        if (outcome === "unknown") return problem("not_found");
        return outcome === "in settings"
          ? inSettings("remove it there")
          : json({ name, removed: true });
      },
    }),
  }, PARAMS),
  route("/v1/endpoints/:name/resume", {
    POST: operation({
      scope: "admin",
      purpose: "gives a failing, paused or disabled endpoint a fresh start",
      answers: { 200: { json: EndpointSchema } },
      problems: ["not_found"],
      answer({ log, request, params: { name = "" } }) {
        const isResumed = log.resumeEndpoint(name, holderOf(request).name);
        return isResumed ? found(log, name) : problem("not_found");
      },
    }),
  }, PARAMS),
  route("/v1/endpoints/:name/test", {
    POST: operation({
      scope: "admin",
      purpose: "sends a sample alert, and says what was answered",
      query: {
        level: v.optional(described(AlertLevelSchema, "the level of the sample; default `medium`")),
      },
      answers: { 200: { json: EndpointTestSchema } },
      problems: ["not_found", "conflict"],
      async answer(call) {
        const { log, request, params: { name = "" }, query: { level = "medium" } } = call;
        const by = holderOf(request).name;
        const result = await log.testEndpoint(name, { level, by, signal: request.signal });
        if (result === "unknown") return problem("not_found");
        if (result === "busy") {
          return problem("conflict", { detail: "A test is in progress; try again later" });
        }
        const { webhookId, hint, outcome: { kind, code, status, durationMs, excerpt } } = result;
        return json({
          endpoint: name,
          webhookId,
          accepted: kind === "ok",
          kind,
          code,
          status: status ?? null,
          durationMs,
          excerpt: excerpt ?? null,
          hint,
        });
      },
    }),
  }, PARAMS),
] as const;

/** Each endpoint with what is known about it. */
function listed(log: LogAccess) {
  const known = new Map(log.status().endpoints.map((endpoint) => [endpoint.name, endpoint]));
  return log.endpoints.list().map((endpoint) => ({
    ...endpoint,
    status: known.get(endpoint.name) ?? null,
  }));
}

function found(log: LogAccess, name: string, status = 200): Response {
  const endpoint = listed(log).find((endpoint) => endpoint.name === name);
  return endpoint === undefined ? problem("not_found") : json(endpoint, status);
}

function invalid(problems: readonly string[]): Response {
  return problem("invalid_endpoint", {
    detail: "Nothing has changed; docs/configuration.md explains the members",
    members: { problems },
  });
}

function inSettings(advice: string): Response {
  return problem("conflict", { detail: `The endpoint comes from the setting WEBHOOKS: ${advice}` });
}
