/**
 * `deno task start`: all of Panoptes on this machine. By default it runs an emulator of the
 * ThousandEyes API, the Worker in workerd and a webhook receiver; with `TE_TOKEN` or `SOURCES` it
 * watches the real API.
 *
 * Its permissions in deno.json are those that it needs. This process talks only to 127.0.0.1, and
 * writes only to `.panoptes`. Two are broad: it reads the environment,
 * where npm packages look for names of their own, and starts programs, since the paths of workerd
 * and esbuild differ between machines; what they do is not bounded by Deno.
 *
 * @module
 */
import { paint, printable, say } from "../cli/output/terminal.ts";
import { taskCommand } from "../cli/task_command.ts";
import { untilStopped } from "../server/until_stopped.ts";
import { wait } from "../stream/wait.ts";
import { bundleWorker } from "./build_worker.ts";
import { newToken } from "./credentials.ts";
import { isLoopback, listenSettings } from "./listen_settings.ts";
import { alertLine, eventLine, Narrator, partLines } from "./narrator.ts";
import { openKeptStorage, openTrialStorage } from "./open_storage.ts";
import { startWorkerd } from "./start_workerd.ts";
import { emulatedApi, realApi, watchedSettings } from "./watched_api.ts";
import { startReceiver } from "./webhook_receiver.ts";
import { followStatus, followStream, untilReady } from "./worker_client.ts";
import { checkSettings, workerSettings } from "./worker_settings.ts";

const PORTS = { emulator: 8788, receiver: 8789 };
const WATCHDOG_MS = 60_000;
/** After this time the process exits anyway, and workerd's guard ends workerd. */
const SHUTDOWN_TIMEOUT_MS = 5_000;

/** Starts everything and watches until the signal; `ending` is what must be closed afterwards. */
async function start(ending: AsyncDisposableStack, signal: AbortSignal): Promise<void> {
  const began = performance.now();
  const narrator = new Narrator();
  const watched = watchedSettings();
  const isReal = watched.length > 0;
  say(paint("bold", "Panoptes"));
  say(
    isReal
      ? `  watching the ThousandEyes API with ${watched.join(" and ")}\n`
      : "  watching an emulator of the ThousandEyes API; set TE_TOKEN to watch the real one\n",
  );

  const [script, settings] = await Promise.all([
    bundleWorker("src/local/worker_with_cron.ts"),
    workerSettings(),
  ]);
  narrator.step("worker", `built from src/worker, ${Math.round(script.length / 1024)} KiB`);
  signal.throwIfAborted();

  const storage = isReal
    ? await openKeptStorage(".panoptes")
    : await openTrialStorage(".panoptes/trials");
  ending.defer(() => storage.close());
  const { host, port } = listenSettings(
    { HOST: Deno.env.get("HOST"), PORT: Deno.env.get("PORT") },
    await Deno.readTextFile(`${storage.path}/port`).catch(() => undefined),
  );

  const api = isReal ? realApi() : emulatedApi(PORTS.emulator);
  if (api.emulated !== undefined) {
    const { server } = api.emulated;
    ending.defer(() => server.close());
    narrator.step("emulator", server.origin, server.moved);
  }

  const env: Record<string, string> = { ...api.env };
  const first = Promise.withResolvers<number>();
  const hasReceiver = env["WEBHOOKS"] === undefined;
  if (hasReceiver) {
    const { server, endpoint } = startReceiver(
      PORTS.receiver,
      (line, parts) => {
        narrator.happened(paint("red", "ALERT"), line, parts);
        first.resolve(performance.now());
      },
      (reason) => narrator.happened(paint("yellow", "refused"), `webhook: ${reason}`),
    );
    ending.defer(() => server.close());
    narrator.step("receiver", server.origin, server.moved);
    env["WEBHOOKS"] = JSON.stringify([endpoint]);
  }
  signal.throwIfAborted();

  const { token, configured } = await newToken(env["API_TOKENS"]);
  const names = checkSettings({ ...settings.vars, ...env, API_TOKENS: configured });
  const workerd = await startWorkerd({
    script,
    settings,
    env: { ...env, API_TOKENS: configured },
    storage: storage.path,
    lock: storage.lock,
    host,
    port,
    onLog: (level, message) => {
      if (level === "error" || level === "warn") {
        narrator.happened(paint("yellow", level), printable(message));
      }
    },
  });
  ending.defer(() => workerd.close());
  await Deno.writeTextFile(`${storage.path}/port`, `${workerd.port}\n`);
  narrator.step("workerd", workerd.origin, workerd.moved);
  if (!isLoopback(host)) {
    narrator.remark(
      `HOST is ${host}: other machines reach the Worker, without TLS. Whoever reads the network ` +
        "reads tokens and events; put a proxy with TLS in front of it.",
    );
  }
  if (isReal && hasProxy()) {
    narrator.remark(
      "HTTPS_PROXY is not used: workerd calls the ThousandEyes API and webhooks directly.",
    );
  }
  signal.throwIfAborted();

  await untilReady(workerd.origin, token, signal);
  await workerd.runCron();
  const ready = performance.now();
  narrator.ready(howToRead(workerd.origin, token, names, (ready - began) / 1000));
  void first.promise.then((at) => {
    const seconds = (Math.max(at - ready, 0) / 1000).toFixed(1);
    narrator.happened(paint("green", "first"), `alert received ${seconds} s after the start`);
  });

  const follow = (name: string) => {
    const urlOf = (path: string) => `${workerd.origin}/v1/${path}?source=${name}`;
    const of = names.length > 1 ? `${paint("dim", name)}  ` : "";
    followStream(urlOf("events"), token, ({ type, data }) => {
      if (type === "gap") narrator.happened(paint("yellow", "gap  "), of + printable(data));
      else if (type === "audit") narrator.happened("event", of + eventLine(data));
    }, signal);
    if (!hasReceiver) {
      followStream(urlOf("alerts"), token, ({ type, data }) => {
        if (type === "alert") {
          narrator.happened(paint("red", "ALERT"), alertLine(data), partLines(data));
        }
      }, signal);
    }
    return followStatus(urlOf("status"), token, {
      onChange: (failure) => {
        if (failure === undefined) {
          narrator.happened(paint("green", "ok   "), `${of}the watch has recovered`);
        } else narrator.happened(paint("yellow", "fails"), of + failure);
      },
      signal,
    });
  };
  await Promise.all([
    api.emulated?.live(signal),
    watchdog(() => workerd.runCron(), signal),
    endsOnlyAfter(signal, workerd.ended),
    ...names.map(follow),
  ]);
}

