/**
 * `deno task start`: the whole of Panoptes on this machine. With nothing set, an emulator of the audit
 * API, the built Worker in workerd and a webhook receiver that verifies; with `TE_TOKEN`, the real API.
 *
 * @module
 */
import { alertLine } from "./alert_line.ts";
import { startAlertReceiver } from "./alert_receiver.ts";
import { buildRules } from "./rules_to_bundle.ts";
import { bundleWorker } from "./bundle_worker.ts";
import { checkSettings } from "./check_settings.ts";
import { eventLine } from "./event_line.ts";
import { followStatus } from "./follow_status.ts";
import { followStream } from "./follow_stream.ts";
import { Narrator } from "./narrator.ts";
import { newToken } from "./new_token.ts";
import { openKeptStorage, openTemporaryStorage } from "./open_storage.ts";
import { emulatedSource, realSource } from "./source.ts";
import { startWorkerd } from "./start_workerd.ts";
import { untilReady } from "./until_ready.ts";
import { workerSettings } from "./worker_settings.ts";
import { untilStopped } from "./until_stopped.ts";
import { wait } from "../stream/wait.ts";
import { taskCommand } from "../cli/task_command.ts";
import { paint, printable, say } from "../cli/output/terminal.ts";

const PORTS = { worker: 8787, emulator: 8788, receiver: 8789 };
const WATCHDOG_MS = 60_000;
/** What has not ended by then is ended with the process: workerd too, by miniflare's hook on exit. */
const LONGEST_END_MS = 5_000;

/** Starts everything; what has to be ended is left on `ending`. */
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

  const source = isReal ? realSource() : emulatedSource(PORTS.emulator);
  if (source.emulated !== undefined) {
    const { server } = source.emulated;
    ending.defer(() => server.close());
    narrator.step("emulator", server.origin, server.moved);
  }

  const env: Record<string, string> = { ...source.env };
  const first = Promise.withResolvers<number>();
  const hasReceiver = env["WEBHOOKS"] === undefined;
  if (hasReceiver) {
    const { server, endpoint } = startAlertReceiver(
      PORTS.receiver,
      (line) => {
        narrator.happened(paint("red", "ALERT"), line);
        first.resolve(performance.now());
      },
      (reason) => narrator.happened(paint("yellow", "refused"), `a webhook: ${reason}`),
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
    source.emulated?.live(signal),
    watchdog(() => workerd.runCron(cron), signal),
    followStatus(workerd.origin, token, (failure) => {
      if (failure === undefined) {
        narrator.happened(paint("green", "well "), "the API is read again");
      } else narrator.happened(paint("yellow", "fails"), failure);
    }, signal),
  ]);
}

function howToRead(origin: string, token: string, seconds: number): string {
  const authorization = `-H "Authorization: Bearer ${token}"`;
  return `
  Address  ${origin}
  Token    ${token}

  The events as they come, and the alerts:
    curl -N ${authorization} ${origin}/v1/events
    curl -N ${authorization} ${origin}/v1/alerts
  How the watch is doing, and where webhooks stand:
    curl ${authorization} ${origin}/v1/status
    curl ${authorization} ${origin}/v1/deliveries

  Ready after ${seconds.toFixed(1)} s. Ctrl-C stops.
`;
}

/** Runs the cron as Cloudflare would: the log wakes itself, and this is for an alarm that was lost. */
async function watchdog(runCron: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await wait(WATCHDOG_MS, signal).catch(() => {});
    if (!signal.aborted) await runCron();
  }
}

const HELP = `
It takes no options. By default it watches an emulator of the ThousandEyes API, and has a
webhook receiver of its own. To watch the real API, set these variables:
  TE_TOKEN     a token of the ThousandEyes API
  WEBHOOKS     where alerts go, if not to that receiver
  API_TOKENS   who else may read
and any other of docs/configuration.md.

Events and alerts are shown as they come, with the address, a token and ready-made
curl lines. Ctrl-C stops.`;

async function main(): Promise<number> {
  taskCommand("start")
    .description("Starts the whole of Panoptes on this machine, on loopback.")
    .addHelpText("after", HELP)
    .showHelpAfterError("(--help shows what can be set)")
    .parse(Deno.args, { from: "user" });
  const stopping = new AbortController();
  const over = new AbortController();
  const stopped = untilStopped(over.signal).then(() => stopping.abort());
  const ending = new AsyncDisposableStack();
  let code = 0;
  try {
    await start(ending, stopping.signal);
  } catch (error) {
    // A terminal's Ctrl-C goes to workerd as well: its end may be seen before the signal is.
    await Promise.race([stopped, wait(300)]);
    if (!stopping.signal.aborted) {
      say(paint("red", error instanceof Error ? error.message : String(error)));
      code = 1;
    }
  }
  if (code === 0) say("\nStopping.");
  over.abort();
  await stopped;
  await Promise.race([ending.disposeAsync(), wait(LONGEST_END_MS)]);
  return code;
}

if (import.meta.main) Deno.exit(await main());
