import { Option } from "commander";
import { jsonText } from "../../stream/json_text.ts";
import { parseDate } from "../../thousandeyes/event/parse_date.ts";
import { CliCommand } from "../cli_command.ts";
import { filterOptions, formatOption, onInstance } from "../common_options.ts";
import { EXIT_CODE, type ExitCode, UsageError } from "../exit_code.ts";
import { type EntryFilterOptions, filterQuery } from "../input/entry_filter_options.ts";
import {
  type ExportedEvent,
  type ExportSource,
  instanceEvents,
  thousandEyesEvents,
} from "../input/exported_events.ts";
import { Instance, type InstanceOptions } from "../input/instance.ts";
import { interruption } from "../input/interruption.ts";
import { timeOf } from "../input/option_values.ts";
import { csvHeading, csvRow } from "../output/event_csv.ts";
import { Progress } from "../output/progress.ts";
import { type KeptPlace, ResumableFile } from "../output/resumable_file.ts";
import { counted, note } from "../output/terminal.ts";

/** Where events are exported from. */
const SOURCES = ["instance", "thousandeyes"] as const;

/** Options of `panoptes events export`. */
export interface EventsExportOptions extends Partial<InstanceOptions>, EntryFilterOptions {
  readonly from: typeof SOURCES[number];
  readonly format: "ndjson" | "csv";
  readonly gzip?: boolean;
  /** The file; standard output by default. */
  readonly out?: string;
}

/** A piece is written when it is this long, or this old. */
const PIECE_LENGTH = 1024 * 1024;
const PIECE_AGE_MS = 10_000;
const DAY_MS = 86_400_000;

/** Which events are meant, once the times of the options are counted from the present. */
interface Range {
  /** The query of an instance. */
  readonly query: string;
  /** In milliseconds since the Unix epoch; undefined if the options do not say. */
  readonly since: number | undefined;
  readonly until: number;
}

/**
 * Exports a range of events to a file, which another run continues if this one does not complete it.
 *
 * @param options Where from, which events, and in which form.
 * @returns The exit code.
 */
export async function eventsExport(options: EventsExportOptions): Promise<ExitCode> {
  const { from, out, gzip = false, format } = options;
  if (out === undefined && gzip && Deno.stdout.isTerminal()) {
    throw new UsageError(
      "--gzip cannot write to a terminal: name a file with --out, or redirect the output",
    );
  }
  const signal = interruption();
  const instance = from === "instance"
    ? await Instance.open(options, "export events", { scope: "read:events" })
    : undefined;
  const now = rangeOf(options, Date.now());
  const { tokenFile: _, out: __, ...run } = options;
  const file = out === undefined
    ? undefined
    : await ResumableFile.open(out, JSON.stringify(run), now);
  const { range, place, bytes, events } = (file?.kept ?? { ...NOTHING, range: now }) as
    & KeptPlace
    & { range: Range };
  if (events > 0) note(`${out}: continued after ${counted(events, "event")}`);
  const source = instance === undefined
    ? thousandEyesEvents({
      startDate: new Date(range.since ?? range.until - DAY_MS),
      endDate: new Date(range.until - 1), // which the API includes
      from: place,
      signal,
    })
    : instanceEvents(instance, { query: new URLSearchParams(range.query), from: place, signal });
  const output = new PieceOutput(file, gzip, source.place);
  if (format === "csv" && bytes === 0) output.add(csvHeading(from === "instance"), 0);
  try {
    const missing = await copy(source, output, { format, range });
    await file?.complete();
    note(`${counted(output.events, "event")} exported${out === undefined ? "" : ` to ${out}`}`);
    return missing > 0 ? EXIT_CODE.skippedEvents : EXIT_CODE.ok;
  } catch (error) {
    if (output.closed) return EXIT_CODE.ok;
    await output.write();
    file?.leave();
    const again = out === undefined ? "" : `; repeat the command to continue '${out}'`;
    note(`Stopped after ${counted(output.events, "event")}${again}`);
    if (signal.aborted) return EXIT_CODE.interrupted;
    throw error;
  }
}

const NOTHING = { run: "", place: null, bytes: 0, events: 0 };

/** Writes the events of a source, and returns how many are missing. */
async function copy(
  source: ExportSource,
  output: PieceOutput,
  { format, range: { since, until } }: { format: EventsExportOptions["format"]; range: Range },
): Promise<number> {
  const progress = new Progress(since === undefined ? undefined : until - since);
  let missing = 0;
  let done = 0;
  try {
    for await (const step of source.steps) {
      for (const one of step) {
        if ("missing" in one) {
          missing += one.missing;
          note(`${counted(one.missing, "event")} missing here: no longer kept, or not readable`);
          continue;
        }
        output.add(lineOf(one, format), 1);
        const at = parseDate(String((one.event as { date?: unknown }).date));
        if (at !== undefined && since !== undefined) done = Math.max(done, at - since);
      }
      progress.update({ events: output.events, done });
      if (output.isDue) await output.write();
    }
    await output.write();
  } finally {
    progress.clear();
  }
  return missing;
}

