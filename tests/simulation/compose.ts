import type { AlertField } from "../../src/alert/alert.ts";
import { composeService, type Service } from "../../src/service/compose_service.ts";
import { type Config, readConfig } from "../../src/service/config.ts";
import type { Log } from "../../src/store/log.ts";
import type { Sql } from "../../src/store/sql.ts";
import type { Clock } from "../../src/stream/clock.ts";
import type { WatchPorts } from "../../src/watch/watch_ports.ts";
import { API_ORIGIN, type ApiModel } from "./api_model.ts";
import { lightReadPage, wireReadPage } from "./api_port.ts";
import type { Bug } from "./bugs.ts";
import type { Chance } from "./chance.ts";
import type { EndpointModel } from "./endpoint_model.ts";
import { lightAttempt, wireAttempt } from "./endpoint_port.ts";
import type { Life } from "./life.ts";
import type { Plan } from "./plan.ts";
import type { Published } from "./publish.ts";
import { bundle } from "./rules.ts";
import type { VirtualTime } from "./virtual_time.ts";

/** What one process is composed of. */
export interface ComposeOptions {
  readonly plan: Plan;
  readonly bug: Bug;
  readonly published: readonly Published[];
  readonly api: ApiModel;
  readonly endpoints: readonly EndpointModel[];
  /** Those that are configured. */
  readonly configured: readonly EndpointModel[];
  readonly life: Life;
  readonly clock: Clock;
  readonly time: VirtualTime;
  /** Decides what happens outside. */
  readonly chance: Chance;
  /** Decides what is left to chance inside. */
  readonly random: () => number;
  readonly sql: Sql;
  /** Resolves once all that is written is on disk; undefined if that is so at once. */
  readonly durable: (() => Promise<void>) | undefined;
  /** Stands in front of the log. */
  readonly log: (log: Log) => Log;
  readonly wake: () => void;
}

/** The maximum of matched fields in an alert, in characters that take up most room in JSON. */
const LONG: readonly AlertField[] = Array.from(
  { length: 40 },
  () => ({ field: "user", value: "\u001b".repeat(2_000), item: "user|contains" }),
);

/** What the settings say in every run. */
const SETTINGS: Config = configOf({
  TE_TOKEN: "made-up",
  TE_BASE_URL: `${API_ORIGIN}/v7`,
  MAX_REQUESTS_PER_MINUTE: "10000",
});
/** The tokens where events are pushed: they say that pushes are expected. */
const PUSHERS: Config["tokens"] = [{ name: "te", sha256: "0".repeat(64), scopes: ["intake"] }];

function configOf(env: Record<string, string>): Config {
  const { config, problems } = readConfig(env);
  if (config === undefined) throw new Error(`Cannot simulate: ${JSON.stringify(problems)}`);
  return config;
}

/** Composes the service as the shells do, with models in the place of what is outside. */
export function compose(options: ComposeOptions): Promise<Service> {
  const { plan, bug, configured, clock, random, sql, durable, log, wake } = options;
  const waits = bug.showsEarly === true ? undefined : durable;
  return composeService({
    sql,
    durable: waits ?? (() => Promise.resolve()),
    network: { fetch: () => Promise.reject(new Error("There is no network")) },
    maxPageBytes: Infinity,
    plan: null,
    config: {
      ...SETTINGS,
      tokens: plan.kinds.has("push") ? PUSHERS : [],
      endpoints: configured.map(({ config }) => config),
    },
    bundle,
    clock,
    random,
    wake: () => Promise.resolve(wake()),
    between: {
      log: (opened) => withBrokenBodies(log(opened)),
      ports(ports) {
        const modelled = { ...ports, ...outside(options), match: matching(ports, options) };
        return bug.ports?.(modelled) ?? modelled;
      },
      options: plan.options,
    },
  });
}

/** Makes some alerts unreadable, so that no format can make a body of them. */
function withBrokenBodies(log: Log): Log {
  return {
    ...log,
    alert(id) {
      const alert = log.alert(id);
      const breaks = alert?.body.includes(`"user":"breaks-body"`) === true;
      return breaks ? { ...alert!, body: alert!.body.slice(1) } : alert;
    },
  };
}

/** The API and the endpoints, during each call of which the process may die. */
function outside(
  { plan, bug, api, endpoints, life, clock, time, chance, random, durable }: ComposeOptions,
): Pick<WatchPorts, "readPage" | "attempt"> {
  const readPage = (plan.onWire ? wireReadPage : lightReadPage)({ api, clock, chance, random });
  const attempt = (plan.onWire ? wireAttempt : lightAttempt)({ endpoints, clock, time });
  const send: WatchPorts["attempt"] = (message, endpoint, signal) =>
    life.call("attempt", () => attempt(message, endpoint, signal));
  return {
    readPage: (url, signal) => life.call("readPage", () => readPage(url, signal)),
    attempt: durable === undefined || bug.sendsEarly === true ? send : async (...message) => {
      await durable();
      return await send(...message);
    },
  };
}

/** The rules, which fail on some events and say as much as they can about others. */
function matching(
  { match }: WatchPorts,
  { published }: ComposeOptions,
): WatchPorts["match"] {
  const breaking = new Set(published.filter((one) => one.breaksRules).map(({ id }) => id));
  return (event) => {
    if (breaking.has(event.trace as string)) throw new Error("This rule fails (injected)");
    const found = match(event);
    return event.trace === "huge" ? found.map((one) => ({ ...one, matched: LONG })) : found;
  };
}
