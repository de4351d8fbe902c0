import * as v from "valibot";
import type { Status } from "../log_access.ts";
import { json } from "../answer/response.ts";
import { operation, route } from "../route.ts";
import { described, maybeCount, maybeTime, text, texts } from "../request/schema.ts";
import { HealthSchema, ReasonSchema, unreachable } from "./status.ts";

/** A source, with the state of its log. */
export const SourceSchema = v.object({
  name: described(text, "its name"),
  health: described(HealthSchema, "the worst of `reasons`"),
  reasons: described(v.array(ReasonSchema), "why, each with what to do"),
  coveredTo: described(
    maybeTime,
    "all that was published by then has been read, except for gaps; null if its log does not answer",
  ),
  lagMs: described(maybeCount, "how long ago that is, in milliseconds; likewise"),
  events: described(maybeCount, "events kept; likewise"),
  alerts: described(maybeCount, "alerts kept; likewise"),
  rules: described(maybeCount, "how many rules are in force; likewise"),
  endpoints: described(texts, "the names of the webhook endpoints that get its alerts"),
});
type Source = v.InferOutput<typeof SourceSchema>;

const ListSchema = v.object({ sources: v.array(SourceSchema) });

/** `/v1/sources`: the sources that the token may see, in the order of the settings. */
export const sourcesRoute = route("/v1/sources", {
  GET: operation({
    scope: "read",
    purpose: "the sources that the token may see, with their health",
    answers: { 200: { json: ListSchema } },
    answer: ({ log }) => json({ sources: [sourceOf(log.status())] }),
    total: {
      answer: (answers, now) =>
        json({
          sources: answers.flatMap(({ source, value }) =>
            value === undefined
              ? [silent(source, now)]
              : (value as v.InferOutput<typeof ListSchema>).sources
          ),
        }),
    },
  }),
});

function sourceOf({ source, health, reasons, covered, log, rules, endpoints }: Status): Source {
  return {
    name: source,
    health,
    reasons: [...reasons],
    coveredTo: covered.to,
    lagMs: covered.lagMs,
    events: log.events,
    alerts: log.alerts,
    rules,
    endpoints: endpoints.map(({ name }) => name),
  };
}

/** A source whose log does not answer. */
function silent(name: string, now: number): Source {
  return {
    name,
    health: "red",
    reasons: [unreachable(now)],
    coveredTo: null,
    lagMs: null,
    events: null,
    alerts: null,
    rules: null,
    endpoints: [],
  };
}
