import { holderOf } from "../api_tokens.ts";
import { jsonBody } from "../json_body.ts";
import type { LogAccess } from "../log_access.ts";
import { jsonListAnswer } from "../long_answer.ts";
import { problem } from "../problem.ts";
import { json } from "../response.ts";
import { operation, type Route } from "../route.ts";

/** The largest bundle that is read, in bytes: more than a thousand rules. */
export const MAX_BUNDLE_BYTES = 1024 * 1024;

/** `/v1/rules`: reads, replaces and restores the rules in force. */
export const rulesRoute: Route = {
  path: "/v1/rules",
  GET: operation(
    "read",
    {},
    (call) => jsonListAnswer(call, "rules", call.log.rules(), () => ({ ...call.log.rulesState() })),
  ),
  PUT: operation("admin", {}, async ({ request, log }) => {
    const body = await jsonBody(request, MAX_BUNDLE_BYTES);
    if (body instanceof Response) return body;
    const problems = body.value === undefined
      ? ["bundle: It is not JSON in UTF-8"]
      : log.uploadRules(body.value, holderOf(request).name);
    return problems.length === 0 ? inForce(log) : invalid(problems);
  }),
  DELETE: operation("admin", {}, ({ log, request }) => {
    log.resetRules(holderOf(request).name);
    return inForce(log);
  }),
};

function invalid(problems: readonly string[]): Response {
  return problem("invalid_rules", {
    detail: "The rules in force have not changed. " +
      "Send what panoptes rules build has written, from the same version",
    members: { problems },
  });
}

function inForce(log: LogAccess): Response {
  return json({ ...log.rulesState(), rules: log.rules().length });
}
