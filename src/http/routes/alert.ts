import * as v from "valibot";
import { ALERT_STATES, type AlertChange } from "../../alert/alert_state.ts";
import { formatLastEventId } from "../../sse/last_event_id.ts";
import { holderOf } from "../access/api_tokens.ts";
import { jsonAnswer, jsonListAnswer } from "../long_answer.ts";
import { problem } from "../answer/problem.ts";
import { json } from "../answer/response.ts";
import { parameters } from "../request/read_query.ts";
import { operation, type PathParameter, route } from "../route.ts";
import { count, described, maybeText, maybeTime, text, time } from "../request/schema.ts";
import { AlertEntrySchema } from "./events_and_alerts.ts";

const note = "must be a string of at most 1000 characters";

/** A new state as a client asks for it. */
const NewStateSchema = v.strictObject({
  state: described(
    v.picklist(ALERT_STATES, `must be one of ${ALERT_STATES.join(", ")}`),
    "`acknowledged`: somebody is handling it; `closed`: it is dealt with; `open`: again",
  ),
  note: v.optional(
    described(
      v.pipe(v.string(note), v.trim(), v.maxLength(1_000, note)),
      "what else there is to say",
    ),
    "",
  ),
}, "is missing or unknown: there are state and note");

/** Who put an alert into which state. */
const ChangeSchema = v.object({
  state: v.picklist(ALERT_STATES),
  by: described(text, "the name of the token"),
  at: described(time, "when"),
  note: described(maybeText, "what else they said; null if nothing"),
}) satisfies v.GenericSchema<AlertChange>;

/** Who is handling an alert, and who has closed it. */
export const AlertHistorySchema = v.object({
  alert: described(text, "the id of the alert"),
  state: described(v.picklist(ALERT_STATES), "its state"),
  by: described(maybeText, "who put it there; null if nobody has said anything"),
  at: described(maybeTime, "when; likewise"),
  note: described(maybeText, "what else they said; null if nothing"),
  history: described(v.array(ChangeSchema), "the latest 20 changes, oldest first"),
});

/** A state that somebody put an alert into. */
export const AlertStateChangeSchema = v.object({
  seq: described(count, "its number, which increases"),
  alert: described(text, "the id of the alert"),
  state: described(v.picklist(ALERT_STATES), "the state that it is in since"),
  by: described(text, "the name of the token"),
  at: described(time, "when"),
});

/** How many changes of states one answer has. */
const MAX_STATES = 1_000;

const PARAMS: Record<"id", PathParameter> = {
  id: { pattern: "[a-z0-9]{1,32}", description: "the alert's own id" },
};

/** `/v1/alerts/:id` and its like: one alert, who is handling it, and who has closed it. */
export const alertRoutes = [
  route("/v1/alerts/:id", {
    GET: operation({
      scope: "read:alerts",
      purpose: "one alert, by its own id",
      answers: { 200: { json: AlertEntrySchema } },
      problems: ["not_found"],
      answer(call) {
        const { log: { alert, alerts }, params: { id = "" } } = call;
        const stored = alert(id);
        // From the feed, which shows only what is durable.
        const [entry] = stored === undefined ? [] : alerts.read(stored.seq - 1, 1).entries;
        if (entry === undefined) return problem("not_found");
        const { seq, recordedAt, state, body } = entry;
        return jsonAnswer(call, {
          id: formatLastEventId({ epoch: alerts.head().epoch, seq }),
          recordedAt: new Date(recordedAt).toISOString(),
          state,
          alert: JSON.parse(body),
        });
      },
    }),
  }, PARAMS),
  route("/v1/alerts/:id/state", {
    GET: operation({
      scope: "read:alerts",
      purpose: "who is handling an alert, and who has closed it",
      answers: { 200: { json: AlertHistorySchema } },
      problems: ["not_found"],
      answer: ({ log, params: { id = "" } }) => answer(id, log.alertChanges(id)),
    }),
    PUT: operation({
      scope: "admin",
      purpose: "acknowledges, closes or opens an alert",
      body: NewStateSchema,
      answers: { 200: { json: AlertHistorySchema } },
      problems: ["not_found", "conflict"],
      answer({ log, params: { id = "" }, body: { state, note }, request, clock }) {
        // A later part of the backup may bring changes of this alert.
        if (log.backups.restoring() !== undefined) {
          return problem("conflict", {
            detail: "A restore is running: try again when it is done",
          });
        }
        const at = new Date(clock.now()).toISOString();
        const by = holderOf(request).name;
        return answer(id, log.changeAlert(id, { state, by, at, note: note === "" ? null : note }));
      },
    }),
  }, PARAMS),
  route("/v1/alert-states", {
    GET: operation({
      scope: "read:alerts",
      purpose: "who has put which alert into which state, oldest first",
      query: {
        after: described(
          parameters.row,
          "only changes above this `seq`: the `next` of the previous answer; by default the " +
            "latest changes",
        ),
      },
      answers: {
        200: {
          json: v.object({
            states: v.array(AlertStateChangeSchema),
            next: described(count, "the `after` of the next request"),
            missed: described(
              v.boolean(),
              "whether changes after `after` are no longer kept: then read the alerts again",
            ),
          }),
        },
      },
      answer(call) {
        const { log, query: { after } } = call;
        const { states, ...rest } = log.alertStates(after, MAX_STATES);
        const rows = states.map(({ at, ...one }) => ({ ...one, at: new Date(at).toISOString() }));
        return jsonListAnswer(call, "states", rows, () => rest);
      },
    }),
  }),
] as const;

function answer(id: string, history: readonly AlertChange[] | undefined): Response {
  if (history === undefined) return problem("not_found");
  const { state, by, at, note } = history.at(-1) ??
    { state: "open", by: null, at: null, note: null };
  return json({ alert: id, state, by, at, note, history });
}
