import { EXIT_CODE, type ExitCode } from "../exit_code.ts";
import { eventSources } from "../input/event_sources.ts";
import { eventsIn } from "../input/events_in.ts";
import { eventTexts } from "../input/event_texts.ts";
import { loadRules, noteMissingLists, Refusals, type Refused } from "../input/load_rules.ts";
import { parseLogSource } from "../input/option_values.ts";
import { readRuleFiles } from "../input/rule_files.ts";
import { readValueLists } from "../input/value_lists.ts";
import { BufferedOutput } from "../output/buffered_output.ts";
import { type MatchFormat, matchLine, placeText } from "../output/match_line.ts";
import { Progress } from "../output/progress.ts";
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

/** A file that is not a log at all has nothing but bad lines; the rest of them is only counted. */
const MAX_REPORTED_LINES = 100;

/**
 * Matches events from files or standard input against rules and writes the matches as they are
 * found.
 *
 * @param paths Event files; none, or `-`, is standard input.
 * @param options Rules and format.
 * @returns The exit code.
 */
export async function matchEvents(
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
  noteRules(refused);
  for (const { title, status, file } of matcher.skipped) {
    note(`${file}: rule not loaded: the status of '${title}' is ${status}`);
  }
  for (const { title, file } of matcher.baseRules) {
    note(
      `${file}: no alerts of '${title}': it is the base of a correlation, which does not run yet`,
    );
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
  const counts = { events: 0, matches: 0, bytes: 0, skipped: 0 };
  const progress = new Progress(totalOf(sources));
  const out = new BufferedOutput(() => progress.clear());
  const skip = (place: string, why: string) => {
    counts.skipped++;
    if (counts.skipped > MAX_REPORTED_LINES + 1) return;
    progress.clear();
    note(
      counts.skipped > MAX_REPORTED_LINES
        ? "Events skipped from here on are only counted"
        : `${place}: skipped: ${why}`,
    );
  };
  for (const source of sources) {
    const name = sources.length > 1 ? source.name : undefined;
    const bytes = (await source.open()).pipeThrough(counting((length) => counts.bytes += length));
    try {
      for await (const { number, text } of eventTexts(bytes)) {
        for (const { item, event } of eventsIn(text)) {
          const place = { number, item, source: name };
          if (typeof event === "string") skip(placeText({ ...place, source: source.name }), event);
          else {
            counts.events++;
            for (const { rule } of matcher.find(event)) {
              counts.matches++;
              await out.write(`${matchLine(options.format, { rule, event, ...place })}\n`);
            }
          }
          progress.update(counts);
          if (out.closed) return EXIT_CODE.ok;
        }
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      skip(source.name, `the rest of it: ${error.message}`);
    }
  }
  await out.flush();
  progress.clear();
  note(summary(counts, matcher, rules.length - matcher.rules));
  if (counts.skipped > 0) return EXIT_CODE.skippedEvents;
  const broken = refused.some(({ needsPlaceholders }) => !needsPlaceholders);
  return broken ? EXIT_CODE.findings : EXIT_CODE.ok;
}

function noteRules(refused: readonly Refused[]): void {
  for (const { file, problems } of refused) {
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
    note(`${file}:${first?.line ?? 1}: rule not loaded: ${first?.message}${more}`);
  }
  const waiting = noteMissingLists(refused);
  if (waiting < refused.length) {
    note(
      `${counted(refused.length - waiting, "file")} with errors; ` +
        "'panoptes rules check' shows all of them",
    );
  }
}

function totalOf(sources: readonly { size: number | undefined }[]): number | undefined {
  let total = 0;
  for (const { size } of sources) {
    if (size === undefined) return undefined;
    total += size;
  }
  return total;
}

function counting(add: (length: number) => void): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    transform(chunk, controller) {
      add(chunk.length);
      controller.enqueue(chunk);
    },
  });
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
