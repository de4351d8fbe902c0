import * as v from "valibot";
import { json } from "../answer/response.ts";
import { operation, route } from "../route.ts";
import { described, text } from "../request/schema.ts";

const KeysSchema = v.object({
  keys: v.array(v.object({
    alg: v.literal("ed25519"),
    key: described(text, "the key: `whpk_` and base64"),
  })),
});

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
        json: KeysSchema,
      },
    },
    async answer({ log }) {
      return keysAnswer(await log.webhookKeys(), true);
    },
    total: {
      answer(answers) {
        const keys = answers.flatMap(({ value }) =>
          value === undefined ? [] : (value as v.InferOutput<typeof KeysSchema>).keys
        );
        // Keys may be missing as long as a log does not answer.
        const isWhole = answers.every(({ value }) => value !== undefined);
        return keysAnswer(keys.map(({ key }) => key), isWhole);
      },
    },
  }),
});

function keysAnswer(keys: readonly string[], isWhole: boolean): Response {
  const unique = [...new Set(keys)].map((key) => ({ alg: "ed25519", key }));
  const caching = isWhole ? "public, max-age=300" : "no-store";
  return json({ keys: unique }, 200, { "Cache-Control": caching });
}
