import * as v from "valibot";
import { checkUrl, type HostRules } from "../delivery/check_url.ts";
import { type Endpoint, refusedEndpoint } from "../delivery/endpoint.ts";
import type { ApiToken } from "../http/api_tokens.ts";
import { isLoopback } from "../stream/fetch.ts";
import { type Entries, SETTINGS } from "./settings.ts";

/** The schemas of all settings, by the member of the configuration. */
const schemas = Object.fromEntries(
  Object.entries(SETTINGS).map(([key, { schema }]) => [key, schema]),
) as { [Key in keyof typeof SETTINGS]: (typeof SETTINGS)[Key]["schema"] };
const ValuesSchema = v.object(schemas);
type Values = v.InferOutput<typeof ValuesSchema>;

/** The value of every setting, validated; durations in milliseconds, sizes in bytes. */
export interface Config extends Readonly<Omit<Values, "tokens" | "endpoints">> {
  /** Whether all account groups that the token may see are watched. */
  readonly useAllPermittedAids: boolean;
  /** The tokens of clients. */
  readonly tokens: readonly ApiToken[];
  /** The webhook endpoints. */
  readonly endpoints: readonly Endpoint[];
  /**
   * Stand-ins for endpoints whose entries are refused: what is owed to them waits for the repair,
   * and is not cancelled.
   */
  readonly refusedEndpoints: readonly Endpoint[];
  /** Whether an entry of the endpoints is refused whose name is not valid either. */
  readonly hasUnknownEndpoint: boolean;
  /** Entries of lists that are refused, while everything else is in force. */
  readonly refused: readonly ConfigProblem[];
}

/** An invalid setting, or an invalid entry of one. */
export interface ConfigProblem {
  /** The name of the variable or secret. */
  readonly variable: string;
  /** The name or number of the entry in its list that alone is refused; absent if it is the whole. */
  readonly entry?: string;
  /** Where in it, and what is expected; never what it contains. */
  readonly message: string;
}

/** A configuration or its problems, and the tokens in either case, so that clients can be told. */
export interface ReadConfig {
  /** The configuration; absent if there is any problem but refused entries. */
  readonly config: Config | undefined;
  /** Every problem, refused entries included. */
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
  const tokens = entriesOf(SETTINGS.tokens.schema, given["tokens"]);
  const endpoints = permitted(
    entriesOf(SETTINGS.endpoints.schema, given["endpoints"]),
    result.success ? hostRules(result.output) : {},
  );
  const refused = [
    ...refusedOf(SETTINGS.tokens.name, tokens),
    ...refusedOf(SETTINGS.endpoints.name, endpoints),
  ];
  const isValid = result.success && problems.length === 0;
  return {
    config: isValid ? configOf({ ...result.output, endpoints }, refused) : undefined,
    problems: [...problems, ...refused],
    tokens: tokens.valid,
  };
}

function configOf(values: Values, refused: readonly ConfigProblem[]): Config {
  const { aid, useAllPermittedAids = aid === undefined, tokens, endpoints } = values;
  const taken = new Set(endpoints.valid.map(({ name }) => name));
  const refusedEndpoints = endpoints.refused.flatMap(({ named }) => {
    if (named === undefined || taken.has(named.name)) return [];
    taken.add(named.name);
    return [refusedEndpoint(named.name, named)];
  });
  return {
    ...values,
    useAllPermittedAids,
    tokens: tokens.valid,
    endpoints: endpoints.valid,
    refusedEndpoints,
    hasUnknownEndpoint: endpoints.refused.some(({ named }) => named === undefined),
    refused,
  };
}

function entriesOf<Item>(
  schema: v.GenericSchema<unknown, Entries<Item>>,
  given: unknown,
): Entries<Item> {
  const result = v.safeParse(schema, given);
  return result.success ? result.output : { valid: [], given: new Map(), refused: [] };
}

/**
 * Which hosts webhooks may be sent to, whatever an endpoint says.
 *
 * @param config The configuration.
 * @returns What `checkUrl()` and `attempt()` need. A loopback address is nobody's own: in
 *   development, the Worker and its receivers share it.
 */
export function hostRules(
  { ownHosts, publicUrl, webhookHosts }: Pick<Values, "ownHosts" | "publicUrl" | "webhookHosts">,
): HostRules {
  const { hostname } = new URL(publicUrl ?? "http://localhost");
  const refusedHosts = isLoopback(hostname) ? ownHosts : [...ownHosts, hostname];
  return { refusedHosts, allowedHosts: webhookHosts };
}

/**
 * Why the settings do not allow the host of an endpoint.
 *
 * @param endpoint The endpoint.
 * @param rules What `hostRules()` returns.
 * @returns What is wrong with it; undefined if nothing is.
 */
export function hostProblem(endpoint: Endpoint, rules: HostRules): string | undefined {
  const checked = checkUrl(endpoint.url, { ...endpoint, ...rules });
  return "url" in checked ? undefined : `url must be a URL that may be called: ${checked.refused}`;
}

/** Refuses the endpoints whose host other settings do not allow. */
function permitted(
  { valid, given, refused }: Entries<Endpoint>,
  rules: HostRules,
): Entries<Endpoint> {
  const against = valid.flatMap((endpoint) => {
    const message = hostProblem(endpoint, rules);
    if (message === undefined) return [];
    return [{ entry: endpoint.name, named: given.get(endpoint.name), message }];
  });
  const names = new Set(against.map(({ entry }) => entry));
  return {
    valid: valid.filter(({ name }) => !names.has(name)),
    given,
    refused: [...refused, ...against],
  };
}

function refusedOf(variable: string, { refused }: Entries<unknown>): ConfigProblem[] {
  return refused.map(({ entry, message }) => ({ variable, entry, message }));
}

function problemOf(issue: v.BaseIssue<unknown>): ConfigProblem {
  const [{ key } = { key: "" }] = (issue.path ?? []) as { key: PropertyKey }[];
  return { variable: SETTINGS[key as keyof typeof SETTINGS].name, message: issue.message };
}

/**
 * Names the Durable Object of a source, so that a change of the API's base URL or of the account
 * groups starts a separate log instead of mixing two. The settings are normalised: two spellings of
 * one setting are one name.
 *
 * @param config The configuration.
 * @returns The name.
 */
export function sourceName(
  { baseUrl, aid, useAllPermittedAids }: Pick<Config, "baseUrl" | "aid" | "useAllPermittedAids">,
): string {
  const groups = aid ?? (useAllPermittedAids ? "all" : "default");
  return `${baseUrl.origin}${baseUrl.pathname.replace(/\/$/, "")} ${groups}`;
}
