/** The token that a Worker accepts in tests, unless its settings say otherwise. */
export const TOKEN = "test-reader-token";

/** The setting API_TOKENS that accepts it, with all scopes but that of pushing. */
export async function apiTokens(): Promise<string> {
  return JSON.stringify([
    { name: "tests", sha256: await sha256(TOKEN), scopes: ["read", "admin"] },
  ]);
}

/** A hash as API_TOKENS contains it. */
export async function sha256(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return new Uint8Array(digest).toHex();
}
