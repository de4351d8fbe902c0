import { holderOf } from "../api_tokens.ts";
import { json } from "../response.ts";
import { operation, type Route } from "../route.ts";

/**
 * `/v1/epoch`: starts a new epoch after an earlier copy of the log was restored. The log cannot
 * detect that by itself, and would otherwise give out the same ids again.
 */
export const epochRoute: Route = {
  path: "/v1/epoch",
  POST: operation(
    "admin",
    {},
    ({ log, request }) => json({ epoch: log.raiseEpoch(holderOf(request).name) }),
  ),
};
