import * as v from "valibot";
import type { ApiToken } from "../http/api_tokens.ts";
import { SETTINGS } from "./settings.ts";

/** The schemas of all settings, by the member of the configuration. */
const schemas = Object.fromEntries(
  Object.entries(SETTINGS).map(([key, { schema }]) => [key, schema]),
) as { [Key in keyof typeof SETTINGS]: (typeof SETTINGS)[Key]["schema"] };
const ValuesSchema = v.object(schemas);

/** The value of every setting, validated; durations in milliseconds, sizes in bytes. */
export interface Config extends Readonly<v.InferOutput<typeof ValuesSchema>> {
  /** Whether all account groups that the token may see are watched. */
  readonly useAllPermittedAids: boolean;
}

/** An invalid setting. */
export interface ConfigProblem {
  /** The name of the variable or secret. */
  readonly variable: string;
  /** Where in it, and what is expected; never what it contains. */
  readonly message: string;
}

/** A configuration or its problems, and the tokens in either case, so that clients can be told. */
export interface ReadConfig {
  /** The configuration; absent if there is any problem. */
  readonly config: Config | undefined;
  /** Every problem. */
  readonly problems: readonly ConfigProblem[];
  /** The tokens, if that setting is valid. */
  readonly tokens: readonly ApiToken[];
}

/**
 * Reads the configuration from variables and secrets, and reports every problem at once.
 *
 * @param env What the runtime passes in; anything that is not a setting is ignored.
 * @returns The configuration, or its problems, which never quote a value: it may be secret.
 */
export function readConfig(env: Record<string, unknown>): ReadConfig {
  const given = Object.fromEntries(
    Object.entries(SETTINGS).map(([key, { name }]) => {
      const value = env[name];
      return [key, value === "" ? undefined : value];
    }),
  );
  const result = v.safeParse(ValuesSchema, given);
  const problems = (result.issues ?? []).map(problemOf);
  if (result.success && result.output.aid !== undefined && result.output.useAllPermittedAids) {
    problems.push({
      variable: SETTINGS.useAllPermittedAids.name,
      message: `must not be true if ${SETTINGS.aid.name} is set`,
    });
  }
  const tokens = v.safeParse(SETTINGS.tokens.schema, given["tokens"]);
  return {
    config: result.success && problems.length === 0 ? withDefaults(result.output) : undefined,
    problems,
    tokens: tokens.success ? tokens.output : [],
  };
}

/** Fills in the default that depends on another setting. */
function withDefaults(values: v.InferOutput<typeof ValuesSchema>): Config {
  const { aid, useAllPermittedAids = aid === undefined } = values;
  return { ...values, useAllPermittedAids };
}

function problemOf(issue: v.BaseIssue<unknown>): ConfigProblem {
  const [{ key } = { key: "" }, ...path] = (issue.path ?? []) as { key: PropertyKey }[];
  // Valibot names an unknown member in the path. Its name may be a secret in the wrong place.
  const isUnknown = issue.type === "strict_object" && issue.expected === "never";
  const where = (isUnknown ? path.slice(0, -1) : path).map((item) => String(item.key)).join(".");
  const what = isUnknown ? `has a member that is not known; it ${issue.message}` : issue.message;
  return {
    variable: SETTINGS[key as keyof typeof SETTINGS].name,
    message: [where, what].filter(Boolean).join(" "),
  };
}

/**
 * Names the Durable Object of a source, so that a change of the API's base URL or of the account
 * group starts a separate log instead of mixing two.
 *
 * @param config The configuration.
 * @returns The name.
 */
export function sourceName({ baseUrl, aid }: Pick<Config, "baseUrl" | "aid">): string {
  return `${baseUrl.origin}${baseUrl.pathname} ${aid ?? "all"}`;
}
