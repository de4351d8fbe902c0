import * as v from "valibot";
import { DEFAULT_SOURCE } from "../alert/alert_id.ts";
import type { RuleScope } from "../alert/match_rules.ts";
import { EndpointNameSchema } from "../delivery/endpoint.ts";

/** One activity log that is watched, with what belongs to it alone. */
export interface Source {
  /** Its name. */
  readonly name: string;
  /** The token of the API; undefined if the entry is refused, so that nothing can be read. */
  readonly token: string | undefined;
  /** The base URL of the API. */
  readonly baseUrl: URL;
  /** The id of the account group; undefined for several. */
  readonly aid: string | undefined;
  /** Whether all account groups that the token may see are watched. */
  readonly useAllPermittedAids: boolean;
  /** Which rules make alerts, beyond what holds for all sources. */
  readonly rules: RuleScope;
  /** How many sources share the rate limit of its organisation, this one included. */
  readonly sharers: number;
}

/** What names the log of a source. */
type Watched = Pick<Source, "name" | "baseUrl" | "aid" | "useAllPermittedAids">;

/**
 * Names the Durable Object of a source, so that a change of the API's base URL or of the account
 * groups starts a separate log instead of mixing two. The settings are normalised: two spellings of
 * one setting are one name.
 *
 * @param source The source.
 * @returns The name, which begins with that of the source unless that is `default`.
 */
export function logNameOf({ name, baseUrl, aid, useAllPermittedAids }: Watched): string {
  const groups = aid ?? (useAllPermittedAids ? "all" : "default");
  const address = `${baseUrl.origin}${baseUrl.pathname.replace(/\/$/, "")}`;
  return [name === DEFAULT_SOURCE ? [] : name, address, groups].flat().join(" ");
}

/**
 * The name of the source that a log is or was of.
 *
 * @param logName What `logNameOf()` returned, possibly under earlier settings.
 * @returns The name.
 */
export function sourceOfLog(logName: string): string {
  const [first = ""] = logName.split(" ");
  return first.includes(":") ? DEFAULT_SOURCE : first; // an address has a colon, and no name has
}

/** The name of a source, for valibot: it has the form of an endpoint's. */
export const SourceNameSchema: v.GenericSchema<string> = EndpointNameSchema;

/** The names of secrets that may hold the token of a source. */
export const TOKEN_SECRET = /^TE_TOKEN_[A-Z0-9_]{1,64}$/;

const rule = "must be a string of 1 to 256 characters";
const ruleNames = v.pipe(
  v.array(
    v.pipe(v.string(rule), v.trim(), v.minLength(1, rule), v.maxLength(256, rule)),
    "must be a list",
  ),
  v.minLength(1, "must have at least one entry"),
  v.maxLength(100, "must have at most 100 entries"),
);
const organisation = "must be a string of 1 to 64 characters";

/**
 * The schema of an entry of SOURCES. Its messages never quote a value.
 *
 * @param parts The schemas that it shares with the settings of a single source.
 * @returns The schema; what the entry omits stays absent.
 */
export function sourceSchema<BaseUrl, Aid>(
  { token, baseUrl, aid }: {
    token: v.GenericSchema<unknown, string>;
    baseUrl: v.GenericSchema<unknown, BaseUrl>;
    aid: v.GenericSchema<unknown, Aid>;
  },
) {
  return v.pipe(
    v.strictObject({
      name: SourceNameSchema,
      token: v.optional(token),
      tokenFrom: v.optional(v.pipe(
        v.string("must be a string"),
        v.regex(
          TOKEN_SECRET,
          "must be the name of a secret: TE_TOKEN_ and letters, digits or _ in upper case",
        ),
      )),
      baseUrl: v.optional(baseUrl),
      aid: v.optional(aid),
      useAllPermittedAids: v.optional(v.boolean("must be true or false")),
      organisation: v.optional(v.pipe(
        v.string(organisation),
        v.minLength(1, organisation),
        v.maxLength(64, organisation),
      )),
      rules: v.optional(
        v.strictObject({
          disabled: v.optional(ruleNames),
          only: v.optional(ruleNames),
        }, "must be an object with disabled or only"),
        {},
      ),
    }, "must be an object with the members of a source"),
    v.check(
      ({ token, tokenFrom }) => (token === undefined) !== (tokenFrom === undefined),
      "must have either token or tokenFrom",
    ),
    v.check(
      ({ aid, useAllPermittedAids }) => aid === undefined || useAllPermittedAids !== true,
      "must not have useAllPermittedAids if aid is set",
    ),
  );
}
