import { isIP } from "node:net";
import { parseEnv } from "node:util";
import { Option } from "commander";
import { sealBundle, type SealedBundle } from "../../alert/rule_bundle.ts";
import type { Page } from "../../http/answer/page.ts";
import { createEgress } from "../../server/egress.ts";
import { type RunningServer, startServer } from "../../server/start_server.ts";
import { type Config, invalidSettings, readConfig } from "../../service/config.ts";
import { SETTING_NAMES, SETTINGS } from "../../service/settings.ts";
import { TOKEN_SECRET } from "../../service/source.ts";
import { SigmaError } from "../../sigma/mod.ts";
import { systemClock } from "../../stream/clock.ts";
import { CliCommand } from "../cli_command.ts";
import { portNumber, repeated } from "../common_options.ts";
import { EXIT_CODE, type ExitCode, SourceError, UsageError } from "../exit_code.ts";
import { interruption } from "../input/interruption.ts";
import { note, say } from "../output/terminal.ts";
import { BrokenRules, bundleOf } from "./rules_build.ts";

/** Options of `serve`. */
export interface ServeOptions {
  readonly data: string;
  readonly host: string;
  readonly port: number;
  readonly config?: string;
  readonly rules?: string[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly trustedProxy?: string[];
  readonly stopWithin: number;
}

/**
 * Runs Panoptes as a server until SIGTERM or SIGINT.
 *
 * @param options The folder of the logs, the settings, the rules and where to listen.
 * @returns The exit code.
 * @throws {UsageError} If a setting or a file cannot be used; the message names all of them.
 * @throws {SourceError} If it cannot start, or a disk fails.
 */
export async function serve(options: ServeOptions): Promise<ExitCode> {
  const { data, host, port, tlsCert, tlsKey, trustedProxy = [] } = options;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new UsageError("Cannot serve: --tls-cert and --tls-key belong together; add the other");
  }
  const addresses = [{ option: "--host", address: host }].concat(
    trustedProxy.map((address) => ({ option: "--trusted-proxy", address })),
  );
  for (const { option, address } of addresses) {
    if (isIP(address) === 0) {
      throw new UsageError(
        `Cannot serve: ${option} must be an IP address: '${address}' is not one`,
      );
    }
  }
  const stopping = interruption();
  const stopped = new Promise((resolve) =>
    stopping.addEventListener("abort", resolve, { once: true })
  );
  const { config, ...read } = readConfig(await settingsOf(options.config));
  if (config === undefined) throw new UsageError(invalidSettings("serve", read.problems));
  const [bundle, page, tls] = await Promise.all([
    options.rules === undefined ? builtFile<SealedBundle>("rules.json") : ownRules(options.rules),
    pageFiles(),
    tlsCert === undefined || tlsKey === undefined
      ? undefined
      : Promise.all([textOf(tlsCert), textOf(tlsKey)]).then(([cert, key]) => ({ cert, key })),
  ]);
  let server: RunningServer;
  try {
    server = await startServer({
      data,
      read: { ...read, config } satisfies { config: Config },
      bundle,
      page,
      host,
      port,
      tls,
      trustedProxies: trustedProxy,
      network: createEgress(),
      clock: systemClock,
      random: Math.random,
    });
  } catch (error) {
    throw new SourceError(`Cannot serve: ${error instanceof Error ? error.message : error}`);
  }
  say(`Panoptes listens on ${server.origin}, with its logs in ${data}`);
  const hasFailed = await Promise.race([
    stopped.then(() => false),
    server.failed.then(() => true),
  ]);
  if (!hasFailed) note("Stopping: streams and ticks end; a second signal ends the process at once");
  await server.stop(
    hasFailed ? AbortSignal.abort() : AbortSignal.timeout(options.stopWithin * 1_000),
  );
  const failure = await Promise.race([server.failed, undefined]); // also while it stopped
  if (failure === undefined) return EXIT_CODE.ok;
  throw new SourceError(
    `Cannot serve any longer: ${failure.message}. Check the disk and start the server again: nothing ` +
      "that was shown or sent is lost, and it reads what is missing from the API",
  );
}

