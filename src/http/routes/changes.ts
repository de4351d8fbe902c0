import { jsonListAnswer } from "../long_answer.ts";
import { parameters } from "../read_query.ts";
import { operation, type Route } from "../route.ts";

const MAX_ROWS = 100;

/** `/v1/changes`: who has changed what, newest first. */
export const changesRoute: Route = {
  path: "/v1/changes",
  GET: operation("admin", {
    limit: parameters.limit(MAX_ROWS),
    before: parameters.row,
  }, (call) => {
    const { log, query: { limit = MAX_ROWS, before = Number.MAX_SAFE_INTEGER } } = call;
    const found = log.changes(before, limit);
    const rows = found.map(({ at, ...change }) => ({ at: new Date(at).toISOString(), ...change }));
    return jsonListAnswer(call, "changes", rows, () => ({
      next: found.length === limit ? found.at(-1)?.seq ?? null : null,
    }));
  }),
};
