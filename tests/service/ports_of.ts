import type { Log } from "../../src/store/open_log.ts";
import { systemClock } from "../../src/stream/clock.ts";
import type { WatchPorts } from "../../src/watch/watch_ports.ts";
import { readConfig } from "../../src/service/config.ts";
import { watchPorts } from "../../src/service/watch_ports.ts";

/** The ports of a watch with settings, without rules. */
export function portsOf(log: Log, env: Readonly<Record<string, string>>): WatchPorts {
  const { config, problems } = readConfig({ TE_TOKEN: "te-token", ...env });
  if (config === undefined) throw new Error(JSON.stringify(problems));
  const { endpoints: all, hasUnknownEndpoint: hasUnknown, sources: [source] } = config;
  return watchPorts({
    config,
    name: source.name,
    source,
    log,
    endpoints: { all, hasUnknown },
    rules: { matcher: { match: () => [], correlator: undefined }, revision: "none" },
    clock: systemClock,
    random: () => 0,
    network: { fetch: (url, init) => fetch(url, init) },
    durable: () => Promise.resolve(),
    maxPageBytes: 8 * 1024 * 1024,
  });
}
