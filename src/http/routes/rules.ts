import { json } from "../response.ts";
import { operation, type Route } from "../route.ts";

/** `/v1/rules`: the rules in force. */
export const rulesRoute: Route = {
  path: "/v1/rules",
  GET: operation("read", {}, ({ log }) => json({ rules: log.rules() })),
};
