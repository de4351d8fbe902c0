/** The token that a Worker accepts in tests, unless its settings say otherwise. */
export const TOKEN = "test-reader-token";

/** A hash as API_TOKENS contains it. */
export async function sha256(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return new Uint8Array(digest).toHex();
}
