import * as v from "valibot";
import { type Endpoint, EndpointSchema, refusedEndpoint } from "../delivery/endpoint.ts";
import { shownEndpoint } from "../delivery/shown_endpoint.ts";
import type { EndpointAccess, ListedEndpoint } from "../http/log_access.ts";
import type { ChangeKind } from "../store/change_table.ts";
import { SECRET_MEMBERS, type StoredEndpoint } from "../store/endpoint_table.ts";
import type { Log } from "../store/log.ts";
import type { Clock } from "../stream/clock.ts";
import { type Config, type ConfigProblem, hostProblem, hostRules } from "./config.ts";
import { whereAndWhat } from "./listed_entries.ts";
import { SETTINGS } from "./settings.ts";

/** How many endpoints may be stored. */
const MAX_STORED = 100;

/** What endpoints in force need. */
export interface EndpointsInForceOptions {
  /** The log, whose database keeps what was stored. */
  readonly log: Pick<
    Log,
    "storedEndpoints" | "saveEndpoint" | "removeEndpoint" | "addChange" | "transaction"
  >;
  /** The endpoints of the settings. */
  readonly config:
    & Pick<Config, "endpoints" | "refusedEndpoints" | "hasUnknownEndpoint" | "refused">
    & Parameters<typeof hostRules>[0];
  /** Time. */
  readonly clock: Clock;
  /** Told when the stored endpoints cannot be read. */
  readonly report: (what: string, facts: unknown) => void;
  /** Called when other endpoints are in force. */
  readonly onChange?: () => void;
}

/** A stored endpoint, read. */
interface Loaded {
  readonly stored: StoredEndpoint;
  /** It, or what stands in for it if it is refused. */
  readonly endpoint: Endpoint;
  /** Why it is refused; empty if it is not. */
  readonly problems: readonly string[];
}

/**
 * The endpoints that alerts are sent to: those of the setting WEBHOOKS, and those that operators
 * have stored in the log's database, which come before those of the setting with the same name.
 */
export class EndpointsInForce implements EndpointAccess {
  readonly #options: EndpointsInForceOptions;
  /** Undefined if they cannot be read. */
  #loaded: ReadonlyMap<string, Loaded> | undefined;
  #all: readonly Endpoint[] = [];

  /** @param options The log and the settings. */
  constructor(options: EndpointsInForceOptions) {
    this.#options = options;
    this.#open();
  }

  /** Puts in force what is in the log: a backup was restored. */
  reopen(): void {
    this.#open();
    this.#options.onChange?.();
  }

  /** Every endpoint, with stand-ins for those that are refused. */
  get all(): readonly Endpoint[] {
    return this.#all;
  }

  /** Whether there may be endpoints that are not among these. */
  get hasUnknown(): boolean {
    return this.#loaded === undefined || this.#options.config.hasUnknownEndpoint;
  }

  /** What is wrong with stored endpoints. */
  get problems(): readonly ConfigProblem[] {
    return [...this.#loaded?.values() ?? []].flatMap(({ stored: { name }, problems }) =>
      problems.map((message) => ({ variable: "/v1/endpoints", entry: name, message }))
    );
  }

