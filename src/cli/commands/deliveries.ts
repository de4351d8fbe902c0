import { Option } from "commander";
import { MESSAGE_STATES, type MessageState } from "../../store/outbox_message.ts";
import { jsonText } from "../../stream/json_text.ts";
import { CliCommand } from "../cli_command.ts";
import { formatOption, type FormatOptions, onInstance, positiveNumber } from "../common_options.ts";
import { EXIT_CODE, type ExitCode, UsageError } from "../exit_code.ts";
import { Instance, type InstanceOptions } from "../input/instance.ts";
import { sayList } from "../output/say_list.ts";
import { counted, printable, say } from "../output/terminal.ts";

/** The options that select messages. */
interface DeliveriesSelection extends InstanceOptions {
  readonly endpoint?: string;
  readonly state?: typeof ENDED[number];
  readonly from?: string;
  readonly to?: string;
}

/** The options of `deliveries list`. */
interface DeliveriesOptions extends Omit<DeliveriesSelection, "state"> {
  readonly state?: MessageState;
  readonly alert?: string;
  readonly limit: number;
}

/** The states in which a message can be sent again. */
const ENDED = ["dead", "cancelled", "delivered"] as const;

/** As far as it is printed. */
interface Attempt {
  readonly code: string;
  readonly status: number | null;
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

/** How many messages one answer lists, and how many one request sends again. */
const PAGE = 100;
const BATCH = 1_000;

/** Lists messages to endpoints, newest first. */
async function deliveriesList(
  { format, url, source, tokenFile, limit, ...query }: DeliveriesOptions & FormatOptions,
): Promise<ExitCode> {
  const instance = await Instance.open({ url, source, tokenFile }, "list the deliveries", {
    scope: "read",
  });
  let left = limit;
  let before: number | null | undefined;
  async function* listed() {
    while (before !== null && left > 0) {
      const { deliveries, next } = await instance.read(
        instance.v1.deliveries.$get({
          query: {
            ...query,
            limit: String(Math.min(PAGE, left)),
            ...(before !== undefined && { before: String(before) }),
          },
        }),
      );
      left -= deliveries.length;
      before = next;
      yield* deliveries;
    }
  }
  await sayList(listed(), {
    format,
    columns: COLUMNS,
    cellsOf: ({ id, createdAt, endpoint, state, attempt, lastAttempt, dueAt, alert }) => {
      const answer = lastAttempt === null ? "" : answerOf(lastAttempt);
      return [id, createdAt, endpoint, state, attempt, answer, dueAt ?? "", alert];
    },
  });
  if (format === "text" && before !== null) {
    say("There are more: --limit, --from, --to and --state select others");
  }
  return EXIT_CODE.ok;
}

/** Shows one message with its attempts and what was answered. */
async function deliveriesShow(
  id: string,
  { format, ...options }: InstanceOptions & FormatOptions,
): Promise<ExitCode> {
  const instance = await Instance.open(options, `show the delivery ${id}`);
  const delivery = await instance.read(instance.v1.deliveries[":id"].$get(byId(id)));
  if (format === "json") {
    say(jsonText(delivery));
    return EXIT_CODE.ok;
  }
  const { alert, endpoint, state, createdAt, dueAt, attempts } = delivery;
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
async function deliveriesRedeliver(
  id: string | undefined,
  { url, source, tokenFile, limit, ...query }: DeliveriesSelection & { readonly limit?: number },
): Promise<ExitCode> {
  const isSelection = Object.values(query).some((value) => value !== undefined);
  if (id !== undefined && (isSelection || limit !== undefined)) {
    throw new UsageError("Name either an id or a selection of messages, not both");
  }
  if (id === undefined && !isSelection) {
    throw new UsageError(
      "Name the messages to send again: an id, or --endpoint, --state, --from or --to",
    );
  }
  const instance = await Instance.open({ url, source, tokenFile }, "send messages again");
  if (id !== undefined) {
    await instance.read(instance.v1.deliveries[":id"].redeliver.$post(byId(id)));
    say("1 message is sent again");
    return EXIT_CODE.ok;
  }
  const max = limit ?? Infinity;
  let queued = 0;
  let before: number | null | undefined;
  while (before !== null && queued < max) {
    const answer: { queued: number; next: number | null } = await instance.read(
      instance.v1.deliveries.redeliver.$post({
        json: {
          ...query,
          limit: Math.min(BATCH, max - queued),
          ...(before !== undefined && { before }),
        },
      }),
    );
    queued += answer.queued;
    before = answer.next;
  }
  say(`${counted(queued, "message")} ${queued === 1 ? "is" : "are"} sent again`);
  return EXIT_CODE.ok;
}

function answerOf({ status, code }: Attempt): string {
  return status === null ? code : String(status);
}

function byId(id: string) {
  if (!/^\d{1,15}$/.test(id)) {
    throw new UsageError(`Invalid id '${id}': 'deliveries list' shows the ids of messages`);
  }
  return { param: { id } };
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
    .description("list, show or repeat the messages of a running Panoptes").with(
      meant(new CliCommand("list"), "read", MESSAGE_STATES)
        .description("list messages, newest first")
        .option("--alert <id>", "only messages about this alert")
        .option("--limit <count>", "the maximum number", positiveNumber, 100)
        .addOption(formatOption())
        .example("panoptes deliveries list --state dead", "what was given up")
        .run((options: DeliveriesOptions & FormatOptions) => deliveriesList(options)),
      onInstance(new CliCommand("show"), "admin")
        .description("show a message with its attempts and the answers of the receiver")
        .argument("<id>", "the id of the message")
        .addOption(formatOption())
        .example("panoptes deliveries show 11")
        .run((id: string, options: InstanceOptions & FormatOptions) => deliveriesShow(id, options)),
      meant(new CliCommand("redeliver"), "admin", ENDED)
        .description("send messages again, under the same webhook-id")
        .argument("[id]", "the id of one message; without it, the options choose the messages")
        .option(
          "--limit <count>",
          "the maximum number, the newest first; by default all",
          positiveNumber,
        )
        .note("Without --state, it sends dead letters again.")
        .example("panoptes deliveries redeliver 11")
        .example("panoptes deliveries redeliver --endpoint siem --from 2026-11-22T10:00:00Z")
        .run((id: string | undefined, options: DeliveriesSelection & { limit?: number }) =>
          deliveriesRedeliver(id, options)
        ),
    );
}
