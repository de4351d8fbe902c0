import { attempt } from "../delivery/attempt.ts";
import type { Log } from "../store/log.ts";
import type { Clock } from "../stream/clock.ts";
import { firstPageUrl } from "../thousandeyes/page/first_page_url.ts";
import { readPage } from "../thousandeyes/page/read_page.ts";
import type { WatchPorts } from "../watch/watch_ports.ts";
import type { Config } from "./config.ts";

/** What the ports of the watch are built from. */
export interface WatchPortsOptions {
  log: Log;
  config: Config;
  match: WatchPorts["match"];
  clock: Clock;
  random: () => number;
}

/**
 * Reading and recording a page takes five to eight times its bytes, and an object has 128 MB in
 * all. A larger page is refused, and the collector requests a shorter range.
 */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

/** The runtime's `fetch` must not be called as a method of another object. */
const call = (url: URL, init: RequestInit) => fetch(url, init);

/**
 * Connects the watch to the network.
 *
 * @param options The log, the configuration, clock and randomness.
 * @returns The ports of the watch.
 */
export function watchPorts({ log, config, match, clock, random }: WatchPortsOptions): WatchPorts {
  const { aid, useAllPermittedAids, baseUrl, teToken, endpoints, ownHosts } = config;
  return {
    clock,
    random,
    log,
    endpoints,
    firstPage: (startDate, endDate) =>
      firstPageUrl(baseUrl, {
        startDate,
        endDate,
        ...(aid === undefined ? {} : { aid }),
        ...(useAllPermittedAids ? { useAllPermittedAids } : {}),
      }),
    readPage: (url, signal) =>
      readPage(url, {
        token: teToken,
        baseUrl,
        clock,
        random,
        fetch: call,
        maxBytes: MAX_PAGE_BYTES,
        retry: { attempts: 1 }, // the collector retries, and remembers its tries
        ...(signal === undefined ? {} : { signal }),
      }),
    match,
    attempt: (message, endpoint, signal) =>
      attempt(message, endpoint, {
        clock,
        fetch: call,
        refusedHosts: ownHosts,
        ...(signal === undefined ? {} : { signal }),
      }),
  };
}
