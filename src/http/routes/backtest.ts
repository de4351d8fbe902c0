import * as v from "valibot";
import { jsonText } from "../../stream/json_text.ts";
import { parseDate } from "../../thousandeyes/event/parse_date.ts";
import { BACKTEST_LIMITS, type BacktestStep } from "../../watch/log_backtests.ts";
import { jsonBody } from "../json_body.ts";
import { longAnswer } from "../long_answer.ts";
import { problem } from "../problem.ts";
import { parameters } from "../read_query.ts";
import { operation, type Route } from "../route.ts";
import { MAX_BUNDLE_BYTES } from "./rules.ts";

/** The body holds two bundles at most. */
const MAX_BYTES = 2 * MAX_BUNDLE_BYTES;

const NOT_A_DATE = "must be a date, such as 2026-11-22T10:00:00Z";

/** `/v1/backtest`: what rules would have done with the events of the log. */
export const backtestRoute: Route = {
  path: "/v1/backtest",
  POST: operation("admin", {
    since: v.optional(
      v.pipe(
        v.string(),
        v.transform((text) => parseDate(text) ?? NaN),
        v.number(NOT_A_DATE),
      ),
    ),
    limit: parameters.limit(BACKTEST_LIMITS.events),
  }, async (call) => {
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
      type: "application/x-ndjson",
      onEnd: () => started.end(),
    });
  }),
};

function* lines(steps: Iterable<BacktestStep>): Generator<string, void, void> {
  for (const step of steps) yield `${jsonText(step)}\n`;
}
