import * as v from "valibot";
import { parseDate } from "../../thousandeyes/event/parse_date.ts";
import type { Holder } from "./stream_limit.ts";

/** The scopes, each with those that it includes. */
const INCLUDED = {
  "intake": [],
  "read:events": [],
  "read:alerts": [],
  "read": ["read:events", "read:alerts"],
  "admin": ["read:events", "read:alerts", "read"],
} as const;

/**
 * What a token permits: to read the events, the alerts, or all of the log; `admin` also changes and
 * receivers' answers. Only `intake` allows pushing events, and it allows nothing else: whoever
 * runs the log must not be able to write its evidence, and whoever writes it need not read it.
 */
export type Scope = keyof typeof INCLUDED;

/** Every scope, the narrowest first. */
export const SCOPES: readonly Scope[] = Object.keys(INCLUDED) as Scope[];
const SCOPE_NAMES = SCOPES.join(", ");

/**
 * Whether scopes permit what needs a scope.
 *
 * @param scopes The scopes of a token.
 * @param needed The scope that is needed.
 * @returns Whether one of them is it, or includes it.
 */
export function permits(scopes: readonly Scope[], needed: Scope): boolean {
  return scopes.some((scope) =>
    scope === needed || (INCLUDED[scope] as readonly Scope[]).includes(needed)
  );
}

/** A bearer token as it is configured: its hash, never the token itself. */
export interface ApiToken {
  /** Who holds it; shown in logs. */
  name: string;
  /** The SHA-256 of the token, in 64 hexadecimal digits: `printf %s "$TOKEN" | sha256sum`. */
  sha256: string;
  /** What it may do. */
  scopes: Scope[];
  /** The names of the sources that it may see; all if absent. */
  sources?: string[];
  /** From when on it is refused, in milliseconds since the Unix epoch; never if absent. */
  expires?: number;
}

/** What the names of people begin with, so that no token can have the name of a person. */
export const PERSON_PREFIX = "access:";

/** The name of a token, for valibot. */
export const TokenNameSchema: v.GenericSchema<string> = v.pipe(
  v.string("must be a string"),
  v.regex(/^[\w.@ -]{1,64}$/, "must be 1 to 64 letters, digits, spaces, or . _ - @"),
);

const NOT_A_DATE = "must be a date such as 2027-01-31T00:00:00Z";

/** The configuration of one bearer token, for valibot. Its messages never quote a value. */
export const ApiTokenSchema: v.GenericSchema<unknown, ApiToken> = v.strictObject({
  name: TokenNameSchema,
  sha256: v.pipe(
    v.string("must be a string"),
    v.regex(/^[0-9a-f]{64}$/i, "must be 64 hexadecimal digits, the SHA-256 of the token"),
    v.toLowerCase(),
  ),
  scopes: v.pipe(
    v.array(
      v.picklist(SCOPES, `must be one of ${SCOPE_NAMES}`),
      `must be a list of ${SCOPE_NAMES}`,
    ),
    v.minLength(1, `must contain at least one of ${SCOPE_NAMES}`),
  ),
  sources: v.exactOptional(v.pipe(
    v.array(
      v.pipe(
        v.string("must be the name of a source"),
        v.maxLength(63, "must be the name of a source"),
      ),
      "must be a list of the names of sources",
    ),
    v.minLength(1, "must have at least one entry"),
    v.maxLength(100, "must have at most 100 entries"),
  )),
  // A date that cannot be read refuses the token: it must not make one that never expires.
  expires: v.exactOptional(v.pipe(
    v.string(NOT_A_DATE),
    v.transform((text) => parseDate(text) ?? NaN),
    v.number(NOT_A_DATE),
  )),
}, "must be an object with name, sha256, scopes and optionally sources and expires");

/** One scheme, one token of visible characters; the bound limits what strangers make us hash. */
const BEARER = /^Bearer +([\x21-\x7e]{1,512})$/i;

/** The configured tokens, ready for comparison. */
export class TokenTable {
  #entries: { token: ApiToken; hash: Uint8Array }[];

  /** @param tokens The tokens, validated by `ApiTokenSchema`. */
  constructor(tokens: readonly ApiToken[]) {
    this.#entries = tokens.map((token) => ({ token, hash: bytesOfHex(token.sha256) }));
  }

  /** Whether no token is configured, so that no request can be authorized. */
  get empty(): boolean {
    return this.#entries.length === 0;
  }

  /**
   * Finds the configured token that a request carries, whether it has expired or not. The time it
   * takes reveals neither how close a guess was nor which token matches: whole hashes are compared,
   * and always all of them.
   *
   * @param authorization The value of the `Authorization` header: untrusted text.
   * @returns The token, or undefined if none matches.
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

/** Where the gateway notes a holder; it overwrites what a client sends under these names. */
const NAME_HEADER = "panoptes-token";
const SCOPES_HEADER = "panoptes-scopes";
const EXPIRES_HEADER = "panoptes-expires";
const SHA256_HEADER = "panoptes-token-sha256";

/**
 * Notes on a request which token authorized it, for the process that holds the log.
 *
 * @param request The request.
 * @param token The token.
 * @returns A copy with the note, otherwise the same.
 */
export function withHolder(
  request: Request,
  { name, scopes, expires, sha256 }:
    & Pick<ApiToken, "name" | "scopes" | "expires">
    & Partial<Pick<ApiToken, "sha256">>,
): Request {
  const headers = new Headers(request.headers);
  headers.set(NAME_HEADER, name);
  headers.set(SCOPES_HEADER, scopes.join(" "));
  headers.set(EXPIRES_HEADER, String(expires ?? ""));
  headers.set(SHA256_HEADER, sha256 ?? "");
  return new Request(request, { headers });
}

/**
 * Reads the note of `withHolder()`.
 *
 * @param request A request that the gateway has authorized.
 * @returns Who holds the token; an unnamed reader if there is no note.
 */
export function holderOf({ headers }: Request): Holder {
  const expires = headers.get(EXPIRES_HEADER) ?? "";
  return {
    name: headers.get(NAME_HEADER) ?? "",
    isAdmin: headers.get(SCOPES_HEADER)?.split(" ").includes("admin") ?? false,
    expires: expires === "" ? undefined : Number(expires),
    sha256: headers.get(SHA256_HEADER) || undefined,
  };
}

function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
