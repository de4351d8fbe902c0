import { jsonListAnswer } from "../long_answer.ts";
import { operation, type Route } from "../route.ts";

/** `/v1/rules`: the rules in force. */
export const rulesRoute: Route = {
  path: "/v1/rules",
  GET: operation("read", {}, (call) => jsonListAnswer(call, "rules", call.log.rules())),
};
