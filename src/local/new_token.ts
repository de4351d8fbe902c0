/** A new token for reading the log, and what the Worker is configured with: its hash, never the token. */
export interface NewToken {
  readonly token: string;
  /** API_TOKENS: what was configured, and this token. */
  readonly configured: string;
}

/**
 * Makes a token of 32 random bytes that may read and administer.
 *
 * @param others API_TOKENS as it is set; what is not a JSON list is left for the Worker to complain about.
 */
export async function newToken(others = "[]"): Promise<NewToken> {
  const random = crypto.getRandomValues(new Uint8Array(32));
  const token = `pan_${random.toBase64({ alphabet: "base64url", omitPadding: true })}`;
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  const own = {
    name: "deno task start",
    sha256: new Uint8Array(hash).toHex(),
    scopes: ["read", "admin"],
  };
  let list: unknown;
  try {
    list = JSON.parse(others);
  } catch {
    list = undefined;
  }
  return { token, configured: Array.isArray(list) ? JSON.stringify([...list, own]) : others };
}