/** Gathers lines to pieces, which are written one by one, each with the place after it. */
class PieceOutput {
  readonly #file: ResumableFile | undefined;
  readonly #gzip: boolean;
  readonly #place: () => string;
  #lines: string[] = [];
  #length = 0;
  #added = 0;
  #since = performance.now();
  /** How many events there are, those of earlier runs included. */
  events: number;
  /** Whether the reader of standard output has left. */
  closed = false;

  constructor(file: ResumableFile | undefined, gzip: boolean, place: () => string) {
    this.#file = file;
    this.#gzip = gzip;
    this.#place = place;
    this.events = file?.kept.events ?? 0;
  }

  /** Whether a piece should be written. */
  get isDue(): boolean {
    return this.#length >= PIECE_LENGTH || performance.now() - this.#since > PIECE_AGE_MS;
  }

  add(line: string, events: number): void {
    this.#lines.push(line);
    this.#length += line.length;
    this.#added += events;
    this.events += events;
  }

  /** Writes what there is. */
  async write(): Promise<void> {
    const text = this.#lines.join("");
    const added = this.#added;
    this.#lines = [];
    this.#length = this.#added = 0;
    this.#since = performance.now();
    if (text === "") return;
    const bytes = new TextEncoder().encode(text);
    // Pieces that are compressed one by one are, one after the other, a gzip file again (RFC 1952).
    const written = this.#gzip ? await compressed(bytes) : bytes;
    if (this.#file !== undefined) return await this.#file.append(written, this.#place(), added);
    try {
      for (let rest = written; rest.length > 0;) {
        rest = rest.subarray(await Deno.stdout.write(rest));
      }
    } catch (error) {
      this.closed = error instanceof Deno.errors.BrokenPipe;
      throw error;
    }
  }
}

async function compressed(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function lineOf(
  { event, id, recordedAt }: Exclude<ExportedEvent, { missing: number }>,
  format: EventsExportOptions["format"],
): string {
  const isFromLog = id !== undefined && recordedAt !== undefined;
  if (format === "csv") return csvRow(isFromLog ? [id, recordedAt] : [], event);
  return `${jsonText(isFromLog ? { id, recordedAt, event } : event)}\n`;
}

function rangeOf(options: EventsExportOptions, now: number): Range {
  const { from, user, where, since, until } = options;
  if (from === "thousandeyes" && (user !== undefined || where !== undefined)) {
    throw new UsageError(
      "--user and --where are filters of Panoptes: with --from thousandeyes, filter with 'match'",
    );
  }
  return {
    query: filterQuery(options, now).toString(),
    since: since === undefined ? undefined : dateOf("--since", since, now),
    until: until === undefined ? now : dateOf("--until", until, now),
  };
}

function dateOf(option: string, text: string, now: number): number {
  const at = parseDate(timeOf(text, now, "ago"));
  if (at !== undefined) return at;
  throw new UsageError(
    `Invalid ${option} '${text}': write a time such as 2026-11-22T10:00:00Z, or how long ago, as 30d`,
  );
}

/** `panoptes events export`. */
export function eventsExportCommand(): CliCommand {
  return filterOptions(onInstance(new CliCommand("export"), "read:events", false), "events")
    .description("write a range of events to a file, as NDJSON or CSV")
    .addOption(
      new Option(
        "--from <source>",
        "a running Panoptes, or the ThousandEyes API itself, whose TE_TOKEN, TE_BASE_URL and " +
          "TE_AID are read from the environment",
      ).choices(SOURCES).default("instance"),
    )
    .addOption(formatOption(["ndjson", "csv"]))
    .option("--gzip", "compress the output")
    .option(
      "--out <file>",
      "write to this new file, readable only by you; default: standard output",
    )
    .note(
      "If an export to a file is interrupted or fails, the same command continues it exactly: " +
        "each event is in the file once. Until it is complete, '<file>.place' holds the place. " +
        "The log of Panoptes is read up to its current end; a range of the API ends now unless " +
        "--until says otherwise, and is the last 24 hours without --since.",
    )
    .note(
      "In CSV (RFC 4180), what a spreadsheet would take for a formula begins with an apostrophe, " +
        "and members without a column of their own are JSON in the last one.",
    )
    .example("panoptes events export --since 30d --out events.ndjson.gz --gzip")
    .example("panoptes events export --format csv --where 'event|contains=token' > tokens.csv")
    .example("TE_TOKEN=… panoptes events export --from thousandeyes --since 90d --out past.ndjson")
    .run((options: EventsExportOptions) => eventsExport(options));
}
