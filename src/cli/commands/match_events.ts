import { CliCommand } from "../cli_command.ts";
import { EVENTS_HELP, formatOption, placeholdersOption, rulesOption } from "../common_options.ts";
import { EXIT_CODE, type ExitCode } from "../exit_code.ts";
import { eventSources } from "../input/event_sources.ts";
import { loadRules, noteRefused, Refusals } from "../input/load_rules.ts";
import { parseLogSource } from "../input/option_values.ts";
import { readEvents, totalSize } from "../input/read_events.ts";
import { readRuleFiles } from "../input/rule_files.ts";
import { readValueLists } from "../input/value_lists.ts";
import { BufferedOutput } from "../output/buffered_output.ts";
import { MATCH_FORMATS, type MatchFormat, matchLine } from "../output/match_line.ts";
import { Progress } from "../output/progress.ts";
import { SkippedEvents } from "../output/skipped_events.ts";
import { counted, note } from "../output/terminal.ts";
import { type Matcher, matcherOf } from "./matcher.ts";

/** Options of `panoptes match`. */
export interface MatchOptions {
  /** Rule files, folders and `.ndjson` files. */
  readonly rules: readonly string[];
  /** `any`, or pairs such as `product=windows`. */
  readonly logsource: string;
  /** How matches are written. */
  readonly format: MatchFormat;
  /** A file of lists for the modifier expand. */
  readonly placeholders?: string;
  /** Whether no event is read unless every rule loads. */
  readonly strict?: boolean;
}

/**
 * Matches events from files or standard input against rules and writes the matches as they are
 * found.
 *
 * @param paths Event files; none, or `-`, is standard input.
 * @param options Rules and format.
 * @returns The exit code.
 */
async function matchEvents(
  paths: readonly string[],
  options: MatchOptions,
): Promise<ExitCode> {
  const logsource = parseLogSource(options.logsource);
  const { lists } = await readValueLists(options.rules, options.placeholders);
  const sources = await eventSources(paths);
  const refusals = new Refusals();
  const { rules, filters } = loadRules(await readRuleFiles(options.rules), refusals, lists);
  const matcher = matcherOf(rules, {
    filters,
    logsource,
    onProblem: refusals.onProblem,
    ...lists,
  });
  const refused = refusals.list();
  noteRefused(refused);
  for (const { title, status, file } of matcher.skipped) {
    note(`${file}: rule not loaded: the status of '${title}' is ${status}`);
  }
  for (const { title, file, base } of matcher.baseRules) {
    const why = base ? "it is the base of a correlation" : "it looks back at earlier events";
    note(`${file}: no alerts of '${title}': ${why}, which 'panoptes backtest' runs`);
  }
  if (matcher.rules === 0 || (options.strict && refused.length > 0)) {
    note(
      `No event was read: ${
        matcher.rules === 0 ? "no rule can be loaded" : "with --strict, every rule must load"
      }`,
    );
    return EXIT_CODE.findings;
  }
  for (const pair of matcher.unnamed) {
    note(`No rule is for ${pair}: check the spelling, or use --logsource any`);
  }
  const counts = { events: 0, matches: 0, done: 0 };
  const progress = new Progress(totalSize(sources));
  const out = new BufferedOutput(() => progress.clear());
  const skipped = new SkippedEvents();
  const events = readEvents(sources, {
    onProgress: (bytes) => counts.done += bytes,
    onSkip: skipped.add,
  });
  for await (const { event, ...place } of events) {
    counts.events++;
    for (const { rule } of matcher.find(event)) {
      counts.matches++;
      await out.write(`${matchLine(options.format, { rule, event, ...place })}\n`);
    }
    progress.update(counts);
    if (out.closed) return EXIT_CODE.ok;
  }
  await out.flush();
  progress.clear();
  note(summary({ ...counts, skipped: skipped.count }, matcher, rules.length - matcher.rules));
  if (skipped.count > 0) return EXIT_CODE.skippedEvents;
  const broken = refused.some(({ needsPlaceholders }) => !needsPlaceholders);
  return broken ? EXIT_CODE.findings : EXIT_CODE.ok;
}

function summary(
  counts: { events: number; matches: number; skipped: number },
  { rules, applied }: Pick<Matcher, "rules" | "applied">,
  refused: number,
): string {
  const parts = [
    `${counted(counts.matches, "match")} in ${counted(counts.events, "event")}` +
    ` with ${counted(applied, "rule")}`,
    ...(applied < rules ? [`${counted(rules - applied, "rule")} for other log sources`] : []),
    ...(refused > 0 ? [`${counted(refused, "rule")} not loaded`] : []),
    ...(counts.skipped > 0 ? [`${counted(counts.skipped, "event")} skipped`] : []),
  ];
  return parts.join("; ");
}

/** `panoptes match`. */
export function matchCommand(): CliCommand {
  return new CliCommand("match").description("find the events that match rules")
    .argument("[event...]", EVENTS_HELP)
    .addOption(rulesOption())
    .option(
      "--logsource <source>",
      "what is known of the source of the events, as product=…,service=…: rules for another " +
        "product or service are left out; any: use every rule",
      "any",
    )
    .addOption(formatOption(MATCH_FORMATS))
    .addOption(placeholdersOption())
    .option("--strict", "read no event unless every rule loads")
    .note(`
Formats:
  text   line number of the event; level, title and file of the rule
  json   one object on each line, with the rule and the event
  tsv    line number of the event, rule id, rule file; with several event files, file:line`)
    .note(
      "Events are read as UTF-8 or UTF-16: one JSON object on each line, objects over several " +
        'lines, or one JSON array. What /v1/events and /v1/alerts answer, {"events": […]} and ' +
        "hits of Elasticsearch are read as they are; an event of such a list has the place " +
        "line:position.",
    )
    .note(
      "With --logsource product=windows, rules for any category and service of Windows are used, " +
        "since nothing is known of these; with --logsource product=windows,service=security, those " +
        "for other services are left out.",
    )
    .note(
      "Events that cannot be read are reported on standard error with their line, and skipped. " +
        "Rules that cannot be loaded are reported and left out; if their only problem is that " +
        "placeholder lists are missing, the exit code is still 0.",
    )
    .example("panoptes match --rules rules events.ndjson")
    .example("panoptes match --rules rules --format json < events.ndjson | jq .rule.title")
    .run((paths: string[], options: MatchOptions) => matchEvents(paths, options));
}
