import * as v from "valibot";
import { holderOf } from "../access/api_tokens.ts";
import { jsonBody } from "../request/json_body.ts";
import type { LogAccess, RulesState, RuleSummary } from "../log_access.ts";
import { jsonListAnswer } from "../long_answer.ts";
import { problem } from "../answer/problem.ts";
import { json } from "../answer/response.ts";
import { operation, route } from "../route.ts";
import { count, described, maybeText, maybeTime, text, texts } from "../request/schema.ts";

/** The largest bundle that is read, in bytes: more than a thousand rules. */
export const MAX_BUNDLE_BYTES = 1024 * 1024;

/** The summary of a rule, and what it has found. */
export const RuleSchema = v.object({
  id: described(text, "its id, or its title if it has none"),
  name: described(maybeText, "what correlations refer to it by; null if it has no name"),
  title: described(text, "what is detected"),
  level: described(maybeText, "its level; null if it states none"),
  status: described(maybeText, "how far it has matured; null if it states none"),
  description: described(maybeText, "what it detects, and why it matters"),
  tags: described(texts, "its tags, such as `attack.t1078`"),
  alerts: described(count, "how many alerts of it were recorded since the log was created"),
  lastAlertAt: described(maybeTime, "when the last of them was recorded; null if none was"),
}) satisfies v.GenericSchema<RuleSummary>;

/** Which rules are in force. */
export const RuleSetSchema = v.object({
  revision: described(text, "names the content: the same rules have the same revision"),
  source: described(
    v.picklist(["bundled", "uploaded"]),
    "`bundled`: those of the deployment; `uploaded`: those that were sent with `PUT`",
  ),
  bundledRevision: described(text, "the revision of those of the deployment"),
  uploadedAt: described(maybeTime, "when they were uploaded; null for those of the deployment"),
  uploadedBy: described(maybeText, "the name of the token; likewise"),
  refused: described(maybeText, "why uploaded rules are not in force; null if they are"),
}) satisfies v.GenericSchema<RulesState>;

/** A bundle, as far as it concerns whoever sends it. */
export const BundleSchema = described(
  v.object({
    format: described(count, "the form of the bundle: that of the version which is deployed"),
    revision: described(text, "names the content"),
    rules: described(v.array(v.looseObject({})), "the rules, parsed and tested"),
    filters: described(v.array(v.looseObject({})), "the filters"),
    correlations: v.exactOptional(described(v.array(v.looseObject({})), "the correlations")),
    placeholders: v.exactOptional(
      described(v.record(text, texts), "the value lists that rules name with `expand`"),
    ),
    regexes: v.exactOptional(
      described(v.array(v.looseObject({})), "the regular expressions, compiled"),
    ),
  }),
  "what `panoptes rules build` has written",
);

/** How a rule is written. */
export const RuleSourceSchema = v.object({
  id: described(text, "the id of the rule"),
  source: described(
    maybeText,
    "the YAML file with its comments and tests; null if the bundle was built without it",
  ),
});

const InForceSchema = v.object({
  ...RuleSetSchema.entries,
  rules: described(count, "how many rules are in force"),
});

/** `/v1/rules`: reads, replaces and restores the rules in force. */
export const rulesRoute = route("/v1/rules", {
  GET: operation({
    scope: "read",
    purpose: "the rules in force",
    answers: {
      200: {
        json: v.object({
          rules: described(v.array(RuleSchema), "the rules in force, correlations included"),
          disabled: described(v.array(RuleSchema), "those that `DISABLED_RULES` switches off"),
          ...RuleSetSchema.entries,
        }),
      },
    },
    answer(call) {
      const { log } = call;
      const counted = counting(log);
      return jsonListAnswer(call, "rules", log.rules().map(counted), () => ({
        disabled: log.disabledRules().map(counted),
        ...log.rulesState(),
      }));
    },
  }),
  PUT: operation({
    scope: "admin",
    purpose: "puts other rules in force",
    ownBody: BundleSchema,
    answers: { 200: { json: InForceSchema } },
    problems: ["invalid_rules", "too_large"],
    async answer({ request, log }) {
      const body = await jsonBody(request, MAX_BUNDLE_BYTES);
      if (body instanceof Response) return body;
      const problems = body.value === undefined
        ? ["bundle: It is not JSON in UTF-8"]
        : log.uploadRules(body.value, holderOf(request).name);
      return problems.length === 0 ? inForce(log) : invalid(problems);
    },
  }),
  DELETE: operation({
    scope: "admin",
    purpose: "puts the rules of the deployment in force again",
    answers: { 200: { json: InForceSchema } },
    answer({ log, request }) {
      log.resetRules(holderOf(request).name);
      return inForce(log);
    },
  }),
});

/** `/v1/rules/:id/source`: how a rule is written. */
export const ruleSourceRoute = route("/v1/rules/:id/source", {
  GET: operation({
    scope: "read",
    purpose: "the file of a rule",
    answers: { 200: { json: RuleSourceSchema } },
    problems: ["not_found"],
    answer({ log, params: { id = "" } }) {
      const source = log.ruleSource(id);
      return source === undefined ? problem("not_found") : json({ id, source });
    },
  }),
}, { id: { pattern: "[^/]{1,300}", description: "the id of the rule, or its title without one" } });

/** Adds to a rule what it has found, at whatever level. */
function counting(log: LogAccess): (rule: RuleSummary) => v.InferOutput<typeof RuleSchema> {
  const byRule = Map.groupBy(log.alertCounts(), ({ rule }) => rule);
  return (rule) => {
    const counts = byRule.get(rule.id) ?? [];
    const last = Math.max(...counts.map(({ lastAt }) => lastAt));
    return {
      ...rule,
      tags: [...rule.tags],
      alerts: counts.reduce((sum, { alerts }) => sum + alerts, 0),
      lastAlertAt: counts.length === 0 ? null : new Date(last).toISOString(),
    };
  };
}

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
