import type { ApiToken } from "./api_tokens.ts";

/** One scheme, one token of visible characters, and an end to what is hashed for a stranger. */
const BEARER = /^Bearer +([\x21-\x7e]{1,512})$/i;

/** The configured tokens, ready to be compared with. */
export class TokenTable {
  #entries: { token: ApiToken; hash: Uint8Array }[];

  /** @param tokens The tokens, checked by `ApiTokenSchema`. */
  constructor(tokens: readonly ApiToken[]) {
    this.#entries = tokens.map((token) => ({ token, hash: bytesOfHex(token.sha256) }));
  }

  /** Whether there is none, so that nobody can be let in. */
  get empty(): boolean {
    return this.#entries.length === 0;
  }

  /**
   * Finds the configured token that a request carries. The time it takes tells nothing of how close a
   * guess was, nor which token fits: hashes are compared whole, and all of them.
   *
   * @param authorization The value of the `Authorization` header: hostile text.
   * @returns The token, or undefined if none fits.
   */
  async find(authorization: string | undefined): Promise<ApiToken | undefined> {
    const [, presented] = BEARER.exec(authorization ?? "") ?? [];
    if (presented === undefined) return undefined;
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(presented));
    const hash = new Uint8Array(digest);
    let found: ApiToken | undefined;
    for (const entry of this.#entries) {
      let difference = 0;
      for (const [index, byte] of entry.hash.entries()) difference |= byte ^ hash[index]!;
      if (difference === 0) found = entry.token;
    }
    return found;
  }
}

function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
