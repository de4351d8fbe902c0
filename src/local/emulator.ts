/**
 * `deno task emulator`: the ThousandEyes audit API on loopback, with a live scenario, for trying a
 * client without an account.
 *
 * @module
 */
import { createEmulator } from "../emulator/create_emulator.ts";
import { serveOnLoopback } from "./serve_on_loopback.ts";
import { untilStopped } from "./until_stopped.ts";
import { taskCommand, wholeNumber } from "../cli/task_command.ts";
import { paint, say } from "../cli/output/terminal.ts";

const PAST_MS = 24 * 3600_000;

async function main(args: readonly string[]): Promise<void> {
  const command = taskCommand("emulator")
    .description("Serves the ThousandEyes audit API on loopback, with made-up activity.")
    .showHelpAfterError("(--help shows what can be written)")
    .option(
      "--port <number>",
      "where to listen; another port is chosen if it is taken",
      wholeNumber,
      8788,
    )
    .option("--seed <number>", "equal seeds make equal organisations and activity", wholeNumber, 1)
    .option("--rate <number>", "events a minute; 0 publishes nothing", wholeNumber, 30)
    .option("--history <number>", "events of the last 24 hours to start with", wholeNumber, 200)
    .parse([...args], { from: "user" });
  const options = command.opts<{ port: number; seed: number; rate: number; history: number }>();
  const perMinute = options.rate;
  const emulator = createEmulator({ seed: options.seed });
  emulator.publishHistory(options.history, Date.now() - PAST_MS, Date.now());

  const wanted = options.port;
  const server = serveOnLoopback((request) => emulator.app.fetch(request), wanted);
  const { origin } = server;
  const authorization = `-H "Authorization: Bearer ${emulator.token}"`;
  say(paint("bold", "ThousandEyes audit API, emulated"));
  if (server.moved) say(`Port ${wanted} is taken, so this is another one.`);
  say(`
  Address  ${origin}
  Token    ${emulator.token}

  A page of events:
    curl ${authorization} "${origin}/v7/audit-user-events?window=1h"
  The same with a fault, and the list of all faults:
    curl ${authorization} -H "x-emulator-fault: numeric-ids" "${origin}/v7/audit-user-events?window=1h"
    curl ${origin}/emulator/faults
  Switch a fault on for three requests, publish an event, read what was published:
    curl -d '{"name":"too-many-requests","times":3}' ${origin}/emulator/faults
    curl -d '{"event":"Login failed."}' ${origin}/emulator/publish
    curl ${origin}/emulator/events

  ${emulator.size} events now, ${perMinute} more a minute. Ctrl-C stops.
`);

  const stopping = new AbortController();
  const living = perMinute === 0 ? undefined : emulator.live({
    perMinute,
    signal: stopping.signal,
    onStory: (title) => say(`${paint("yellow", "story")}  ${title}`),
  });
  await untilStopped();
  stopping.abort();
  await Promise.all([living, server.close()]);
}

if (import.meta.main) {
  try {
    await main(Deno.args);
    Deno.exit(0);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    Deno.exit(1);
  }
}
