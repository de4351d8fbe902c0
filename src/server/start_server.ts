import type { SealedBundle } from "../alert/rule_bundle.ts";
import type { Page } from "../http/answer/page.ts";
import { problem } from "../http/answer/problem.ts";
import { eventStream } from "../http/answer/response.ts";
import { isForEventStream } from "../http/routes/events_and_alerts.ts";
import { composeGateway } from "../service/compose_gateway.ts";
import type { Config, ReadConfig } from "../service/config.ts";
import type { NotedLog } from "../service/noted_log.ts";
import { report } from "../service/report.ts";
import { logNameOf, type Source, sourceOfLog } from "../service/source.ts";
import type { Network } from "../service/watch_ports.ts";
import { overloadedStream } from "../sse/overloaded.ts";
import type { Clock } from "../stream/clock.ts";
import { sha256Hex } from "../stream/sha256_hex.ts";
import { lockFolder, lockHolder, makeFolder } from "./lock_folder.ts";
import { RunningSource } from "./running_source.ts";
import { withClientAddress } from "./with_client_address.ts";

/** What a server is made of. */
export interface ServerOptions {
  /** The folder that keeps the logs, one file for each source. */
  readonly data: string;
  /** The settings; they must be valid, apart from entries of lists. */
  readonly read: ReadConfig & { readonly config: Config };
  /** The rules that events are matched against unless others are uploaded. */
  readonly bundle: SealedBundle;
  /** The dashboard and the description of the interface. */
  readonly page: Page;
  /** The address of this machine where it listens. */
  readonly host: string;
  /** The port where it listens; 0 is any. */
  readonly port: number;
  /** The certificate chain and its key, in PEM; without them, it speaks plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** The addresses of the proxies whose `X-Forwarded-For` is believed; default none. */
  readonly trustedProxies?: readonly string[];
  /** How the API and webhooks are reached. */
  readonly network: Network;
  /** Time. */
  readonly clock: Clock;
  /** Chance, in [0, 1). */
  readonly random: () => number;
}

/** A server at work. */
export interface RunningServer {
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  readonly origin: string;
  /**
   * Resolves with the error if the disk of a log fails. Nothing leaves the server any more, and only
   * a new process can find out what is on disk: stop this one at once.
   */
  readonly failed: Promise<Error>;
  /**
   * Stops: accepts nothing more, ends streams so that their readers come back, lets the ticks at
   * work end, and closes the files.
   *
   * @param limit Aborts whatever is not finished by then.
   */
  stop(limit: AbortSignal): Promise<void>;
}

const LOG_FILE = /\.db$/;

/**
 * Starts Panoptes in this process: a gateway on `Deno.serve`, and for each source a log in a file.
 *
 * @param options The folder, the settings, the rules and where to listen.
 * @returns The server, at work.
 * @throws {Error} If another process uses the folder, or a file or the address cannot be used.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { data, read, page, network, clock, trustedProxies = [] } = options;
  await makeFolder(data);
  const lock = await lockFolder(data);
  if (lock === undefined) {
    const holder = await lockHolder(data);
    const who = holder === undefined ? "" : `, as process ${holder}`;
    throw new Error(`another Panoptes is running on ${data}${who}; stop it, or use another folder`);
  }
  const { file: held } = lock;
  const opened: RunningSource[] = [];
  try {
    const { promise: failed, resolve: onDiskFailure } = Promise.withResolvers<Error>();
    const fed = await openLogs(options, opened, onDiskFailure);
    const logOf = (source: Source) => {
      const log = fed.get(source.name);
      if (log === undefined) throw new Error(`There is no log of ${source.name}`);
      return log;
    };
    const gateway = composeGateway({
      read,
      page,
      clock,
      fetch: (url, init) => network.fetch(url, init, []),
      tell: (failures, first) => Promise.resolve(logOf(first).service.noteFailures(failures)),
      backend: (request, source) => logOf(source).fetch(request),
    });
    let isStopping = false;
    const closing = new AbortController();
    const proxies = new Set(trustedProxies);
    const http = Deno.serve({
      hostname: options.host,
      port: options.port,
      ...options.tls,
      signal: closing.signal,
      onListen() {},
      onError(error) {
        report("A request failed", error);
        return problem("internal");
      },
    }, (request, { remoteAddr }) => {
      if (isStopping) return notNow(request);
      return gateway.fetch(withClientAddress(request, remoteAddr.hostname, proxies));
    });
    for (const log of opened) log.start();
    const { hostname, port } = http.addr;
    const name = hostname.includes(":") ? `[${hostname}]` : hostname;
    return {
      failed,
      origin: `${options.tls === undefined ? "http" : "https"}://${name}:${port}`,
      async stop(limit) {
        isStopping = true;
        const cut = () => closing.abort();
        limit.addEventListener("abort", cut, { once: true });
        if (limit.aborted) cut();
        for (const { service } of opened) service.endStreams();
        await Promise.all([http.shutdown(), ...opened.map((log) => log.stop(limit))]);
        limit.removeEventListener("abort", cut);
        await Promise.all(opened.map((log) => log.close()));
        held.close();
      },
    };
  } catch (error) {
    const now = AbortSignal.abort();
    await Promise.all(opened.map((log) => log.stop(now)));
    await Promise.all(opened.map((log) => log.close()));
    held.close();
    throw error;
  }
}

/**
 * Opens the log of each source, and the logs that earlier settings have left: those are no longer
 * fed, but still deliver what they owe.
 *
 * @returns The logs of the sources, by name.
 */
async function openLogs(
  { data, read, bundle, network, clock, random }: ServerOptions,
  opened: RunningSource[],
  onDiskFailure: (error: Error) => void,
): Promise<ReadonlyMap<string, RunningSource>> {
  const { config } = read;
  const noted = new Map<RunningSource, NotedLog>();
  const open = async (file: string, name: string) => {
    const path = `${data}/${file}`;
    try {
      const log = await RunningSource.open({
        path,
        name,
        config,
        bundle,
        network,
        clock,
        random,
        onTick: exchange,
        onDiskFailure,
      });
      opened.push(log);
      return log;
    } catch (error) {
      throw new Error(`${path}: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    }
  };
  /** Tells the other logs what one holds after its tick. */
  function exchange(log: RunningSource): void {
    noted.set(log, log.service.noted());
    if (log.service.isIdle()) noted.delete(log);
    for (const one of opened) {
      one.service.meet([...noted].filter(([other]) => other !== one).map(([, said]) => said));
    }
  }

  const fed = new Map<string, RunningSource>();
  const files = new Set<string>();
  for (const source of config.sources) {
    const name = logNameOf(source);
    const file = fileOf(name);
    files.add(file);
    fed.set(source.name, await open(file, name));
  }
  for (const { name, isFile } of await Array.fromAsync(Deno.readDir(data))) {
    if (isFile && LOG_FILE.test(name) && !files.has(name)) await open(name, name);
  }
  return fed;
}

/** The file of a log: the name of its source for people, and what tells two logs of it apart. */
function fileOf(logName: string): string {
  return `${sourceOfLog(logName)}-${sha256Hex(logName).slice(0, 12)}.db`;
}

/** Answers while the server stops; clients of event streams come back only after a stream. */
function notNow(request: Request): Response {
  if (isForEventStream(request)) return eventStream(overloadedStream());
  return problem("unavailable", { headers: { "Retry-After": "2" } });
}
