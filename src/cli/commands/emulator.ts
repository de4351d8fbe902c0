import { createEmulator } from "../../emulator/create_emulator.ts";
import { serveOnLoopback } from "../../server/serve_on_loopback.ts";
import { untilStopped } from "../../server/until_stopped.ts";
import { CliCommand } from "../cli_command.ts";
import { portNumber, wholeNumber } from "../common_options.ts";
import { EXIT_CODE, type ExitCode } from "../exit_code.ts";
import { paint, say } from "../output/terminal.ts";

/** Options of `panoptes emulator`. */
interface EmulatorCommandOptions {
  readonly port: number;
  readonly seed: number;
  readonly rate: number;
  readonly history: number;
}

const PAST_MS = 24 * 3600_000;

/**
 * Serves the ThousandEyes audit API on loopback, with live activity, for trying a client without an
 * account.
 *
 * @param options Where, and what happens there.
 * @returns The exit code, once it is stopped.
 */
async function emulate(
  { port, seed, rate, history }: EmulatorCommandOptions,
): Promise<ExitCode> {
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
  return EXIT_CODE.ok;
}

/** `panoptes emulator`. */
export function emulatorCommand(): CliCommand {
  return new CliCommand("emulator")
    .description("serve an emulated ThousandEyes audit API on loopback, with made-up activity")
    .option(
      "--port <number>",
      "the port to listen on; if it is taken, another one is chosen",
      portNumber,
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
    .note("It prints an address, a token and commands to try, and runs until Ctrl-C.")
    .example("panoptes emulator")
    .example("panoptes emulator --rate 600 --history 10000")
    .run((options: EmulatorCommandOptions) => emulate(options));
}
