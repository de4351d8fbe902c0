import * as v from "valibot";

/** What a token may do: `read` the log, or also change things and see what receivers have answered (`admin`). */
export type Scope = "read" | "admin";

/** A bearer token as it is configured: never the token itself. */
export interface ApiToken {
  /** Who holds it; shown in logs. */
  name: string;
  /** The SHA-256 of the token, in 64 hexadecimal digits: `printf %s "$TOKEN" | sha256sum`. */
  sha256: string;
  /** What it may do; `admin` may read too. */
  scopes: Scope[];
}

/** The configuration of one bearer token, for valibot. Its messages never quote a value. */
export const ApiTokenSchema: v.GenericSchema<ApiToken> = v.strictObject({
  name: v.pipe(
    v.string("must be a text"),
    v.regex(/^[\w.@ -]{1,64}$/, "must be 1 to 64 letters, digits, spaces, or . _ - @"),
  ),
  sha256: v.pipe(
    v.string("must be a text"),
    v.regex(/^[0-9a-f]{64}$/i, "must be 64 hexadecimal digits, the SHA-256 of the token"),
  ),
  scopes: v.pipe(
    v.array(
      v.picklist(["read", "admin"], "must be read or admin"),
      "must be a list of read and admin",
    ),
    v.minLength(1, "must name at least one of read and admin"),
  ),
}, "must be an object with name, sha256 and scopes");
