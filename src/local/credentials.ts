import { newApiToken } from "../cli/commands/token_create.ts";

/** A new token for the API of the Worker, and the setting that makes the Worker accept it. */
export interface NewToken {
  readonly token: string;
  /** API_TOKENS: what was set before, and the hash of this token, never the token itself. */
  readonly configured: string;
}

/**
 * Makes a token of 32 random bytes with the scopes `read` and `admin`.
 *
 * @param others API_TOKENS as it is set; if it is not a JSON list, the Worker reports that.
 */
export async function newToken(others = "[]"): Promise<NewToken> {
  const { token, sha256 } = await newApiToken();
  const own = { name: "deno task start", sha256, scopes: ["read", "admin"] };
  let list: unknown;
  try {
    list = JSON.parse(others);
  } catch {
    list = undefined;
  }
  return { token, configured: Array.isArray(list) ? JSON.stringify([...list, own]) : others };
}

/** Makes a webhook signing secret of 32 random bytes. */
export function newSecret(): string {
  return `whsec_${crypto.getRandomValues(new Uint8Array(32)).toBase64()}`;
}
