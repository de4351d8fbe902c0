import * as v from "valibot";
import { ALERT_STATES, type AlertChange } from "../../alert/alert_state.ts";
import { formatLastEventId } from "../../sse/last_event_id.ts";
import { holderOf } from "../api_tokens.ts";
import { jsonAnswer } from "../long_answer.ts";
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

const PATH = "/v1/alerts/:id{[a-z0-9]{1,32}}";

/** `/v1/alerts/:id`: one alert, who is handling it, and who has closed it. */
export const alertRoutes: readonly Route[] = [{
  path: PATH,
  GET: operation("read:alerts", {}, (call) => {
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
  }),
}, {
  path: `${PATH}/state`,
  GET: operation("read:alerts", {}, ({ log, params }) => {
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
}];

function answer(id: string, history: readonly AlertChange[] | undefined): Response {
  if (history === undefined) return problem("not_found");
  const { state, by, at, note } = history.at(-1) ??
    { state: "open", by: null, at: null, note: null };
  return json({ alert: id, state, by, at, note, history });
}
