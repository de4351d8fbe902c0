/**
 * `deno task emulator`: the ThousandEyes audit API on loopback, with live activity, for trying a
 * client without an account.
 *
 * @module
 */
import { paint, say } from "../cli/output/terminal.ts";
import { taskCommand, wholeNumber } from "../cli/task_command.ts";
import { createEmulator } from "../emulator/create_emulator.ts";
import { serveOnLoopback } from "./serve_on_loopback.ts";
import { untilStopped } from "./until_stopped.ts";

const PAST_MS = 24 * 3600_000;

async function main(args: readonly string[]): Promise<void> {
  const command = taskCommand("emulator")
    .description("Serves an emulated ThousandEyes audit API on loopback, with made-up activity.")
    .showHelpAfterError("(--help shows the options)")
    .option(
      "--port <number>",
      "the port to listen on; if it is taken, another one is chosen",
      wholeNumber,
      8788,
    )
    .option(
      "--seed <number>",
      "the same seed gives the same organisation and activity",
      wholeNumber,
      1,
    )
    .option("--rate <number>", "events per minute; 0 publishes none", wholeNumber, 30)
    .option("--history <number>", "events of the last 24 hours at the start", wholeNumber, 200)
    .parse([...args], { from: "user" });
  const { port, seed, rate, history } = command
    .opts<{ port: number; seed: number; rate: number; history: number }>();
  const emulator = createEmulator({ seed });
  emulator.publishHistory(history, Date.now() - PAST_MS, Date.now());

  const server = serveOnLoopback((request) => emulator.app.fetch(request), port);
  const { origin } = server;
  const authorization = `-H "Authorization: Bearer ${emulator.token}"`;
  say(paint("bold", "ThousandEyes audit API, emulated"));
  if (server.moved) say(`Port ${port} is taken; using another one.`);
  say(`
  Address  ${origin}
  Token    ${emulator.token}

  Read a page of events:
    curl ${authorization} "${origin}/v7/audit-user-events?window=1h"
  Read it with a fault, and list all faults:
    curl ${authorization} -H "x-emulator-fault: numeric-ids" "${origin}/v7/audit-user-events?window=1h"
    curl ${origin}/emulator/faults
  Turn on a fault for three requests, publish an event, read what was published:
    curl -d '{"name":"too-many-requests","times":3}' ${origin}/emulator/faults
    curl -d '{"event":"Login failed."}' ${origin}/emulator/publish
    curl ${origin}/emulator/events

  ${emulator.size} events now, ${rate} more per minute. Press Ctrl-C to stop.
`);

  const stopping = new AbortController();
  const living = rate === 0 ? undefined : emulator.live({
    perMinute: rate,
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
