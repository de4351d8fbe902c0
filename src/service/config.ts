import * as v from "valibot";
import { DEFAULT_SOURCE } from "../alert/alert_id.ts";
import { checkUrl, type HostRules } from "../delivery/check_url.ts";
import { type Endpoint, refusedEndpoint } from "../delivery/endpoint.ts";
import type { ApiToken } from "../http/access/api_tokens.ts";
import { isLoopback } from "../stream/fetch.ts";
import type { Entries, RefusedEntry } from "./listed_entries.ts";
import { SETTINGS } from "./settings.ts";
import type { Source } from "./source.ts";

/** The schemas of all settings, by the member of the configuration. */
const schemas = Object.fromEntries(
  Object.entries(SETTINGS).map(([key, { schema }]) => [key, schema]),
) as { [Key in keyof typeof SETTINGS]: (typeof SETTINGS)[Key]["schema"] };
const ValuesSchema = v.object({ ...schemas, teToken: v.optional(schemas.teToken) });
type Values = v.InferOutput<typeof ValuesSchema>;

/** What is made into something else. */
type Raw =
  | "teToken"
  | "baseUrl"
  | "aid"
  | "useAllPermittedAids"
  | "sources"
  | "tokens"
  | "endpoints";

/** The value of every setting, validated; durations in milliseconds, sizes in bytes. */
export interface Config extends Readonly<Omit<Values, Raw>> {
  /**
   * What is watched, at least one: that of TE_TOKEN first, then those of SOURCES, with stand-ins
   * for entries that are refused.
   */
  readonly sources: readonly [Source, ...Source[]];
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

/**
 * Says which settings are invalid, for whoever starts Panoptes on a machine.
 *
 * @param task What cannot be done, in the words of the error: "Cannot <task>".
 * @param problems What is wrong with them.
 * @returns The error, with a line for each problem.
 */
export function invalidSettings(task: string, problems: readonly ConfigProblem[]): string {
  return [
    `Cannot ${task}: these settings are invalid (see docs/configuration.md)`,
    ...problems.map(({ variable, entry, message }) =>
      `  ${[variable, ...(entry === undefined ? [] : [entry]), message].join(": ")}`
    ),
  ].join("\n");
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
  if (result.success) {
    const { accessTeam, accessAudience, accessAdmins } = result.output;
    const { accessTeam: team, accessAudience: audience } = SETTINGS;
    const isWanted = accessTeam !== undefined || accessAudience !== undefined ||
      accessAdmins.length > 0;
    for (const [value, { name }] of [[accessTeam, team], [accessAudience, audience]] as const) {
      if (isWanted && value === undefined) {
        problems.push({ variable: name, message: "must be set for Cloudflare Access" });
      }
    }
  }
  const listed = entriesOf(SETTINGS.sources.schema, given["sources"]);
  const hasList = listed.valid.length + listed.refused.length > 0;
  if (given["teToken"] === undefined && !hasList) {
    problems.unshift({
      variable: SETTINGS.teToken.name,
      message: "must be set to a bearer token of the ThousandEyes API",
    });
  }
  const { sources, refused: refusedSources } = result.success
    ? sourcesOf(result.output, env)
    : { sources: [], refused: listed.refused };
  const tokens = entriesOf(SETTINGS.tokens.schema, given["tokens"]);
  const endpoints = permitted(
    entriesOf(SETTINGS.endpoints.schema, given["endpoints"]),
    result.success ? hostRules(result.output) : {},
  );
  const refused = [
    ...refusedOf(SETTINGS.sources.name, { refused: refusedSources }),
    ...refusedOf(SETTINGS.tokens.name, tokens),
    ...refusedOf(SETTINGS.endpoints.name, endpoints),
  ];
  const [first, ...others] = sources;
  const isValid = result.success && problems.length === 0 && first !== undefined;
  return {
    config: isValid
      ? configOf({ ...result.output, endpoints }, [first, ...others], refused)
      : undefined,
    problems: [...problems, ...refused],
    tokens: tokens.valid,
  };
}

function configOf(
  { teToken: _, baseUrl: __, aid: ___, useAllPermittedAids: ____, ...values }: Values,
  sources: Config["sources"],
  refused: readonly ConfigProblem[],
): Config {
  const { tokens, endpoints } = values;
  const taken = new Set(endpoints.valid.map(({ name }) => name));
  const refusedEndpoints = endpoints.refused.flatMap(({ named }) => {
    if (named === undefined || taken.has(named.name)) return [];
    taken.add(named.name);
    return [refusedEndpoint(named.name, named)];
  });
  return {
    ...values,
    sources,
    tokens: tokens.valid,
    endpoints: endpoints.valid,
    refusedEndpoints,
    hasUnknownEndpoint: endpoints.refused.some(({ named }) => named === undefined),
    refused,
  };
}

/** What the log of a source is named after. */
const WatchedSchema = v.object({
  baseUrl: SETTINGS.baseUrl.schema,
  aid: SETTINGS.aid.schema,
  useAllPermittedAids: v.optional(v.boolean()),
});

/** A source as the settings describe it, before their defaults. */
type Found =
  & Omit<Source, "sharers" | "aid" | "useAllPermittedAids">
  & {
    readonly aid?: string | undefined;
    readonly useAllPermittedAids?: boolean | undefined;
    readonly organisation?: string | undefined;
  };

/** What is watched, in the order of the settings, and which entries of SOURCES are refused. */
function sourcesOf(
  { teToken, baseUrl, aid, useAllPermittedAids, sources: listed }: Values,
  env: Record<string, unknown>,
): { sources: Source[]; refused: readonly RefusedEntry[] } {
  const refused = [...listed.refused];
  const found: Found[] = [];
  const isTaken = (name: string) => found.some((source) => source.name === name);
  if (teToken !== undefined) {
    found.push({
      name: DEFAULT_SOURCE,
      token: teToken,
      baseUrl,
      aid,
      useAllPermittedAids,
      rules: {},
    });
  }
  for (const entry of listed.valid) {
    const { name, tokenFrom = "" } = entry;
    const refuse = (message: string) =>
      refused.push({ entry: name, named: listed.given.get(name), message });
    const token = v.safeParse(SETTINGS.teToken.schema, entry.token ?? env[tokenFrom]);
    if (isTaken(name)) refuse(`has the name of the source of ${SETTINGS.teToken.name}`);
    else if (!token.success) {
      refuse(`tokenFrom names ${tokenFrom}, which ${token.issues[0].message}`);
    } else {
      found.push({ ...entry, token: token.output, baseUrl: entry.baseUrl ?? baseUrl });
    }
  }
  for (const { named } of refused) {
    if (named === undefined || isTaken(named.name)) continue;
    const given = { ...named, baseUrl: named["baseUrl"] ?? baseUrl.href };
    const { success, output } = v.safeParse(WatchedSchema, given);
    if (success) found.push({ ...output, name: named.name, token: undefined, rules: {} });
  }
  const organisationOf = ({ baseUrl, organisation }: Found) =>
    JSON.stringify([baseUrl.href, organisation]);
  const sharers = Map.groupBy(found.filter(({ token }) => token !== undefined), organisationOf);
  const sources = found.map((source): Source => {
    const { name, token, baseUrl, aid, rules } = source;
    const { useAllPermittedAids = aid === undefined } = source;
    const { length } = sharers.get(organisationOf(source)) ?? [];
    return { name, token, baseUrl, aid, useAllPermittedAids, rules, sharers: Math.max(1, length) };
  });
  return { sources, refused };
}

function entriesOf<Item>(
  schema: v.GenericSchema<unknown, Entries<Item>>,
  given: unknown,
): Entries<Item> {
  const result = v.safeParse(schema, given);
  return result.success ? result.output : { valid: [], given: new Map(), refused: [] };
}

/**
 * The endpoints of one source.
 *
 * @param config The configuration.
 * @param source The name of the source, which need not be one of the settings any more.
 * @returns Those that name no source, or this one.
 */
export function endpointsOf(
  { endpoints, refusedEndpoints }: Pick<Config, "endpoints" | "refusedEndpoints">,
  source: string,
): Pick<Config, "endpoints" | "refusedEndpoints"> {
  const isOf = ({ sources }: Endpoint) => sources?.includes(source) ?? true;
  return {
    endpoints: endpoints.filter(isOf),
    refusedEndpoints: refusedEndpoints.filter(isOf),
  };
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

function refusedOf(
  variable: string,
  { refused }: Pick<Entries<unknown>, "refused">,
): ConfigProblem[] {
  return refused.map(({ entry, message }) => ({ variable, entry, message }));
}

function problemOf(issue: v.BaseIssue<unknown>): ConfigProblem {
  const [{ key } = { key: "" }] = (issue.path ?? []) as { key: PropertyKey }[];
  return { variable: SETTINGS[key as keyof typeof SETTINGS].name, message: issue.message };
}
