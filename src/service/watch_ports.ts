import type { RuleMatcher } from "../alert/match_rules.ts";
import { attempt, type AttemptOptions } from "../delivery/attempt.ts";
import { type Endpoint, refusedEndpoint } from "../delivery/endpoint.ts";
import type { Outcome } from "../delivery/outcome.ts";
import { permits } from "../http/access/api_tokens.ts";
import type { Log } from "../store/log.ts";
import type { Clock } from "../stream/clock.ts";
import { sha256Hex } from "../stream/sha256_hex.ts";
import { ThousandEyesError } from "../thousandeyes/errors/thousand_eyes_error.ts";
import { firstPageUrl } from "../thousandeyes/page/first_page_url.ts";
import { readPage } from "../thousandeyes/page/read_page.ts";
import type { WatchPorts } from "../watch/watch_ports.ts";
import { inform } from "./report.ts";
import { type Config, hostRules } from "./config.ts";
import type { Source } from "./source.ts";

/** How the API and webhooks are reached. Where names are not resolved, `fetch` does it by itself. */
export type Network = Required<Pick<AttemptOptions, "fetch">> & Pick<AttemptOptions, "resolve">;

/** What the ports of the watch are built from. */
export interface WatchPortsOptions {
  log: Log;
  config: Config;
  /** The endpoints, which may be exchanged for others at any time. */
  endpoints: { readonly all: readonly Endpoint[]; readonly hasUnknown: boolean };
  /** The rules, which may be exchanged for others at any time. */
  rules: {
    readonly matcher: Pick<RuleMatcher, "match" | "correlator">;
    readonly revision: string;
  };
  clock: Clock;
  random: () => number;
  /** The name of the source, also if it is no longer one of the settings. */
  name: string;
  /** The source; undefined for a log of earlier settings, which is not fed. */
  source: Source | undefined;
  network: Network;
  /** Resolves once all earlier writes are on disk: nothing is sent before. */
  durable: () => Promise<void>;
  /** A larger page is refused, and the collector requests a shorter range. */
  maxPageBytes: number;
}

/**
 * Connects the watch to the network.
 *
 * @param options The log, the configuration, the network, clock and randomness.
 * @returns The ports of the watch.
 */
export function watchPorts(
  {
    log,
    config,
    endpoints,
    rules,
    clock,
    random,
    name,
    source,
    network,
    durable,
    maxPageBytes,
  }: WatchPortsOptions,
): WatchPorts {
  const { publicUrl } = config;
  const query = config.sources.length > 1 ? `&source=${name}` : "";
  return {
    clock,
    random,
    log,
    isFed: source !== undefined,
    isPushed: config.tokens.some(({ scopes, sources }) =>
      permits(scopes, "intake") && (sources?.includes(name) ?? true)
    ),
    aid: source?.aid,
    source: name,
    credential: digestOf(source?.token ?? ""),
    get endpoints() {
      return endpoints.all;
    },
    linkTo: (alertId) => publicUrl && `${publicUrl}/#/alerts?id=${alertId}${query}`,
    standIn: (name) => endpoints.hasUnknown ? refusedEndpoint(name) : undefined,
    firstPage(startDate, endDate) {
      const { baseUrl, aid, useAllPermittedAids } = fed(source);
      return firstPageUrl(baseUrl, {
        startDate,
        endDate,
        aid,
        useAllPermittedAids: useAllPermittedAids || undefined,
      });
    },
    readPage(url, signal) {
      const { token, baseUrl } = fed(source);
      if (token === undefined) {
        const message = "Cannot list audit events: the entry of SOURCES is refused";
        return Promise.reject(new ThousandEyesError("unauthorized", message));
      }
      return readPage(url, {
        token,
        baseUrl,
        clock,
        random,
        fetch: (url, init) => network.fetch(url, init, []),
        maxBytes: maxPageBytes,
        retry: { attempts: 1 }, // the collector retries, and remembers its tries
        ...(signal === undefined ? {} : { signal }),
      });
    },
    match: (event) => rules.matcher.match(event),
    get correlator() {
      return rules.matcher.correlator;
    },
    get rulesRevision() {
      return rules.revision;
    },
    onAttempt: (facts) => inform("An attempt has ended", facts),
    async attempt(message, endpoint, signal) {
      if (endpoint.url === "") return misconfigured(clock.now());
      await durable();
      return await attempt(message, endpoint, {
        clock,
        ...network,
        ...hostRules(config),
        ...(signal === undefined ? {} : { signal }),
      });
    },
  };
}

/** The watch reads no log that is not fed. */
function fed(source: Source | undefined): Source {
  if (source === undefined) throw new Error("A log of earlier settings cannot be fed");
  return source;
}

/** Nothing is sent, since nobody knows where to. */
function misconfigured(at: number): Outcome {
  return { kind: "permanent", code: "misconfigured", at, durationMs: 0 };
}

/** Tells two tokens apart; 64 bits of a hash, from which no token follows. */
function digestOf(token: string): string {
  return sha256Hex(`panoptes ${token}`).slice(0, 16);
}
