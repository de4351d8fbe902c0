import { Option } from "commander";
import type { Alert } from "../../alert/alert.ts";
import { ALERT_STATES, type AlertState } from "../../alert/alert_state.ts";
import { jsonText } from "../../stream/json_text.ts";
import { CliCommand } from "../cli_command.ts";
import {
  filterOptions,
  formatOption,
  type FormatOptions,
  onInstance,
  positiveNumber,
} from "../common_options.ts";
import { EXIT_CODE, type ExitCode } from "../exit_code.ts";
import { type EntryFilterOptions, filterQuery } from "../input/entry_filter_options.ts";
import { inPath, Instance, type InstanceOptions } from "../input/instance.ts";
import { prettyAlert, prettyEvent } from "../output/entry_lines.ts";
import { sayList } from "../output/say_list.ts";
import { note, printable, say, write } from "../output/terminal.ts";

/** Options of `panoptes alerts list`. */
interface AlertsListOptions extends InstanceOptions, EntryFilterOptions, FormatOptions {
  readonly state?: AlertState;
  readonly limit: number;
}

/** One page of alerts. */
interface AlertsPage {
  readonly alerts: readonly {
    readonly id: string;
    readonly recordedAt: string;
    readonly state: AlertState;
    readonly alert: Alert;
  }[];
  readonly next: string;
  readonly more: boolean;
}

const COLUMNS = [
  { heading: "last event", max: 24 },
  { heading: "level", max: 13 },
  { heading: "state", max: 12 },
  { heading: "summary", max: 300 },
  { heading: "id", max: 32 },
];

/** Without --since, alerts of the last week are listed. */
const DEFAULT_SINCE = "7d";

/** Lists the latest alerts, oldest first. */
async function alertsList(options: AlertsListOptions): Promise<ExitCode> {
  const { format, state, limit, since = DEFAULT_SINCE } = options;
  const instance = await Instance.open(options, "list the alerts", { scope: "read:alerts" });
  const query = filterQuery({ ...options, since }, Date.now());
  if (state !== undefined) query.set("state", state);
  let found: AlertsPage["alerts"] = [];
  let count = 0;
  let page: AlertsPage | undefined;
  do {
    query.set("after", page?.next ?? "earliest");
    page = await instance.json<AlertsPage>(`/v1/alerts?${query}`);
    count += page.alerts.length;
    found = [...found, ...page.alerts].slice(-limit);
  } while (page.more);
  await sayList(found, {
    format,
    columns: COLUMNS,
    cellsOf: ({ alert: { id, lastAt, level, summary }, recordedAt, state }) => [
      lastAt ?? recordedAt,
      level,
      state,
      summary,
      id,
    ],
  });
  if (count > limit) note(`These are the latest ${limit} of ${count}: --limit shows more`);
  return EXIT_CODE.ok;
}

/** Shows one alert with its events, and who has handled it. */
async function alertsShow(
  id: string,
  { format, ...options }: InstanceOptions & FormatOptions,
): Promise<ExitCode> {
  const instance = await Instance.open(options, `show the alert ${id}`, { scope: "read:alerts" });
  const { v1 } = instance;
  const entry = await instance.read(v1.alerts[":id"].$get(byId(id)));
  const { history } = await instance.read(v1.alerts[":id"].state.$get(byId(id)));
  if (format === "json") {
    say(jsonText({ ...entry, history }));
    return EXIT_CODE.ok;
  }
  const { alert, state } = entry;
  const { rule, matched, events, eventCount } = alert as Alert;
  write(Deno.stdout, prettyAlert(alert));
  say(`state    ${state}`);
  for (const { at, by, state, note } of history) {
    say(`         ${at}  ${state} by ${printable(by)}${note ? `: ${printable(note, 1_000)}` : ""}`);
  }
  say(`rule     ${printable(rule.title)} (${printable(rule.id)})`);
  if (rule.description) say(`         ${printable(rule.description, 1_000)}`);
  if (rule.runbook) say(`runbook  ${printable(rule.runbook, 1_000)}`);
  for (const { item, value } of matched) say(`matched  ${printable(item)}  ${printable(value)}`);
  say(`events   ${eventCount}`);
  for (const { event } of events) write(Deno.stdout, prettyEvent(event));
  return EXIT_CODE.ok;
}

/** Puts alerts into a state. */
async function alertsPut(
  ids: readonly string[],
  state: AlertState,
  { note = "", ...options }: InstanceOptions & { readonly note?: string },
): Promise<ExitCode> {
  const instance = await Instance.open(options, `put the alerts into the state ${state}`);
  for (const id of ids) {
    const put = instance.v1.alerts[":id"].state.$put({ ...byId(id), json: { state, note } });
    const { by } = await instance.read(put);
    say(`${printable(id)} is ${state}, by ${printable(by)}`);
  }
  return EXIT_CODE.ok;
}

function byId(id: string) {
  return { param: { id: inPath(id) } };
}

/** `panoptes alerts` and the commands below it. */
export function alertsCommand(): CliCommand {
  const change = (name: string, state: AlertState, description: string) =>
    onInstance(new CliCommand(name), "admin").description(description)
      .argument("<id...>", "the ids of alerts, which webhooks carry as webhook-id")
      .option("--note <text>", "a note about the change")
      .example(`panoptes alerts ${name} cj7vm2rhgeoqly2c5fyp724wozmdkdiz --note "change 4711"`)
      .run((ids: string[], options: InstanceOptions & { note?: string }) =>
        alertsPut(ids, state, options)
      );
  return new CliCommand("alerts")
    .description("list, show and handle the alerts of a running Panoptes").with(
      filterOptions(onInstance(new CliCommand("list"), "read:alerts"), "alerts")
        .description("list the latest alerts, oldest first")
        .addOption(new Option("--state <state>", "only alerts in this state").choices(ALERT_STATES))
        .option("--limit <count>", "the maximum number", positiveNumber, 100)
        .addOption(formatOption())
        .note(`Without --since, alerts of the last week (${DEFAULT_SINCE}) are listed.`)
        .example("panoptes alerts list --state open --level high,critical")
        .example("panoptes alerts list --since 30d --format json | jq .alert.rule.title")
        .run((options: AlertsListOptions) => alertsList(options)),
      onInstance(new CliCommand("show"), "read:alerts")
        .description("show an alert with its events, and who has handled it")
        .argument("<id>", "the id of the alert")
        .addOption(formatOption())
        .example("panoptes alerts show cj7vm2rhgeoqly2c5fyp724wozmdkdiz")
        .run((id: string, options: InstanceOptions & FormatOptions) => alertsShow(id, options)),
      change("acknowledge", "acknowledged", "say that you are handling alerts"),
      change("close", "closed", "say that alerts are dealt with"),
      change("open", "open", "open alerts again"),
    );
}
