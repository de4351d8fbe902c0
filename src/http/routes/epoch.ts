import * as v from "valibot";
import { holderOf } from "../access/api_tokens.ts";
import { json } from "../answer/response.ts";
import { operation, route } from "../route.ts";
import { described, text } from "../request/schema.ts";

/**
 * `/v1/epoch`: starts a new epoch after an earlier copy of the log was restored. The log cannot
 * detect that by itself, and would otherwise give out the same ids again.
 */
export const epochRoute = route("/v1/epoch", {
  POST: operation({
    scope: "admin",
    purpose: "starts a new epoch after the log was restored from a copy",
    answers: { 200: { json: v.object({ epoch: described(text, "the new epoch") }) } },
    answer: ({ log, request }) => json({ epoch: log.raiseEpoch(holderOf(request).name) }),
  }),
});
