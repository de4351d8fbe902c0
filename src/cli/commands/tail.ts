import { Argument, Option } from "commander";
import { CliCommand } from "../cli_command.ts";
import { filterOptions, formatOption, onInstance } from "../common_options.ts";
import { EXIT_CODE, type ExitCode, UsageError } from "../exit_code.ts";
import { type EntryFilterOptions, filterQuery } from "../input/entry_filter_options.ts";
import { type FeedBatch, type FeedEntry, type FeedName, followFeed } from "../input/follow_feed.ts";
import { Instance, type InstanceOptions } from "../input/instance.ts";
import { interruption } from "../input/interruption.ts";
import { KeptPlaces } from "../input/kept_places.ts";
import { BufferedOutput } from "../output/buffered_output.ts";
import {
  ENTRY_FORMATS,
  type EntryFormat,
  jsonLines,
  prettyAlert,
  prettyEvent,
} from "../output/entry_lines.ts";
import { paint } from "../output/terminal.ts";

/** Options of `panoptes tail`. */
export interface TailOptions extends InstanceOptions, EntryFilterOptions {
  /** How entries are written. */
  readonly format: EntryFormat;
  /** Where to begin, if the file of `resume` does not say: an id, `earliest` or `latest`. */
  readonly after?: string;
  /** The file that the place is kept in. */
  readonly resume?: string;
}

const FEEDS: readonly FeedName[] = ["events", "alerts"];

/**
 * Shows events and alerts as they are recorded, until it is interrupted.
 *
 * @param feed One of the two feeds; undefined is both.
 * @param options Where Panoptes runs, which entries, and how they are shown.
 * @returns The exit code: interrupting it is how it ends.
 */
export async function tail(
  feed: FeedName | undefined,
  options: TailOptions,
): Promise<ExitCode> {
  const isAboutAlerts = options.level !== undefined || options.rule !== undefined;
  if (feed === "events" && isAboutAlerts) {
    throw new UsageError("--level and --rule are about alerts, not events: leave them out");
  }
  const feeds = feed !== undefined ? [feed] : isAboutAlerts ? ["alerts" as const] : FEEDS;
  const query = filterQuery(options, Date.now());
  const instance = await Instance.open(options, "follow the log", { scope: "read" });
  const places = options.resume === undefined ? undefined : await KeptPlaces.open(options.resume, {
    url: instance.origin,
    source: options.source,
  });
  const start = options.after ?? (options.since === undefined ? "latest" : "earliest");
  const ended = new AbortController();
  const signal = AbortSignal.any([interruption(), ended.signal]);
  const out = new BufferedOutput();
  const follow = async (feed: FeedName) => {
    try {
      const batches = followFeed(instance, {
        feed,
        query,
        after: places?.get(feed) ?? start,
        signal,
      });
      for await (const { entries, place } of batches) {
        if (entries.length > 0) await show(out, feed, entries, options.format);
        if (out.closed) return;
        places?.set(feed, place); // only what was written is never shown again
      }
    } finally {
      ended.abort();
    }
  };
  await Promise.all(feeds.map(follow));
  return EXIT_CODE.ok;
}

async function show(
  out: BufferedOutput,
  feed: FeedName,
  entries: FeedBatch["entries"],
  format: EntryFormat,
): Promise<void> {
  await out.write(entries.map((entry) => textOf(feed, entry, format)).join(""));
  await out.flush();
}

function textOf(feed: FeedName, entry: FeedEntry, format: EntryFormat): string {
  if ("gap" in entry) {
    const { lost } = entry.gap;
    const count = lost === null ? "An unknown number of" : lost.toLocaleString("en");
    return format === "pretty"
      ? `${paint("red", `--- ${count} ${feed} are lost here: the log no longer holds them ---`)}\n`
      : jsonLines(format, entry);
  }
  const { id, value } = entry;
  if (format === "pretty") return feed === "events" ? prettyEvent(value) : prettyAlert(value);
  return jsonLines(format, { id, [feed === "events" ? "event" : "alert"]: value });
}

/** `panoptes tail`. */
export function tailCommand(): CliCommand {
  return filterOptions(onInstance(new CliCommand("tail"), "read"), "entries")
    .description("show events and alerts of a running Panoptes as they are recorded")
    .addArgument(new Argument("[feed]", "which of the two to show; by default both").choices(FEEDS))
    .addOption(formatOption(ENTRY_FORMATS))
    .addOption(
      new Option(
        "--after <id>",
        "where to begin: an id, 'earliest' or 'latest'; by default 'latest', or with --since " +
          "'earliest'",
      ),
    )
    .option(
      "--resume <file>",
      "keep the place in this file, and begin there the next time",
    )
    .note(`
Formats:
  pretty   for people: one entry after the other, safe for a terminal
  json     {"id", "event"} or {"id", "alert"}, on several lines
  ndjson   the same, one on each line; 'match' and 'backtest' read it`)
    .note(
      "It follows the log for ever: if the connection ends, it reconnects and continues " +
        "after the last entry, so each entry is shown once. Entries that the log has lost " +
        'meanwhile are announced, in JSON as {"gap": …}. Ctrl-C ends it, with the exit code 0. ' +
        "After a crash, --resume may show the latest entries again.",
    )
    .example("panoptes tail", "everything, from now on")
    .example("panoptes tail alerts --level high,critical --since 24h")
    .example("panoptes tail events --where 'event|startswith=Test' --where aid=12")
    .example("panoptes tail events --format ndjson --resume place.json >> events.ndjson")
    .run((feed: FeedName | undefined, options: TailOptions) => tail(feed, options));
}
