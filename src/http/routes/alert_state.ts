import * as v from "valibot";
import { ALERT_STATES, type AlertChange } from "../../alert/alert_state.ts";
import { holderOf } from "../api_tokens.ts";
import { problem } from "../problem.ts";
import { readBody } from "../read_body.ts";
import { json } from "../response.ts";
import { operation, type Route } from "../route.ts";

const note = "must be a string of at most 1000 characters";

/** A new state as a client asks for it. */
const NewStateSchema = v.strictObject({
  state: v.picklist(ALERT_STATES, `must be one of ${ALERT_STATES.join(", ")}`),
  note: v.optional(v.pipe(v.string(note), v.trim(), v.maxLength(1_000, note)), ""),
}, "is missing or unknown: there are state and note");

/** `/v1/alerts/:id/state`: who is handling an alert, and who has closed it. */
export const alertStateRoute: Route = {
  path: "/v1/alerts/:id{[a-z0-9]{1,32}}/state",
  GET: operation("read", {}, ({ log, params }) => {
    const { id = "" } = params;
    return answer(id, log.alertChanges(id));
  }),
  PUT: operation("admin", {}, async ({ log, params, request, clock }) => {
    const { state, note } = await readBody(request, NewStateSchema);
    const { id = "" } = params;
    const at = new Date(clock.now()).toISOString();
    const by = holderOf(request).name;
    return answer(id, log.changeAlert(id, { state, by, at, note: note === "" ? null : note }));
  }),
};

function answer(id: string, history: readonly AlertChange[] | undefined): Response {
  if (history === undefined) return problem("not_found");
  const { state, by, at, note } = history.at(-1) ??
    { state: "open", by: null, at: null, note: null };
  return json({ alert: id, state, by, at, note, history });
}
