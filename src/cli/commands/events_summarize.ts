import { Option } from "commander";
import { matchRules } from "../../alert/match_rules.ts";
import type { Top } from "../../alert/tally.ts";
import { escapeInvisible } from "../../stream/plain_text.ts";
import { CliCommand } from "../cli_command.ts";
import {
  EVENTS_HELP,
  formatOption,
  placeholdersOption,
  repeated,
  RULES_HELP,
  sinceOption,
} from "../common_options.ts";
import { EXIT_CODE, type ExitCode } from "../exit_code.ts";
import { eventInput } from "../input/event_input.ts";
import { noteRefused } from "../input/load_rules.ts";
import { ruleBundle } from "../input/rule_bundle.ts";
import { BufferedOutput } from "../output/buffered_output.ts";
import { Progress } from "../output/progress.ts";
import { SkippedEvents } from "../output/skipped_events.ts";
import { counted, note } from "../output/terminal.ts";
import { type Column, textTable } from "../output/text_table.ts";
import { EventSummary, type TextSummary } from "./event_summary.ts";

/** Options of `panoptes events summarize`. */
interface EventsSummarizeOptions {
  /** How far to look back into the API's past; without it, events come from files. */
  readonly since?: string;
  /** Rule files and folders; by default the folder `rules`, if it exists. */
  readonly rules?: readonly string[];
  /** How the summary is written. */
  readonly format: "text" | "json";
  /** A file of lists for the modifier expand. */
  readonly placeholders?: string;
}

const COLUMNS: readonly Column[] = [
  { heading: "events", max: 12, isNumeric: true },
  { heading: "first seen", max: 16 },
  { heading: "last seen", max: 16 },
  { heading: "event", max: 60 },
  { heading: "actors", max: 60 },
  { heading: "rules", max: 120 },
];

/** How many actors of a text the table names. */
const SHOWN_ACTORS = 2;

/**
 * Shows which events there are: each text with how often, when and by whom, and the rules that
 * match it. ThousandEyes publishes no list of them, so rules are written from this one.
 *
 * @param paths Event files; none, or `-`, is standard input.
 * @param options The API's past instead, rules and format.
 * @returns The exit code.
 */
async function eventsSummarize(
  paths: readonly string[],
  options: EventsSummarizeOptions,
): Promise<ExitCode> {
  const rules = options.rules ?? (await isFolder("rules") ? ["rules"] : []);
  const input = await eventInput(paths, options.since);
  const { bundle, refused } = rules.length === 0
    ? { bundle: { rules: [], filters: [] }, refused: [] }
    : await ruleBundle(rules, options.placeholders);
  noteRefused(refused);
  const { match } = matchRules(bundle, () => {});
  const summary = new EventSummary(match);
  const counts = { events: 0, matches: 0, done: 0 };
  const progress = new Progress(input.total);
  const skipped = new SkippedEvents();
  const listener = { onProgress: (more: number) => counts.done += more, onSkip: skipped.add };
  for await (const event of input.read(listener)) {
    counts.events++;
    counts.matches += summary.add(event);
    progress.update(counts);
  }
  progress.clear();
  const texts = summary.texts();
  const { otherTexts } = summary;
  const out = new BufferedOutput();
  if (options.format === "json") {
    const facts = { events: counts.events, skipped: skipped.count, otherTexts, texts };
    await out.write(`${escapeInvisible(JSON.stringify(facts))}\n`);
  } else {
    for (const line of textTable(COLUMNS, texts.map(rowOf))) await out.write(`${line}\n`);
  }
  await out.flush();
  const unmatched = texts.filter(({ rules }) => rules.length === 0).length;
  note([
    `${counted(counts.events, "event")} with ${counted(texts.length, "text")}`,
    ...(otherTexts > 0 ? [`${counted(otherTexts, "event")} with further texts`] : []),
    ...(rules.length > 0 ? [`no rule matches ${counted(unmatched, "text")}`] : []),
    ...(skipped.count > 0 ? [`${counted(skipped.count, "event")} skipped`] : []),
  ].join("; "));
  if (skipped.count > 0) return EXIT_CODE.skippedEvents;
  return refused.length > 0 ? EXIT_CODE.findings : EXIT_CODE.ok;
}

function rowOf(text: TextSummary): (string | number)[] {
  return [
    text.count,
    minuteOf(text.firstAt),
    minuteOf(text.lastAt),
    text.event ?? "(no text)",
    namesOf(text.actors),
    text.rules.map(({ title, count }) => count === text.count ? title : `${title} (${count})`)
      .join(", ") || "no rule",
  ];
}

function minuteOf(time: string | null): string {
  return time === null ? "no date" : time.slice(0, 16).replace("T", " ");
}

function namesOf({ top, different, more }: Top): string {
  const names = top.slice(0, SHOWN_ACTORS).map(({ value }) => value);
  const others = different - names.length;
  const rest = others > 0 ? [`${others}${more ? "+" : ""} more`] : [];
  return [...names, ...rest].join(", ") || "nobody";
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
}

/** `panoptes events summarize`. */
export function eventsSummarizeCommand(): CliCommand {
  return new CliCommand("summarize").description(
    "list the texts of events with counts, first and last date, actors, and the rules they match",
  )
    .argument("[event...]", EVENTS_HELP)
    .addOption(sinceOption())
    .addOption(
      new Option(
        "--rules <path>",
        `${RULES_HELP}; repeatable; by default the folder rules, if there is one`,
      ).argParser(repeated),
    )
    .addOption(formatOption())
    .addOption(placeholdersOption())
    .note(
      "ThousandEyes publishes no list of event texts. This makes one from your own log, so that " +
        "rules can be written for what it really contains. A number after a rule says how many of " +
        "the events it matches, if not all. At most 10,000 texts are told apart, and 1,000 actors " +
        "of each.",
    )
    .example("TE_TOKEN=… panoptes events summarize --since 30d")
    .example(
      "panoptes events summarize --format json events.ndjson | jq '.texts[] | select(.rules == [])'",
    )
    .run((paths: string[], options: EventsSummarizeOptions) => eventsSummarize(paths, options));
}
