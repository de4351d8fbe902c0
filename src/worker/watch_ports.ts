import { attempt } from "../delivery/attempt.ts";
import type { Log } from "../store/log.ts";
import type { Clock } from "../stream/clock.ts";
import { firstPageUrl } from "../thousandeyes/page/first_page_url.ts";
import { readPage } from "../thousandeyes/page/read_page.ts";
import type { WatchPorts } from "../watch/watch_ports.ts";
import type { Config } from "./config.ts";

/** What the ports of the watch are made of. */
export interface WatchPortsOptions {
  log: Log;
  config: Config;
  match: WatchPorts["match"];
  clock: Clock;
  random: () => number;
}

/**
 * A page takes five to eight times its bytes while it is read and recorded, and an object has 128 MB for everything.
 * A longer one is refused, and the collector asks for a shorter range.
 */
const LONGEST_PAGE = 4 * 1024 * 1024;

/** The runtime's `fetch` refuses to be called as a method of something else. */
const call = (url: URL, init: RequestInit) => fetch(url, init);

/**
 * Connects the watch with the network.
 *
 * @param options The log, the configuration, time and chance.
 * @returns What the watch needs from outside.
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
        maxBytes: LONGEST_PAGE,
        retry: { attempts: 1 }, // the collector repeats, and remembers that it does
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
