import * as v from "valibot";
import { ALERT_LEVELS } from "../../alert/alert.ts";
import { holderOf } from "../api_tokens.ts";
import { jsonBody } from "../json_body.ts";
import type { LogAccess } from "../log_access.ts";
import { jsonListAnswer } from "../long_answer.ts";
import { problem } from "../problem.ts";
import { json } from "../response.ts";
import { operation, type Route } from "../route.ts";

/** The largest endpoint that is read, in bytes. */
const MAX_BYTES = 65_536;

const LevelSchema = v.picklist(ALERT_LEVELS, `must be one of ${ALERT_LEVELS.join(", ")}`);
const PATH = "/v1/endpoints/:name{[a-z0-9][a-z0-9-]{0,62}}";

/** `/v1/endpoints`: where messages are sent to. Secrets can be written, and never read. */
export const endpointRoutes: readonly Route[] = [
  {
    path: "/v1/endpoints",
    GET: operation(
      "admin",
      {},
      (call) => jsonListAnswer(call, "endpoints", listed(call.log)),
    ),
  },
  {
    path: PATH,
    GET: operation("admin", {}, ({ log, params: { name = "" } }) => shown(log, name)),
    PUT: operation("admin", {}, async ({ log, request, params: { name = "" } }) => {
      const body = await jsonBody(request, MAX_BYTES);
      if (body instanceof Response) return body;
      const isNew = log.endpoints.find(name) === undefined;
      const problems = log.endpoints.put(name, body.value, holderOf(request).name);
      return problems.length === 0 ? shown(log, name, isNew ? 201 : 200) : invalid(problems);
    }),
    POST: operation("admin", {}, async ({ log, request, params: { name = "" } }) => {
      const body = await jsonBody(request, MAX_BYTES);
      if (body instanceof Response) return body;
      const problems = log.endpoints.patch(name, body.value, holderOf(request).name);
      if (problems === "unknown") return problem("not_found");
      if (problems === "in settings") return inSettings("PUT it as a whole to store it here");
      return problems.length === 0 ? shown(log, name) : invalid(problems);
    }),
    DELETE: operation("admin", {}, ({ log, request, params: { name = "" } }) => {
      const outcome = log.endpoints.remove(name, holderOf(request).name);
      if (outcome === "unknown") return problem("not_found");
      return outcome === "in settings"
        ? inSettings("remove it there")
        : json({ name, removed: true });
    }),
  },
  {
    path: `${PATH}/resume`,
    POST: operation("admin", {}, ({ log, request, params: { name = "" } }) => {
      const isResumed = log.resumeEndpoint(name, holderOf(request).name);
      return isResumed ? shown(log, name) : problem("not_found");
    }),
  },
  {
    path: `${PATH}/test`,
    POST: operation("admin", { level: v.optional(LevelSchema) }, async (call) => {
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
    }),
  },
];

/** Each endpoint with what is known about it. */
function listed(log: LogAccess) {
  const known = new Map(log.status().endpoints.map((endpoint) => [endpoint.name, endpoint]));
  return log.endpoints.list().map((endpoint) => ({
    ...endpoint,
    status: known.get(endpoint.name) ?? null,
  }));
}

function shown(log: LogAccess, name: string, status = 200): Response {
  const found = listed(log).find((endpoint) => endpoint.name === name);
  return found === undefined ? problem("not_found") : json(found, status);
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
