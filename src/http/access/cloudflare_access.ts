import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from "jose";
import type { Clock } from "../../stream/clock.ts";
import type { Fetch } from "../../stream/fetch.ts";
import { readBytes } from "../../stream/read_bytes.ts";
import { withDeadline } from "../../stream/with_deadline.ts";
import { type ApiToken, PERSON_PREFIX } from "./api_tokens.ts";

/** The header in which Cloudflare Access says who somebody is. */
export const ASSERTION_HEADER = "Cf-Access-Jwt-Assertion";

/** Who somebody is by Cloudflare Access, as a token that has a name, scopes and an end. */
export type Person = Required<Pick<ApiToken, "name" | "scopes" | "expires">>;

/** How people are recognised. */
export interface CloudflareAccessOptions {
  /** The origin of the team domain, such as `https://example.cloudflareaccess.com`. */
  readonly team: string;
  /** The audience tag of the Access application. */
  readonly audience: string;
  /** The addresses of those who have the scope `admin`, in lower case; the others have `read`. */
  readonly admins: readonly string[];
  /** The network; only the team domain is called. */
  readonly fetch: Fetch;
  /** Time. */
  readonly clock: Clock;
}

/** A longer assertion is not even looked at; Cloudflare's have one to two thousand characters. */
const MAX_LENGTH = 8_192;
const MAX_KEY_BYTES = 65_536;
const FETCH_MS = 5_000;
/** After so long the keys are read again; Cloudflare changes them every six weeks. */
const KEYS_AGE_MS = 3_600_000;
/** An unknown key or a failure makes the keys be read again, but not more often than this. */
const PAUSE_MS = 30_000;
/** How far the clocks of Cloudflare and ours may differ, in seconds. */
const TOLERANCE_S = 10;
const EMAIL = /^[\x21-\x3f\x41-\x7e]{1,64}@[\x21-\x3f\x41-\x7e]{1,190}$/;

/**
 * Recognises people by the assertions of Cloudflare Access (a JWT that each request carries once its
 * user has signed in). Keys are read from the team domain and kept: if it cannot be reached, those
 * that are known stay in use.
 */
export class CloudflareAccess {
  readonly #options: CloudflareAccessOptions;
  #keys: ReturnType<typeof createLocalJWKSet> | undefined;
  #readAt = -Infinity;
  #triedAt = -Infinity;
  #failure: unknown;

  /** @param options The team domain, the audience, and who may do what. */
  constructor(options: CloudflareAccessOptions) {
    this.#options = options;
  }

  /** Why the keys could not be read when that was last tried; undefined if they were. */
  get failure(): unknown {
    return this.#failure;
  }

  /**
   * Finds out whose assertion it is.
   *
   * @param assertion The value of the header: untrusted text.
   * @returns The person; `invalid` if it is not valid here and now, or is not about a person;
   *   `unavailable` if no key is known that could tell.
   */
  async identify(assertion: string): Promise<Person | "invalid" | "unavailable"> {
    if (assertion.length > MAX_LENGTH) return "invalid";
    if (this.#now() >= this.#readAt + KEYS_AGE_MS) await this.#readKeys();
    if (this.#keys === undefined) return "unavailable";
    try {
      return await this.#verify(assertion);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) return "invalid";
      await this.#readKeys(); // Cloudflare may have changed its keys
      return await this.#verify(assertion).catch(() => "invalid" as const);
    }
  }

  async #verify(assertion: string): Promise<Person | "invalid"> {
    if (this.#keys === undefined) return "invalid";
    const { team, audience, admins } = this.#options;
    const { payload } = await jwtVerify(assertion, this.#keys, {
      algorithms: ["RS256"], // what Cloudflare signs with: no key is taken for that of another kind
      issuer: team,
      audience,
      requiredClaims: ["exp", "iat", "email"],
      currentDate: new Date(this.#now()),
      clockTolerance: TOLERANCE_S,
    });
    const { email, exp } = payload;
    // A service token of Access has no address: programs have tokens of Panoptes.
    if (typeof email !== "string" || !EMAIL.test(email) || exp === undefined) return "invalid";
    const address = email.toLowerCase();
    return {
      name: `${PERSON_PREFIX}${address}`,
      scopes: [admins.includes(address) ? "admin" : "read"],
      expires: exp * 1_000,
    };
  }

  /** Reads the keys, unless that was tried a moment ago; what is known stays if it fails. */
  async #readKeys(): Promise<void> {
    const now = this.#now();
    const wasTried = this.#keys !== undefined || this.#failure !== undefined;
    if (wasTried && now >= this.#triedAt && now < this.#triedAt + PAUSE_MS) return;
    this.#triedAt = now;
    try {
      // Nobody waits for the request of another: a Worker may cancel that with its client.
      this.#keys = createLocalJWKSet(await this.#request());
      this.#readAt = this.#now();
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
    }
  }

  async #request(): Promise<JSONWebKeySet> {
    const { team, fetch, clock } = this.#options;
    return await withDeadline(FETCH_MS, async (signal) => {
      const { status, body } = await fetch(new URL("/cdn-cgi/access/certs", team), {
        headers: { accept: "application/json" },
        redirect: "manual",
        signal,
      });
      if (status !== 200) {
        await body?.cancel();
        throw new Error(`Cannot read the keys of Cloudflare Access: the answer is ${status}`);
      }
      const bytes = await readBytes(body, MAX_KEY_BYTES, signal);
      return JSON.parse(new TextDecoder().decode(bytes));
    }, { clock });
  }

  #now(): number {
    return this.#options.clock.now();
  }
}
