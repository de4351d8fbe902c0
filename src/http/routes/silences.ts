import * as v from "valibot";
import { MAX_SILENCES } from "../../store/silence_table.ts";
import { OPERATIONAL_RULES } from "../../watch/reasons.ts";
import { holderOf } from "../api_tokens.ts";
import { jsonListAnswer } from "../long_answer.ts";
import { problem } from "../problem.ts";
import { readBody } from "../read_body.ts";
import { InvalidRequestError } from "../read_query.ts";
import { json } from "../response.ts";
import { operation, type Route } from "../route.ts";

/** The longest silence, in milliseconds: one that lasts should be a filter. */
const MAX_SILENCE_MS = 90 * 86_400_000;

const text = (max: number) => {
  const message = `must be a string of 1 to ${max} characters`;
  return v.pipe(v.string(message), v.trim(), v.minLength(1, message), v.maxLength(max, message));
};

const values = v.union([
  v.pipe(text(500), v.transform((value) => [value])),
  v.pipe(v.array(text(500)), v.minLength(1), v.maxLength(20)),
], "must be a string or a list of at most 20 strings");

/** A silence as a client asks for it. */
const NewSilenceSchema = v.pipe(
  v.strictObject({
    rule: v.optional(text(300)),
    fields: v.optional(
      v.pipe(
        v.record(text(100), values, "must be an object with a value or a list for each field"),
        v.check((fields) => Object.keys(fields).length <= 10, "must have at most 10 members"),
      ),
      {},
    ),
    until: v.pipe(
      v.string("must be an ISO 8601 time"),
      v.isoTimestamp("must be an ISO 8601 time"),
      v.transform(Date.parse),
    ),
    reason: text(300),
  }, "is missing or unknown: a silence has rule or fields, until and reason"),
  v.check(
    ({ rule, fields }) => rule !== undefined || Object.keys(fields).length > 0,
    "must name a rule or fields",
  ),
);

/** `/v1/silences`: what holds back notifications, for a time, with who and why. */
export const silenceRoutes: readonly Route[] = [
  {
    path: "/v1/silences",
    GET: operation("read", {}, (call) => jsonListAnswer(call, "silences", call.log.silences())),
    POST: operation("admin", {}, async ({ log, request, clock }) => {
      const { rule = null, fields, until, reason } = await readBody(request, NewSilenceSchema);
      const now = clock.now();
      if (!(until > now && until <= now + MAX_SILENCE_MS)) {
        throw new InvalidRequestError("until must be a time within the next 90 days");
      }
      const isKnown = rule === null || Object.hasOwn(OPERATIONAL_RULES, rule) ||
        log.rules().some(({ id, title }) => id === rule || title === rule);
      if (!isKnown) {
        throw new InvalidRequestError("rule must be the id or the title of a rule in force");
      }
      const silence = log.addSilence({
        rule,
        fields,
        reason,
        until: new Date(until).toISOString(),
        by: holderOf(request).name,
      });
      return silence === undefined
        ? problem("conflict", {
          detail: `There are ${MAX_SILENCES} silences already; remove one, or wait until one ends`,
        })
        : json(silence, 201);
    }),
  },
  {
    path: "/v1/silences/:id{[a-z0-9]{1,32}}",
    DELETE: operation("admin", {}, ({ log, params, request }) => {
      const removed = log.removeSilence(params["id"] ?? "", holderOf(request).name);
      return removed === undefined ? problem("not_found") : json(removed);
    }),
  },
];
