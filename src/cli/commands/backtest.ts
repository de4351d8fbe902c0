import { type Command, Option } from "commander";
import type { BacktestReport } from "../../alert/backtest_report.ts";
import { BacktestRun } from "../../alert/backtest_run.ts";
import { matchRules, type RuleMatcher } from "../../alert/match_rules.ts";
import { escapeInvisible } from "../../stream/plain_text.ts";
import { CliCommand } from "../cli_command.ts";
import {
  EVENTS_HELP,
  formatOption,
  onInstance,
  placeholdersOption,
  repeated,
  rulesOption,
  sinceOption,
} from "../common_options.ts";
import { EXIT_CODE, type ExitCode, UsageError } from "../exit_code.ts";
import { eventInput } from "../input/event_input.ts";
import { Instance, type InstanceOptions } from "../input/instance.ts";
import { noteRefused } from "../input/load_rules.ts";
import { parseSince } from "../input/option_values.ts";
import type { EventInput } from "../input/read_events.ts";
import { type LoadedBundle, ruleBundle } from "../input/rule_bundle.ts";
import { backtestStoredLog } from "../input/stored_log.ts";
import { backtestSummary, backtestText } from "../output/backtest_text.ts";
import { BufferedOutput } from "../output/buffered_output.ts";
import { Progress } from "../output/progress.ts";
import { SkippedEvents } from "../output/skipped_events.ts";
import { note } from "../output/terminal.ts";

/** Options of `panoptes backtest`. */
export interface BacktestOptions extends Partial<InstanceOptions> {
  /** The rules that are tried. */
  readonly rules: readonly string[];
  /** Other rules, to see what they change. */
  readonly compare?: readonly string[];
  /** How far to look back into the API's past, or that of the log; else events come from files. */
  readonly since?: string;
  /** Whether the events are those in the log of a running Panoptes. */
  readonly log?: boolean;
  /** How the report is written. */
  readonly format: "text" | "json";
  /** A file of lists for the modifier expand. */
  readonly placeholders?: string;
}

/** How many matches are kept, so that a rule that matches everything does not fill the memory. */
const MAX_MATCHES = 500_000;

/**
 * Shows which alerts rules would have made in the past; nothing is delivered.
 *
 * @param paths Event files; none, or `-`, is standard input.
 * @param options Rules, other rules to compare with, the API's past, and format.
 * @returns The exit code.
 */
export async function backtest(
  paths: readonly string[],
  options: BacktestOptions,
): Promise<ExitCode> {
  const { log = false } = options;
  if (log && paths.length > 0) {
    throw new UsageError("Cannot read events: give either files or --log, not both");
  }
  const events = log ? undefined : await eventInput(paths, options.since);
  const own = await ruleBundle(options.rules, options.placeholders);
  const other = options.compare && await ruleBundle(options.compare, options.placeholders);
  const refused = [...own.refused, ...other?.refused ?? []];
  noteRefused(refused);
  const { report, skipped } = events === undefined
    ? { report: await inStoredLog(own, other, options), skipped: 0 }
    : await here(events, own, other, options);
  await writeReport(report, options.format);
  if (skipped > 0) return EXIT_CODE.skippedEvents;
  return refused.length > 0 ? EXIT_CODE.findings : EXIT_CODE.ok;
}

/** Runs rules on events that are read here. */
async function here(
  input: EventInput,
  own: LoadedBundle,
  other: LoadedBundle | undefined,
  { since }: BacktestOptions,
): Promise<{ report: BacktestReport; skipped: number }> {
  const run = new BacktestRun(matcherOf(own), other && matcherOf(other));
  let done = 0;
  const progress = new Progress(input.total);
  const skipped = new SkippedEvents();
  let stopped: string | null = null;
  const listener = { onProgress: (more: number) => done += more, onSkip: skipped.add };
  for await (const event of input.read(listener)) {
    run.add(event);
    const { events, matches } = run;
    progress.update({ events, matches, done });
    if (matches < MAX_MATCHES) continue;
    stopped = `reading ended at ${MAX_MATCHES} matches; try fewer rules or a shorter time`;
    break;
  }
  progress.clear();
  // What the API holds is known up to now; what a file holds, up to its last event.
  const report = since === undefined ? run.report(stopped) : run.report(stopped, Date.now());
  return { report, skipped: skipped.count };
}

/** Has the rules run where the log is. */
async function inStoredLog(
  own: LoadedBundle,
  other: LoadedBundle | undefined,
  { since, ...options }: BacktestOptions,
): Promise<BacktestReport> {
  const instance = await Instance.open(options, "run the backtest");
  let progress: Progress | undefined;
  const report = await backtestStoredLog(instance, {
    bundle: own.bundle,
    compare: other?.bundle,
    since: since === undefined ? undefined : Date.now() - parseSince(since),
    onProgress({ events, of, matches }) {
      progress ??= new Progress(of);
      progress.update({ events, matches, done: events });
    },
  });
  progress?.clear();
  return report;
}

async function writeReport(report: BacktestReport, format: BacktestOptions["format"]) {
  const out = new BufferedOutput();
  const lines = format === "json"
    ? [escapeInvisible(JSON.stringify(report))]
    : backtestText(report);
  for (const line of lines) await out.write(`${line}\n`);
  await out.flush();
  note(backtestSummary(report));
}

function matcherOf({ bundle }: LoadedBundle): RuleMatcher {
  return matchRules(bundle, (what, facts) => note(`${what}: ${JSON.stringify(facts)}`));
}

/** `panoptes backtest`. */
export function backtestCommand(): CliCommand {
  const command = new CliCommand("backtest")
    .description("show the alerts that rules would have made in the past")
    .argument("[event...]", EVENTS_HELP)
    .addOption(rulesOption())
    .addOption(
      new Option(
        "--compare <path>",
        "other rules, to see which alerts they add and remove; repeatable",
      ).argParser(repeated),
    )
    .addOption(sinceOption())
    .option(
      "--log",
      "read the log of the Panoptes at --url instead, as far back as --since says",
    );
  return onInstance(command, "admin", false)
    .addOption(formatOption())
    .addOption(placeholdersOption())
    .note(
      "Rules run as they do in a deployment, correlations included, and nothing is delivered. The " +
        "report names each rule with its alerts by day, whom or what they are about most often, " +
        "and the latest of them.",
    )
    .note(
      "With --compare, an alert is the same if it has the same rule and event, or the same " +
        "correlation, group and time. So compare the rules in use with a changed copy of them.",
    )
    .example("TE_TOKEN=… panoptes backtest --rules rules --since 30d")
    .example("panoptes backtest --rules rules --log --url https://panoptes.example.com --since 30d")
    .example("panoptes backtest --rules rules events.ndjson")
    .example("panoptes backtest --rules rules --compare changed_rules events.ndjson")
    .example(
      "panoptes backtest --rules rules/login_after_failures.yml --format json < events.ndjson",
    )
    .run((paths: string[], options: BacktestOptions, command: Command) => {
      if (command.getOptionValueSource("url") === "cli" && !options.log) {
        throw new UsageError(
          "Cannot use --url without --log, which reads the log of that Panoptes",
        );
      }
      return backtest(paths, options);
    });
}
