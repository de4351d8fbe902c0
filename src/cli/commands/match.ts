import { complain } from "../output/complain.ts";
import { complainOfMissingLists } from "../output/complain_of_missing_lists.ts";
import { eventSources } from "../input/event_sources.ts";
import { eventTexts } from "../input/event_texts.ts";
import { counted } from "../output/counted.ts";
import { EXIT_CODE, type ExitCode } from "../exit_code.ts";
import { type MatchFormat, matchLine } from "../output/match_line.ts";
import { loadRules } from "../input/load_rules.ts";
import { matcherOf } from "./matcher.ts";
import { Output } from "../output/output.ts";
import { parseLogSource } from "../input/parse_log_source.ts";
import { Progress } from "../output/progress.ts";
import { readPlaceholders } from "../input/read_placeholders.ts";
import { Refusals, type Refused } from "../input/refusals.ts";
import { readRuleFiles } from "../input/rule_files.ts";
import { unwrapEntry } from "../input/unwrap_entry.ts";

/** Options of `match`. */
export interface MatchOptions {
  /** Rule files, folders and `.ndjson` files. */
  readonly rules: readonly string[];
  /** `any`, or pairs such as `product=windows`. */
  readonly logsource: string;
  /** How matches are written. */
  readonly format: MatchFormat;
  /** A file of lists for the modifier expand. */
  readonly placeholders?: string;
  /** Whether a rule that does not load ends the command before any event is read. */
  readonly strict?: boolean;
}

/** A file that is no log at all has nothing but bad lines. */
const MOST_SKIPPED_LINES = 100;

/**
 * Matches events from files or standard input against rules and writes the matches as they are found.
 *
 * @param paths Event files; none, or `-`, is standard input.
 * @param options Rules and format.
 * @returns The exit code.
 */
export async function match(paths: readonly string[], options: MatchOptions): Promise<ExitCode> {
  const logsource = parseLogSource(options.logsource);
  const lists = options.placeholders ? await readPlaceholders(options.placeholders) : undefined;
  const sources = await eventSources(paths);
  const refusals = new Refusals();
  const { rules, filters } = loadRules(await readRuleFiles(options.rules), refusals);
  const matcher = matcherOf(rules, {
    filters,
    onProblem: refusals.onProblem,
    ...(lists ? { placeholders: lists } : {}),
  });
  const refused = refusals.list();
  complainOfRules(refused);
  for (const { title, status, file } of matcher.skipped) {
    complain(`${file}: rule not loaded: the status of '${title}' is ${status}`);
  }
  if (matcher.rules === 0 || (options.strict && refused.length > 0)) {
    complain("No event was read: no rule, or not every rule, can be loaded");
    return EXIT_CODE.findings;
  }
  if (logsource !== undefined && !matcher.hasRulesFor(logsource)) {
    complain(
      `No rule is about '${options.logsource}': look at the spelling, or try --logsource any`,
    );
  }
  const counts = { events: 0, matches: 0, bytes: 0, skipped: 0 };
  const progress = new Progress(totalOf(sources));
  const out = new Output(() => progress.clear());
  const skip = (place: string, why: string) => {
    counts.skipped++;
    if (counts.skipped > MOST_SKIPPED_LINES + 1) return;
    progress.clear();
    complain(
      counts.skipped > MOST_SKIPPED_LINES
        ? "What else is skipped is only counted"
        : `${place}: skipped: ${why}`,
    );
  };
  for (const source of sources) {
    const name = sources.length > 1 ? source.name : undefined;
    const bytes = (await source.open()).pipeThrough(counting((length) => counts.bytes += length));
    try {
      for await (const { number, text } of eventTexts(bytes)) {
        const event = eventOf(text);
        if (typeof event === "string") skip(`${source.name}:${number}`, event);
        else {
          counts.events++;
          for (const { rule } of matcher.find(event, logsource)) {
            counts.matches++;
            await out.write(
              `${matchLine(options.format, { rule, event, number, source: name })}\n`,
            );
          }
        }
        progress.update(counts);
        if (out.closed) return EXIT_CODE.ok;
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      skip(source.name, `the rest: ${error.message}`);
    }
  }
  await out.flush();
  progress.clear();
  complain(summary(counts, matcher.rules, rules.length - matcher.rules));
  if (counts.skipped > 0) return EXIT_CODE.skippedEvents;
  const broken = refused.some(({ needsPlaceholders }) => !needsPlaceholders);
  return broken ? EXIT_CODE.findings : EXIT_CODE.ok;
}

function complainOfRules(refused: readonly Refused[]): void {
  for (const { file, problems } of refused) {
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
    complain(`${file}:${first?.line ?? 1}: rule not loaded: ${first?.message}${more}`);
  }
  const waiting = complainOfMissingLists(refused);
  if (waiting < refused.length) {
    complain(
      `${
        counted(refused.length - waiting, "file")
      } with errors: 'panoptes rules check' shows them all`,
    );
  }
}

/** The event of a line, or what is wrong with the line. */
function eventOf(text: string): object | string {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    return "not JSON; write one JSON object on each line, or one JSON array";
  }
  if (typeof event !== "object" || event === null || Array.isArray(event)) {
    return "an event has to be a JSON object";
  }
  return unwrapEntry(event);
}

function totalOf(sources: readonly { size: number | undefined }[]): number | undefined {
  const sizes = sources.map(({ size }) => size);
  return sizes.includes(undefined)
    ? undefined
    : sizes.reduce<number>((sum, size) => sum + size!, 0);
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
  loaded: number,
  refused: number,
): string {
  const parts = [
    `${counted(counts.matches, "match")} in ${counted(counts.events, "event")}` +
    ` with ${counted(loaded, "rule")}`,
    ...(refused > 0 ? [`${counted(refused, "rule")} not loaded`] : []),
    ...(counts.skipped > 0 ? [`${counted(counts.skipped, "event")} skipped`] : []),
  ];
  return parts.join("; ");
}
