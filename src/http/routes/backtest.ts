import * as v from "valibot";
import { AlertLevelSchema } from "../../alert/alert_schema.ts";
import { jsonText } from "../../stream/json_text.ts";
import { parseDate } from "../../thousandeyes/event/parse_date.ts";
import { BACKTEST_LIMITS, type BacktestStep } from "../../watch/log_backtests.ts";
import { jsonBody } from "../request/json_body.ts";
import { longAnswer } from "../long_answer.ts";
import { problem } from "../answer/problem.ts";
import { parameters } from "../request/read_query.ts";
import { FORMS, operation, route } from "../route.ts";
import { count, described, maybeText, maybeTime, text } from "../request/schema.ts";
import { BundleSchema, MAX_BUNDLE_BYTES } from "./rules.ts";

/** The body holds two bundles at most. */
const MAX_BYTES = 2 * MAX_BUNDLE_BYTES;

const NOT_A_DATE = "must be a date, such as 2026-11-22T10:00:00Z";

const ExampleSchema = v.object({
  id: described(text, "the id of the alert"),
  at: described(maybeTime, "the date of its last event"),
  summary: described(text, "what happened"),
  eventCount: described(count, "how many events caused it"),
});

const RuleReportSchema = v.object({
  id: described(text, "the rule's id, or its title if it has none"),
  title: described(text, "its title"),
  level: described(AlertLevelSchema, "its level"),
  alerts: described(count, "how many alerts it would have made"),
  folded: described(count, "how many of them repeat an earlier one"),
  days: described(v.record(text, count), "the alerts by day, in UTC"),
  groups: described(
    v.object({
      different: described(count, "how many there were, as far as they were told apart"),
      more: described(v.boolean(), "whether there were more"),
      top: v.array(v.object({ value: text, count })),
    }),
    "who or what they are about, most frequent first",
  ),
  examples: described(v.array(ExampleSchema), "the latest of them"),
});

const RuleDifferenceSchema = v.object({
  id: described(text, "the rule's id, or its title if it has none"),
  title: described(text, "its title"),
  alerts: described(count, "how many alerts it makes with `rules`"),
  otherAlerts: described(count, "how many with `compare`"),
  added: described(count, "how many only `compare` makes"),
  addedExamples: v.array(ExampleSchema),
  removed: described(count, "how many `compare` no longer makes"),
  removedExamples: v.array(ExampleSchema),
});

/** What rules would have done. */
export const BacktestReportSchema = v.object({
  events: described(count, "how many events were looked at"),
  from: described(maybeTime, "the date of the first"),
  to: described(maybeTime, "the date of the last"),
  stopped: described(maybeText, "why reading ended before the events did; null if it did not"),
  alerts: described(count, "how many alerts there would have been"),
  folded: described(count, "how many of them repeat an earlier one"),
  rules: described(v.array(RuleReportSchema), "each rule, those with the most alerts first"),
  leftOut: described(
    v.object({
      late: count,
      ungrouped: count,
      valueless: count,
      dropped: count,
      undated: count,
    }),
    "how many matches correlations could not use, and why",
  ),
  changes: v.exactOptional(
    described(v.array(RuleDifferenceSchema), "what `compare` changes; absent without it"),
  ),
});

/** A line of the answer: how far it is, and in the end what was found. */
const StepSchema = v.union([
  v.object({
    progress: v.object({
      events: described(count, "how many events were looked at"),
      of: described(count, "how many there are"),
      matches: described(count, "how many matches were found"),
    }),
  }),
  v.object({ report: BacktestReportSchema }),
]) satisfies v.GenericSchema<BacktestStep>;

/** `/v1/backtest`: what rules would have done with the events of the log. */
export const backtestRoute = route("/v1/backtest", {
  POST: operation({
    scope: "admin",
    purpose: "what rules would have done with the events of the log",
    query: {
      since: v.optional(described(
        v.pipe(
          v.string(),
          v.transform((text) => parseDate(text) ?? NaN),
          v.number(NOT_A_DATE),
        ),
        "the earliest date of an event; default any",
      )),
      limit: described(
        parameters.limit(BACKTEST_LIMITS.events),
        "how many events of the log are read, the latest of them; default 200,000",
      ),
    },
    ownBody: v.object({
      rules: BundleSchema,
      compare: v.optional(described(BundleSchema, "other rules, to see what they change")),
    }),
    answers: { 200: { ndjson: StepSchema } },
    problems: ["invalid_rules", "too_large", "conflict"],
    async answer(call) {
      const body = await jsonBody(call.request, MAX_BYTES);
      if (body instanceof Response) return body;
      const started = call.log.backtest(body.value, call.query);
      if (started === "busy") {
        return problem("conflict", {
          detail: "Another backtest is running; try again when it has ended",
          headers: { "Retry-After": "10" },
        });
      }
      if ("problems" in started) {
        return problem("invalid_rules", {
          detail:
            "Send {rules} or {rules, compare}, each of them as panoptes rules build writes it, " +
            "from the same version",
          members: { problems: started.problems },
        });
      }
      return longAnswer(call, {
        parts: lines(started.steps),
        type: FORMS.ndjson,
        onEnd: () => started.end(),
      });
    },
  }),
});

function* lines(steps: Iterable<BacktestStep>): Generator<string, void, void> {
  for (const step of steps) yield `${jsonText(step)}\n`;
}
