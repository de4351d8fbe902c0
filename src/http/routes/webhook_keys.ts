import { json } from "../response.ts";
import { operation, type Route } from "../route.ts";

/**
 * `/.well-known/webhook-keys`: the public keys that webhooks are verified with. They are public, so
 * nobody needs a token for them; which endpoint has which key is not told.
 */
export const webhookKeysRoute: Route = {
  path: "/.well-known/webhook-keys",
  GET: operation("none", {}, async ({ log }) => {
    const keys = await log.webhookKeys();
    return json({ keys: keys.map((key) => ({ alg: "ed25519", key })) }, 200, {
      "Cache-Control": "public, max-age=300",
    });
  }),
};