/** The settings: all from a file, or all from the environment, so that none surprises. */
async function settingsOf(file: string | undefined): Promise<Record<string, string | undefined>> {
  if (file !== undefined) {
    const text = await textOf(file);
    const { mode } = await Deno.stat(file);
    if (mode !== null && (mode & 0o077) !== 0) {
      note(`Warning: other users can read or change ${file}, which may hold secrets: chmod 600`);
    }
    return parseEnv(text) as Record<string, string | undefined>;
  }
  const settings = Object.fromEntries(SETTING_NAMES.map((name) => [name, Deno.env.get(name)]));
  // Its permissions are for these names, not for all of the environment.
  const named = (settings[SETTINGS.sources.name] ?? "").match(/\w+/g) ?? [];
  for (const name of named) {
    if (TOKEN_SECRET.test(name)) settings[name] = Deno.env.get(name);
  }
  return settings;
}

async function ownRules(paths: readonly string[]): Promise<SealedBundle> {
  try {
    return sealBundle(await bundleOf(paths, true));
  } catch (error) {
    if (error instanceof SigmaError || error instanceof BrokenRules) {
      const place = paths.join(", ");
      throw new UsageError(
        `Cannot serve: the rules in ${place} have errors; 'panoptes rules build' shows them\n${error.message}`
          .trimEnd(),
      );
    }
    throw error;
  }
}

async function pageFiles(): Promise<Page> {
  return { ...await builtFile<Page>("page.json"), ...await builtFile<Page>("api_docs.json") };
}

/** A file that `deno task rules:build` has written, which has checked it. */
async function builtFile<Content>(name: string): Promise<Content> {
  const url = new URL(`../../service/${name}`, import.meta.url);
  try {
    return JSON.parse(await Deno.readTextFile(url));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UsageError(`Cannot serve: ${name} is not built yet; run 'deno task rules:build'`);
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new UsageError(
      `Cannot serve: ${path} cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function seconds(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) > 0) return Number(text);
  throw new UsageError(`Cannot serve: --stop-within must be a number of seconds, such as 10`);
}

/** `panoptes serve`. */
export function serveCommand(): CliCommand {
  return new CliCommand("serve")
    .description("run Panoptes on this machine, without Cloudflare")
    .option("--data <folder>", "where the logs are kept, one SQLite file for each source", "data")
    .option("--host <address>", "the address of this machine to listen on", "127.0.0.1")
    .option("--port <number>", "the port to listen on; 0 is any free one", portNumber, 8080)
    .option(
      "--config <file>",
      "read all settings from this file of NAME=value lines; without it, from the environment",
    )
    .addOption(
      new Option(
        "--rules <path>",
        "a file or folder of rules, checked and tested at the start; repeatable; by default the " +
          "rules that Panoptes was built with",
      ).argParser(repeated),
    )
    .option("--tls-cert <file>", "the certificate chain, in PEM, to serve HTTPS without a proxy")
    .option("--tls-key <file>", "its private key, in PEM")
    .addOption(
      new Option(
        "--trusted-proxy <address>",
        "believe the X-Forwarded-For of the proxy at this IP address; repeatable",
      ).argParser(repeated),
    )
    .addOption(
      new Option("--stop-within <seconds>", "how long a stop may take before it cuts connections")
        .default(10).argParser(seconds),
    )
    .note(
      "It runs until SIGTERM or SIGINT. Then it accepts no more requests, ends streams so that their " +
        "readers reconnect, finishes the work in progress and closes its files.",
    )
    .note(
      "If a disk fails, it exits with code 4; have your service manager restart it.",
    )
    .note("docs/configuration.md lists the settings, which are the same as on Cloudflare.")
    .example("panoptes serve --config /etc/panoptes.env --data /var/lib/panoptes")
    .example("panoptes serve --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem")
    .example("panoptes serve --trusted-proxy 127.0.0.1", "behind nginx or Caddy on this machine")
    .run((options: ServeOptions) => serve(options));
}
