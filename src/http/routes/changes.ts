import * as v from "valibot";
import { CHANGE_KINDS } from "../../store/change_table.ts";
import { jsonListAnswer } from "../long_answer.ts";
import { parameters } from "../request/read_query.ts";
import { operation, route } from "../route.ts";
import { count, described, nextRow, text, texts, time } from "../request/schema.ts";

const MAX_ROWS = 100;

/** Something that an operator has changed. */
export const ChangeSchema = v.object({
  at: described(time, "when"),
  seq: described(count, "its number, from 1"),
  by: described(text, "the name of the token"),
  what: described(v.picklist(CHANGE_KINDS), "what was done"),
  about: described(text, "the name or id of what it is about"),
  details: described(
    texts,
    "further facts, such as the members of an endpoint that have changed; never their values",
  ),
});

/** `/v1/changes`: who has changed what, newest first. */
export const changesRoute = route("/v1/changes", {
  GET: operation({
    scope: "admin",
    purpose: "who has changed what, newest first",
    query: {
      limit: described(parameters.limit(MAX_ROWS), "the maximum number of changes; default 100"),
      before: described(
        parameters.row,
        "only changes below this `seq`: the `next` of the previous answer",
      ),
    },
    answers: { 200: { json: v.object({ changes: v.array(ChangeSchema), next: nextRow }) } },
    answer(call) {
      const { log, query: { limit = MAX_ROWS, before = Number.MAX_SAFE_INTEGER } } = call;
      const found = log.changes(before, limit);
      const rows = found.map(({ at, ...change }) => ({
        at: new Date(at).toISOString(),
        ...change,
      }));
      return jsonListAnswer(call, "changes", rows, () => ({
        next: found.length === limit ? found.at(-1)?.seq ?? null : null,
      }));
    },
  }),
});
