import * as v from "valibot";
import { json } from "../response.ts";
import { operation, route } from "../route.ts";
import { described, text } from "../schema.ts";

/**
 * `/.well-known/webhook-keys`: the public keys that webhooks are verified with. They are public, so
 * nobody needs a token for them; which endpoint has which key is not told.
 */
export const webhookKeysRoute = route("/.well-known/webhook-keys", {
  GET: operation({
    scope: "none",
    purpose: "the public keys that webhooks are verified with",
    answers: {
      200: {
        json: v.object({
          keys: v.array(v.object({
            alg: v.literal("ed25519"),
            key: described(text, "the key: `whpk_` and base64"),
          })),
        }),
      },
    },
    async answer({ log }) {
      const keys = await log.webhookKeys();
      return json({ keys: keys.map((key) => ({ alg: "ed25519", key })) }, 200, {
        "Cache-Control": "public, max-age=300",
      });
    },
  }),
});
