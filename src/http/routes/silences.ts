import * as v from "valibot";
import { MAX_SILENCES, type StoredSilence } from "../../store/silence_table.ts";
import { OPERATIONAL_RULES } from "../../watch/reasons.ts";
import { holderOf } from "../access/api_tokens.ts";
import { jsonListAnswer } from "../long_answer.ts";
import { problem } from "../answer/problem.ts";
import { InvalidRequestError } from "../request/read_query.ts";
import { json } from "../answer/response.ts";
import { operation, route } from "../route.ts";
import { count, described, maybeText, maybeTime, text, texts, time } from "../request/schema.ts";

/** The longest silence, in milliseconds: one that lasts should be a filter. */
const MAX_SILENCE_MS = 90 * 86_400_000;

const short = (max: number) => {
  const message = `must be a string of 1 to ${max} characters`;
  return v.pipe(v.string(message), v.trim(), v.minLength(1, message), v.maxLength(max, message));
};

const values = v.union([
  v.pipe(short(500), v.transform((value) => [value])),
  v.pipe(v.array(short(500)), v.minLength(1), v.maxLength(20)),
], "must be a string or a list of at most 20 strings");

/** A silence as a client asks for it. */
const NewSilenceSchema = v.pipe(
  v.strictObject({
    rule: v.optional(described(
      short(300),
      "the id or the title of a rule in force, or that of an operational alert; without it, every rule",
    )),
    fields: v.optional(
      described(
        v.pipe(
          v.record(short(100), values, "must be an object with a value or a list for each field"),
          v.check((fields) => Object.keys(fields).length <= 10, "must have at most 10 members"),
        ),
        "for each field of an event a value, or a list of which an alert must have one",
      ),
      {},
    ),
    until: described(
      v.pipe(
        v.string("must be an ISO 8601 time"),
        v.isoTimestamp("must be an ISO 8601 time"),
        v.transform(Date.parse),
      ),
      "when it ends: a time within the next 90 days",
    ),
    reason: described(short(300), "why"),
  }, "is missing or unknown: a silence has rule or fields, until and reason"),
  v.check(
    ({ rule, fields }) => rule !== undefined || Object.keys(fields).length > 0,
    "must name a rule or fields",
  ),
);

/** What holds back the notifications of some alerts for a time. */
export const SilenceSchema = v.object({
  id: described(text, "its id"),
  rule: described(maybeText, "the id or title of the rule; null for every rule"),
  fields: described(v.record(text, texts), "for each field, the values of which an alert has one"),
  until: described(time, "when it ends"),
  by: described(text, "the name of the token that made it"),
  reason: described(text, "why"),
  createdAt: described(time, "when it was made"),
  heldBack: described(count, "how many messages it has held back"),
  lastAt: described(maybeTime, "when it last held back a message"),
}) satisfies v.GenericSchema<StoredSilence>;

/** `/v1/silences`: what holds back notifications, for a time, with who and why. */
export const silenceRoutes = [
  route("/v1/silences", {
    GET: operation({
      scope: "read",
      purpose: "what holds back notifications now, with who and why",
      answers: { 200: { json: v.object({ silences: v.array(SilenceSchema) }) } },
      answer: (call) => jsonListAnswer(call, "silences", call.log.silences()),
    }),
    POST: operation({
      scope: "admin",
      purpose: "holds back notifications for a time",
      body: NewSilenceSchema,
      answers: { 201: { json: SilenceSchema } },
      problems: ["conflict"],
      answer({ log, body: { rule = null, fields, until, reason }, request, clock }) {
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
            detail:
              `There are ${MAX_SILENCES} silences already; remove one, or wait until one ends`,
          })
          : json(silence, 201);
      },
    }),
  }),
  route("/v1/silences/:id", {
    DELETE: operation({
      scope: "admin",
      purpose: "ends a silence",
      answers: { 200: { json: SilenceSchema } },
      problems: ["not_found"],
      answer({ log, params, request }) {
        const removed = log.removeSilence(params["id"] ?? "", holderOf(request).name);
        return removed === undefined ? problem("not_found") : json(removed);
      },
    }),
  }, { id: { pattern: "[a-z0-9]{1,32}", description: "the id of the silence" } }),
] as const;
