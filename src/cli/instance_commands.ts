import { type Command, Option } from "commander";
import { LEVELS } from "../sigma/vocabulary.ts";
import { MESSAGE_STATES } from "../store/outbox_message.ts";
import {
  deliveriesList,
  type DeliveriesOptions,
  deliveriesRedeliver,
  deliveriesShow,
} from "./commands/deliveries.ts";
import {
  endpointsConvert,
  endpointsList,
  endpointsRemove,
  endpointsResume,
  endpointsSet,
  endpointsTest,
  type FormatOptions,
  type InstanceOptions,
} from "./commands/endpoints.ts";
import type { ExitCode } from "./exit_code.ts";

/** Keeps the exit code of a command for the end. */
type Run = <Arguments extends unknown[]>(
  command: (...args: Arguments) => Promise<ExitCode>,
) => (...args: Arguments) => Promise<void>;

/** Which messages are meant. */
type Meant = Omit<DeliveriesOptions, keyof InstanceOptions>;

/** Which source of a running Panoptes is meant. */
export function sourceOption(): Option {
  return new Option("--source <name>", "the name of the source, if Panoptes has several")
    .env("PANOPTES_SOURCE");
}

/**
 * Adds the commands that operate a running Panoptes: its endpoints and what is sent to them.
 *
 * @param panoptes The command line.
 * @param run Keeps the exit code.
 * @param exitCodes What the exit codes mean, for `--help`.
 */
export function addInstanceCommands(panoptes: Command, run: Run, exitCodes: string): void {
  const onInstance = (command: Command) =>
    command
      .addOption(
        new Option("--url <url>", "the address of Panoptes").env("PANOPTES_URL")
          .makeOptionMandatory(),
      )
      .addOption(sourceOption())
      .option(
        "--token-file <file>",
        "a file with a token of the scope admin; by default it is read from PANOPTES_TOKEN",
      )
      .addHelpText("after", exitCodes);
  const format = () =>
    new Option("--format <format>", "output format").choices(["text", "json"]).default("text");

  const endpoints = panoptes.command("endpoints")
    .description("manage the endpoints of a running Panoptes");
  onInstance(endpoints.command("list")).description("list the endpoints, without secrets")
    .addOption(format())
    .action(run((options: InstanceOptions & FormatOptions) => endpointsList(options)));
  onInstance(endpoints.command("set")).description(
    "store an endpoint, or change some of its members",
  )
    .argument("<name>", "its name")
    .argument("<file>", "its members as YAML or JSON; '-' is standard input")
    .option("--merge", "leave the members that are not in the file as they are")
    .addHelpText(
      "after",
      `
Examples:
  PANOPTES_TOKEN=… panoptes endpoints set on-call on_call.yml --url https://panoptes.example.com
  echo 'minLevel: high' | PANOPTES_TOKEN=… panoptes endpoints set on-call - --merge --url …`,
    )
    .action(
      run((name: string, file: string, options: InstanceOptions & { merge?: boolean }) =>
        endpointsSet(name, file, options)
      ),
    );
  onInstance(endpoints.command("remove")).description("remove a stored endpoint")
    .argument("<name>", "its name")
    .action(run((name: string, options: InstanceOptions) => endpointsRemove(name, options)));
  onInstance(endpoints.command("resume"))
    .description("give a failing, paused or disabled endpoint a fresh start")
    .argument("<name>", "its name")
    .action(run((name: string, options: InstanceOptions) => endpointsResume(name, options)));
  onInstance(endpoints.command("test"))
    .description("send a sample alert, and say what was answered")
    .argument("<name>", "its name")
    .addOption(
      new Option("--level <level>", "the level of the sample").choices(Object.keys(LEVELS))
        .default("medium"),
    )
    .action(
      run((name: string, options: InstanceOptions & { level: string }) =>
        endpointsTest(name, options)
      ),
    );
  endpoints.command("convert")
    .description("check a list of endpoints in YAML, and write it as the setting WEBHOOKS takes it")
    .argument("<file>", "a list of endpoints as YAML or JSON; '-' is standard input")
    .addHelpText(
      "after",
      `
Example:
  panoptes endpoints convert webhooks.yml | deno task wrangler secret put WEBHOOKS
${exitCodes}`,
    )
    .action(run((file: string) => endpointsConvert(file)));

  const deliveries = panoptes.command("deliveries")
    .description("list, show or repeat what a running Panoptes sends");
  const meant = (command: Command, states: readonly string[]) =>
    onInstance(command)
      .option("--endpoint <name>", "only messages to this endpoint")
      .addOption(new Option("--state <state>", "only messages in this state").choices(states))
      .option("--from <time>", "only messages queued at or after this time, in ISO 8601")
      .option("--to <time>", "only messages queued before this time");
  meant(deliveries.command("list"), MESSAGE_STATES).description("list messages, newest first")
    .option("--alert <id>", "only messages about this alert")
    .option("--limit <count>", "how many at most, 1 to 100")
    .addOption(format())
    .action(run((options: InstanceOptions & Meant & FormatOptions) => deliveriesList(options)));
  onInstance(deliveries.command("show"))
    .description("show a message with its attempts and what was answered")
    .argument("<id>", "the id of the message")
    .addOption(format())
    .action(
      run((id: string, options: InstanceOptions & FormatOptions) => deliveriesShow(id, options)),
    );
  meant(deliveries.command("redeliver"), ["dead", "cancelled", "delivered"])
    .description("send messages again, under the same webhook-id")
    .argument("[id]", "the id of one message; otherwise the options say which are meant")
    .option("--limit <count>", "how many at most, the newest first; by default all")
    .addHelpText(
      "after",
      `
Without --state, dead letters are meant.

Example:
  PANOPTES_TOKEN=… panoptes deliveries redeliver --endpoint siem --from 2026-11-22T10:00:00Z --url …`,
    )
    .action(
      run((id: string | undefined, options: InstanceOptions & Meant) =>
        deliveriesRedeliver(id, options)
      ),
    );
}
