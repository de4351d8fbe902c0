import { holderOf } from "../api_tokens.ts";
import { jsonBody } from "../json_body.ts";
import type { LogAccess } from "../log_access.ts";
import { jsonListAnswer } from "../long_answer.ts";
import { problem } from "../problem.ts";
import { json } from "../response.ts";
import { operation, type Route } from "../route.ts";

/** The largest endpoint that is read, in bytes. */
const MAX_BYTES = 65_536;

/** `/v1/endpoints`: where messages are sent to. Secrets can be written, and never read. */
export const endpointRoutes: readonly Route[] = [
  {
    path: "/v1/endpoints",
    GET: operation(
      "admin",
      {},
      (call) => jsonListAnswer(call, "endpoints", call.log.endpoints.list()),
    ),
  },
  {
    path: "/v1/endpoints/:name{[a-z0-9][a-z0-9-]{0,62}}",
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
];

function shown(log: LogAccess, name: string, status = 200): Response {
  const found = log.endpoints.list().find((endpoint) => endpoint.name === name);
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
