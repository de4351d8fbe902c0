import { jsonText } from "../../stream/json_text.ts";
import { EXIT_CODE, type ExitCode, UsageError } from "../exit_code.ts";
import { counted, printable, say } from "../output/terminal.ts";
import { textTable } from "../output/text_table.ts";
import { ask, type FormatOptions, type InstanceOptions } from "./endpoints.ts";
import { Option } from "commander";
import { MESSAGE_STATES } from "../../store/outbox_message.ts";
import { CliCommand } from "../cli_command.ts";
import { formatOption, onInstance } from "../common_options.ts";

/** The options that select messages. */
export interface DeliveriesOptions extends InstanceOptions {
  readonly endpoint?: string;
  readonly state?: string;
  readonly alert?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: string;
}

interface Attempt {
  readonly number: number;
  readonly startedAt: string;
  readonly code: string;
  readonly status: number | null;
  readonly durationMs: number;
  readonly excerpt?: string | null;
}

interface Delivery {
  readonly id: number;
  readonly alert: string;
  readonly endpoint: string;
  readonly state: string;
  readonly attempt: number;
  readonly dueAt: string | null;
  readonly createdAt: string;
  readonly lastAttempt?: Attempt | null;
  readonly attempts?: readonly Attempt[];
}

const COLUMNS = [
  { heading: "id", max: 15, isNumeric: true },
  { heading: "queued", max: 24 },
  { heading: "endpoint", max: 63 },
  { heading: "state", max: 9 },
  { heading: "attempts", max: 8, isNumeric: true },
  { heading: "last answer", max: 20 },
  { heading: "due", max: 24 },
  { heading: "alert", max: 32 },
];

/** How many messages one request sends again. */
const BATCH = 1_000;

/** Lists messages to endpoints, newest first. */
export async function deliveriesList(
  { format, url, source, tokenFile, ...query }: DeliveriesOptions & FormatOptions,
): Promise<ExitCode> {
  const { deliveries, next } = await ask<{ deliveries: Delivery[]; next: number | null }>(
    instance({ url, source, tokenFile }),
    { path: `/v1/deliveries?${new URLSearchParams(query)}`, task: "list the deliveries" },
  );
  if (format === "json") {
    for (const delivery of deliveries) say(jsonText(delivery));
    return EXIT_CODE.ok;
  }
  const rows = deliveries.map((one) => [
    one.id,
    one.createdAt,
    one.endpoint,
    one.state,
    one.attempt,
    one.lastAttempt ? answerOf(one.lastAttempt) : "",
    one.dueAt ?? "",
    one.alert,
  ]);
  for (const line of textTable(COLUMNS, rows)) say(line);
  if (next !== null) say("There are more: narrow the selection with --from, --to or --state");
  return EXIT_CODE.ok;
}

/** Shows one message with its attempts and what was answered. */
export async function deliveriesShow(
  id: string,
  { format, ...options }: InstanceOptions & FormatOptions,
): Promise<ExitCode> {
  const delivery = await ask<Delivery>(options, {
    path: pathOf(id),
    task: `show the delivery ${id}`,
  });
  if (format === "json") {
    say(jsonText(delivery));
    return EXIT_CODE.ok;
  }
  const { alert, endpoint, state, createdAt, dueAt, attempts = [] } = delivery;
  say(`${delivery.id}  ${state}, to ${endpoint}, webhook-id ${alert}`);
  say(`queued ${createdAt}${dueAt === null ? "" : `, due ${dueAt}`}`);
  for (const attempt of attempts) {
    const { number, startedAt, durationMs, excerpt } = attempt;
    say(`  ${number}  ${startedAt}  ${answerOf(attempt)}, ${durationMs} ms`);
    if (excerpt) say(`     ${printable(excerpt, 500)}`);
  }
  return EXIT_CODE.ok;
}