  /** The names of the endpoints of the setting that stored ones take the place of. */
  get overridden(): readonly string[] {
    return [...this.#loaded?.keys() ?? []].filter((name) => this.#isConfigured(name));
  }

  /** @inheritdoc */
  list(): readonly ListedEndpoint[] {
    const { refused } = this.#options.config;
    return this.#all.map((endpoint) => {
      const { name } = endpoint;
      const loaded = this.#loaded?.get(name);
      const problems = loaded?.problems ??
        refused.filter(({ variable, entry }) => variable === WEBHOOKS && entry === name)
          .map(({ message }) => message);
      return {
        name,
        source: loaded === undefined ? "settings" : "stored",
        overrides: loaded !== undefined && this.#isConfigured(name),
        changedAt: loaded === undefined ? null : new Date(loaded.stored.at).toISOString(),
        changedBy: loaded?.stored.by ?? null,
        problems,
        // The entry of a stand-in was refused as a whole: its members are not known.
        ...(endpoint.url !== "" && shownEndpoint(endpoint)),
      };
    });
  }

  /** @inheritdoc */
  find(name: string): Endpoint | undefined {
    return this.#all.find((endpoint) => endpoint.name === name);
  }

  /** @inheritdoc */
  put(name: string, value: unknown, by: string): readonly string[] {
    const before = this.#loaded?.get(name)?.stored;
    if (!isObject(value)) return ["must be an object with the members of an endpoint"];
    if (value["name"] !== undefined && value["name"] !== name) {
      return [`name must be ${name}, as in the path, or absent`];
    }
    if (before === undefined && (this.#loaded?.size ?? 0) >= MAX_STORED) {
      return [`must not be one more: there are ${MAX_STORED} stored endpoints already`];
    }
    const { name: _, ...config } = value;
    const stored: StoredEndpoint = { name, config, at: this.#options.clock.now(), by };
    const loaded = this.#load(stored);
    if (loaded.problems.length > 0) return loaded.problems;
    const details = changedMembers(before?.config ?? {}, config);
    if (before !== undefined && details.length === 0) return [];
    this.#change(
      before === undefined ? "endpoint.created" : "endpoint.changed",
      { ...stored, details },
      loaded,
    );
    return [];
  }

  /** @inheritdoc */
  patch(name: string, value: unknown, by: string): readonly string[] | "unknown" | "in settings" {
    const before = this.#loaded?.get(name)?.stored;
    if (before === undefined) return this.#isConfigured(name) ? "in settings" : "unknown";
    if (!isObject(value)) return ["must be an object with the members to change"];
    const { withheld, ...config } = before.config;
    const missing = missingMembers(withheld).filter((member) => !Object.hasOwn(value, member));
    const merged = Object.entries({ ...config, ...value }).filter(([, member]) => member !== null);
    if (missing.length > 0) merged.push(["withheld", missing]);
    return this.put(name, Object.fromEntries(merged), by);
  }

  /** @inheritdoc */
  remove(name: string, by: string): "removed" | "unknown" | "in settings" {
    const loaded = this.#loaded?.get(name);
    if (loaded === undefined) return this.#isConfigured(name) ? "in settings" : "unknown";
    const at = this.#options.clock.now();
    this.#change("endpoint.removed", { name, at, by, details: [] }, undefined);
    return "removed";
  }

  /** Writes a change with its record; in memory it is in force only once it is written. */
  #change(
    what: ChangeKind,
    { name, at, by, details }: Pick<StoredEndpoint, "name" | "at" | "by"> & {
      readonly details: readonly string[];
    },
    loaded: Loaded | undefined,
  ): void {
    const { log, onChange } = this.#options;
    log.transaction(() => {
      log.addChange({ at, by, what, about: name, details });
      if (loaded === undefined) log.removeEndpoint(name);
      else log.saveEndpoint(loaded.stored);
    });
    const others = [...this.#loaded ?? []].filter(([other]) => other !== name);
    const mine = loaded === undefined ? [] : [[name, loaded] as const];
    this.#use(new Map([...others, ...mine].sort(([a], [b]) => a < b ? -1 : 1)));
    onChange?.();
  }

  #open(): void {
    const { log, report } = this.#options;
    try {
      this.#use(new Map(log.storedEndpoints().map((one) => [one.name, this.#load(one)])));
    } catch (error) {
      report("The stored endpoints cannot be read", error);
      this.#use(undefined);
    }
  }

  #use(loaded: ReadonlyMap<string, Loaded> | undefined): void {
    const { endpoints, refusedEndpoints } = this.#options.config;
    this.#loaded = loaded;
    this.#all = [
      ...[...loaded?.values() ?? []].map(({ endpoint }) => endpoint),
      ...[...endpoints, ...refusedEndpoints].filter(({ name }) => !loaded?.has(name)),
    ];
  }

  #load(stored: StoredEndpoint): Loaded {
    const { name, config } = stored;
    const missing = missingMembers(config["withheld"]);
    if (missing.length > 0) {
      const problems = [`${missing.join(", ")} must be set again: a backup has no secrets`];
      return { stored, endpoint: refusedEndpoint(name, config), problems };
    }
    const { success, output, issues } = v.safeParse(EndpointSchema, { ...config, name });
    const problems = success
      ? [
        output.sources === undefined ? [] : ONE_SOURCE,
        hostProblem(output, hostRules(this.#options.config)) ?? [],
      ].flat()
      : issues.map(whereAndWhat);
    return success && problems.length === 0
      ? { stored, endpoint: output, problems: [] }
      : { stored, endpoint: refusedEndpoint(name, config), problems };
  }

  #isConfigured(name: string): boolean {
    const { endpoints, refusedEndpoints } = this.#options.config;
    return [...endpoints, ...refusedEndpoints].some((endpoint) => endpoint.name === name);
  }
}

const WEBHOOKS = SETTINGS.endpoints.name;

const ONE_SOURCE = "sources must be absent: a stored endpoint belongs to the source that it is " +
  "stored in";

/** The secrets that an endpoint lacks since it was restored from a backup. */
function missingMembers(withheld: unknown): readonly string[] {
  return SECRET_MEMBERS.filter((name) => Array.isArray(withheld) && withheld.includes(name));
}

/** The members whose values differ. */
function changedMembers(
  before: StoredEndpoint["config"],
  after: StoredEndpoint["config"],
): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  names.delete("withheld");
  return [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .sort();
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
