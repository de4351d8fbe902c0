/**
 * `deno task start`: all of Panoptes on this machine. By default it runs an emulator of the
 * ThousandEyes API, the Worker in workerd and a webhook receiver; with `TE_TOKEN` it watches the
 * real API.
 *
 * @module
 */
import { paint, printable, say } from "../cli/output/terminal.ts";
import { taskCommand } from "../cli/task_command.ts";
import { wait } from "../stream/wait.ts";
import { buildRules, bundleWorker } from "./build_worker.ts";
import { newToken } from "./credentials.ts";
import { alertLine, eventLine, Narrator } from "./narrator.ts";
import { openKeptStorage, openTemporaryStorage } from "./open_storage.ts";
import { startWorkerd } from "./start_workerd.ts";
import { untilStopped } from "./until_stopped.ts";
import { emulatedApi, realApi } from "./watched_api.ts";
import { startReceiver } from "./webhook_receiver.ts";
import { followStatus, followStream, untilReady } from "./worker_client.ts";
import { checkSettings, workerSettings } from "./worker_settings.ts";

const PORTS = { worker: 8787, emulator: 8788, receiver: 8789 };
const WATCHDOG_MS = 60_000;
/** After this time the process exits anyway; miniflare's hook on exit then ends workerd. */
const SHUTDOWN_TIMEOUT_MS = 5_000;

/** Starts everything and watches until the signal; `ending` is what must be closed afterwards. */
async function start(ending: AsyncDisposableStack, signal: AbortSignal): Promise<void> {
  const began = performance.now();
  const narrator = new Narrator();
  const isReal = (Deno.env.get("TE_TOKEN") ?? "") !== "";
  say(paint("bold", "Panoptes"));
  say(
    isReal
      ? "  watching the ThousandEyes API with TE_TOKEN\n"
      : "  watching an emulator of the ThousandEyes API; set TE_TOKEN to watch the real one\n",
  );

  await buildRules(signal);
  narrator.step("rules", "linted, tested and built from rules/");
  const [script, settings] = await Promise.all([bundleWorker(), workerSettings()]);
  narrator.step("worker", `built from src/worker, ${Math.round(script.length / 1024)} KiB`);
  signal.throwIfAborted();

  const storage = isReal ? await openKeptStorage(".panoptes") : await openTemporaryStorage();
  ending.defer(() => storage.close());

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
      (line) => {
        narrator.happened(paint("red", "ALERT"), line);
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
  checkSettings({ ...settings.vars, ...env, API_TOKENS: configured });
  const workerd = await startWorkerd({
    script,
    settings,
    env: { ...env, API_TOKENS: configured },
    storage: storage.path,
    port: PORTS.worker,
    onLog: (level, message) => {
      if (level === "error" || level === "warn") {
        narrator.happened(paint("yellow", level), printable(message));
      }
    },
  });
  ending.defer(() => workerd.close());
  narrator.step("workerd", workerd.origin, workerd.moved);
  signal.throwIfAborted();

  await untilReady(workerd.origin, token, signal);
  const [cron = "* * * * *"] = settings.crons;
  await workerd.runCron(cron);
  const ready = performance.now();
  narrator.ready(howToRead(workerd.origin, token, (ready - began) / 1000));
  void first.promise.then((at) => {
    const seconds = (Math.max(at - ready, 0) / 1000).toFixed(1);
    narrator.happened(paint("green", "first"), `alert received ${seconds} s after the start`);
  });

  followStream(`${workerd.origin}/v1/events`, token, ({ type, data }) => {
    if (type === "gap") narrator.happened(paint("yellow", "gap  "), printable(data));
    else if (type === "audit") narrator.happened("event", eventLine(data));
  }, signal);
  if (!hasReceiver) {
    followStream(`${workerd.origin}/v1/alerts`, token, ({ type, data }) => {
      if (type === "alert") narrator.happened(paint("red", "ALERT"), alertLine(data));
    }, signal);
  }
  await Promise.all([
    api.emulated?.live(signal),
    watchdog(() => workerd.runCron(cron), signal),
    followStatus(workerd.origin, token, (failure) => {
      if (failure === undefined) {
        narrator.happened(paint("green", "ok   "), "the watch has recovered");
      } else narrator.happened(paint("yellow", "fails"), failure);
    }, signal),
  ]);
}

function howToRead(origin: string, token: string, seconds: number): string {
  const authorization = `-H "Authorization: Bearer ${token}"`;
  return `
  Address  ${origin}
  Token    ${token}

  Stream the events, or the alerts:
    curl -N ${authorization} ${origin}/v1/events
    curl -N ${authorization} ${origin}/v1/alerts
  Read the status of the watch, or the webhook deliveries:
    curl ${authorization} ${origin}/v1/status
    curl ${authorization} ${origin}/v1/deliveries

  Ready after ${seconds.toFixed(1)} s. Press Ctrl-C to stop.
`;
}

/** Runs the cron as Cloudflare would: the log wakes itself, but an alarm may be lost. */
async function watchdog(runCron: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await wait(WATCHDOG_MS, signal).catch(() => {});
    if (!signal.aborted) await runCron();
  }
}

const HELP = `
It takes no options. By default it watches an emulator of the ThousandEyes API and delivers
alerts to its own webhook receiver. To watch the real API, set these environment variables:
  TE_TOKEN     a token of the ThousandEyes API
  WEBHOOKS     where to deliver alerts instead of the receiver
  API_TOKENS   more tokens that may read the log
and any others in docs/configuration.md.

It prints the address, a token and curl commands, then events and alerts as they arrive.
Press Ctrl-C to stop.`;

async function main(): Promise<number> {
  taskCommand("start")
    .description("Starts all of Panoptes on this machine, on loopback.")
    .addHelpText("after", HELP)
    .showHelpAfterError("(--help shows the settings)")
    .parse(Deno.args, { from: "user" });
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