function howToRead(
  origin: string,
  token: string,
  [first = "", ...others]: readonly string[],
  seconds: number,
): string {
  const curl = `curl -H "Authorization: Bearer $TOKEN"`;
  // A shell may take a question mark for a pattern.
  const at = (path: string) =>
    others.length === 0 ? `${origin}${path}` : `"${origin}${path}?source=${first}"`;
  const sources = others.length === 0 ? "" : `  Sources  ${[first, ...others].join(", ")}\n`;
  return `
  Page     ${origin}/#token=${token}
  Address  ${origin}
  Token    ${token}
${sources}
  Open the page in a browser: the link signs you in. Or use curl; set the
  token in your shell first:
    TOKEN=${token}
  Stream the events, or the alerts:
    ${curl} -N ${at("/v1/events")}
    ${curl} -N ${at("/v1/alerts")}
  Read the status of the watch, or the webhook deliveries:
    ${curl} ${origin}/v1/status
    ${curl} ${at("/v1/deliveries")}

  Ready after ${seconds.toFixed(1)} s. Press Ctrl-C to stop.
`;
}

/** Loopback never goes through a proxy; it has to be said before the first request. */
function bypassProxies(): void {
  for (const name of ["NO_PROXY", "no_proxy"]) {
    const set = Deno.env.get(name);
    const hosts = ["127.0.0.1", "localhost", "::1"];
    Deno.env.set(name, [...(set === undefined || set === "" ? [] : [set]), ...hosts].join(","));
  }
}

function hasProxy(): boolean {
  return ["HTTPS_PROXY", "https_proxy"].some((name) => (Deno.env.get(name) ?? "") !== "");
}

/** Runs the cron as Cloudflare would: the log wakes itself, but an alarm may be lost. */
async function watchdog(runCron: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await wait(WATCHDOG_MS, signal).catch(() => {});
    if (!signal.aborted) await runCron();
  }
}

/** Without workerd nothing works; it must not look as if nothing happened. */
async function endsOnlyAfter(signal: AbortSignal, ended: Promise<void>): Promise<void> {
  const stopped = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => stopped.resolve(), { once: true });
  await Promise.race([ended, stopped.promise]);
  if (!signal.aborted) throw new Error("workerd has ended; the last lines that it wrote say why");
}

const HELP = `
It takes no options. By default it watches an emulator of the ThousandEyes API and delivers
alerts to its own webhook receiver. To watch the real API, set these environment variables:
  TE_TOKEN     a token of the ThousandEyes API
  SOURCES      several account groups or organisations, with or instead of it
  WEBHOOKS     where to deliver alerts instead of the receiver
  API_TOKENS   more tokens that may read the log
and any others in docs/configuration.md. Where it listens:
  PORT         the port of the Worker; default 8787, or any other if that is taken. With TE_TOKEN
               it is kept in .panoptes, and the next start uses the same one
  HOST         the address of this machine to listen on; default 127.0.0.1

It prints the address, a token and curl commands, then events and alerts as they arrive.
Press Ctrl-C to stop.`;

async function main(): Promise<number> {
  taskCommand("start")
    .description("Starts all of Panoptes on this machine, on loopback.")
    .addHelpText("after", HELP)
    .showHelpAfterError("(--help shows the settings)")
    .parse(Deno.args, { from: "user" });
  bypassProxies();
  const stopping = new AbortController();
  const over = new AbortController();
  const stopped = untilStopped(over.signal).then(() => stopping.abort());
  const ending = new AsyncDisposableStack();
  let code = 0;
  try {
    await start(ending, stopping.signal);
  } catch (error) {
    // Ctrl-C in a terminal goes to workerd as well, whose end may be noticed before the signal.
    await Promise.race([stopped, wait(300)]);
    if (!stopping.signal.aborted) {
      say(paint("red", error instanceof Error ? error.message : String(error)));
      code = 1;
    }
  }
  if (code === 0) say("\nStopping.");
  over.abort();
  await stopped;
  await Promise.race([ending.disposeAsync(), wait(SHUTDOWN_TIMEOUT_MS)]);
  return code;
}

if (import.meta.main) Deno.exit(await main());