/** Sends one message again, or all that the options select. */
export async function deliveriesRedeliver(
  id: string | undefined,
  { url, source, tokenFile, limit, ...query }: DeliveriesOptions,
): Promise<ExitCode> {
  const options = instance({ url, source, tokenFile });
  if (id !== undefined) {
    if (Object.keys(query).length > 0 || limit !== undefined) {
      throw new UsageError("Name either an id or a selection of messages, not both");
    }
    const path = `${pathOf(id)}/redeliver`;
    await ask(options, { path, method: "POST", task: `send the message ${id} again` });
    say(`1 message is sent again`);
    return EXIT_CODE.ok;
  }
  if (Object.keys(query).length === 0) {
    throw new UsageError(
      "Name the messages to send again: an id, or --endpoint, --state, --from or --to",
    );
  }
  const max = limit === undefined ? Infinity : Number(limit);
  if (!(max >= 1)) throw new UsageError(`Invalid --limit '${limit}': write a number from 1`);
  let queued = 0;
  let before: number | null | undefined;
  while (before !== null && queued < max) {
    const answer: { queued: number; left: number; next: number | null } = await ask(options, {
      path: "/v1/deliveries/redeliver",
      method: "POST",
      body: { ...query, limit: Math.min(BATCH, max - queued), ...(before && { before }) },
      task: "send messages again",
    });
    queued += answer.queued;
    before = answer.next;
  }
  say(`${counted(queued, "message")} ${queued === 1 ? "is" : "are"} sent again`);
  return EXIT_CODE.ok;
}

function instance(
  { url, source, tokenFile }: {
    url: string;
    source: string | undefined;
    tokenFile: string | undefined;
  },
): InstanceOptions {
  return {
    url,
    ...(source !== undefined && { source }),
    ...(tokenFile !== undefined && { tokenFile }),
  };
}

function answerOf({ status, code }: Attempt): string {
  return status === null ? code : String(status);
}

function pathOf(id: string): string {
  if (!/^\d{1,15}$/.test(id)) {
    throw new UsageError(`Invalid id '${id}': 'deliveries list' shows the ids of messages`);
  }
  return `/v1/deliveries/${id}`;
}

/** `panoptes deliveries` and the commands below it. */
export function deliveriesCommand(): CliCommand {
  const meant = (command: CliCommand, scope: string, states: readonly string[]) =>
    onInstance(command, scope)
      .option("--endpoint <name>", "only messages to this endpoint")
      .addOption(new Option("--state <state>", "only messages in this state").choices(states))
      .option("--from <time>", "only messages queued at or after this time, in ISO 8601")
      .option("--to <time>", "only messages queued before this time");
  return new CliCommand("deliveries")
    .description("list, show or repeat what a running Panoptes sends").with(
      meant(new CliCommand("list"), "read", MESSAGE_STATES)
        .description("list messages, newest first")
        .option("--alert <id>", "only messages about this alert")
        .option("--limit <count>", "how many at most, 1 to 100")
        .addOption(formatOption())
        .example("panoptes deliveries list --state dead", "what was given up")
        .run((options: DeliveriesOptions & FormatOptions) => deliveriesList(options)),
      onInstance(new CliCommand("show"), "admin")
        .description("show a message with its attempts and what was answered")
        .argument("<id>", "the id of the message")
        .addOption(formatOption())
        .example("panoptes deliveries show 11")
        .run((id: string, options: InstanceOptions & FormatOptions) => deliveriesShow(id, options)),
      meant(new CliCommand("redeliver"), "admin", ["dead", "cancelled", "delivered"])
        .description("send messages again, under the same webhook-id")
        .argument("[id]", "the id of one message; otherwise the options say which are meant")
        .option("--limit <count>", "how many at most, the newest first; by default all")
        .note("Without --state, dead letters are meant.")
        .example("panoptes deliveries redeliver 11")
        .example("panoptes deliveries redeliver --endpoint siem --from 2026-11-22T10:00:00Z")
        .run((id: string | undefined, options: DeliveriesOptions) =>
          deliveriesRedeliver(id, options)
        ),
    );
}
