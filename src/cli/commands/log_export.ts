import { BackupError } from "../../store/backup/backup_part.ts";
import { CliCommand } from "../cli_command.ts";
import { onInstance } from "../common_options.ts";
import { EXIT_CODE, type ExitCode, SourceError, UsageError } from "../exit_code.ts";
import { partsIn, partsOf } from "../input/backup_file.ts";
import { Instance, type InstanceOptions } from "../input/instance.ts";
import { again } from "../input/retries.ts";
import { counted, say } from "../output/terminal.ts";

/** One answer may take this long; then the next one goes on. */
const TIMEOUT_MS = 600_000;

/** How far the export is. */
interface Place {
  /** The digest of the last part. */
  follows: string;
  /** Where the next request goes on; undefined at the beginning. */
  next: string | undefined;
  /** How many events there are; undefined until the last part is there. */
  events: number | undefined;
}

/**
 * Writes a backup of the log of a running Panoptes to a file. What arrived is in `<file>.part` until
 * the backup is whole; a second call continues after it.
 *
 * @param file The file, which must not exist; it is compressed if its name ends in `.gz`.
 * @param options Where Panoptes runs.
 * @returns The exit code.
 * @throws {UsageError} If the file exists, or the address or the token is unusable.
 * @throws {SourceError} If the service refuses it, or cannot be reached again and again.
 */
export async function logExport(
  file: string,
  options: InstanceOptions,
): Promise<ExitCode> {
  if (await exists(file)) throw new UsageError(`Cannot export to '${file}': the file exists`);
  const instance = await Instance.open(options, "export the log");
  const path = `${file}.part`;
  const place: Place = { follows: "", next: undefined, events: undefined };
  using partial = await Deno.open(path, { write: true, create: true, mode: 0o600 });
  await partial.truncate(await wholeBytes(path, place));
  await partial.seek(0, Deno.SeekMode.End);

  await again(async (progressed) => {
    if (place.events !== undefined) return;
    const query = place.next === undefined ? "" : `?${new URLSearchParams({ from: place.next })}`;
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const { body } = await instance.request(`/v1/backup${query}`, { signal });
    try {
      const bytes = (body ?? new Blob([]).stream()).pipeThrough(new TransformStream(), { signal });
      for await (const part of partsOf(bytes, place.follows)) {
        await writeAll(partial, part.text);
        moveOn(place, part);
        progressed();
      }
      if (place.events === undefined) throw new Error("the answer was cut short");
    } catch (error) {
      // Whoever sends something else than a backup will do so again.
      throw instance.failure(error, { mayPass: !(error instanceof BackupError) });
    }
  }).catch((error) => {
    if (!(error instanceof SourceError)) throw error;
    throw new SourceError(
      `${error.message}. What arrived is in '${path}': the same command continues after it`,
      { cause: error },
    );
  });

  if (file.endsWith(".gz")) await compress(path, file);
  else await Deno.rename(path, file);
  const { size } = await Deno.stat(file);
  say(`${file}: ${counted(place.events ?? 0, "event")}, ${size} bytes`);
  return EXIT_CODE.ok;
}

/** How much of an interrupted export can be kept; `place` is then the place after it. */
async function wholeBytes(path: string, place: Place): Promise<number> {
  let bytes = 0;
  try {
    for await (const part of partsIn(path)) {
      bytes += part.bytes;
      moveOn(place, part);
    }
  } catch (error) {
    if (!(error instanceof BackupError)) throw error; // the parts before it are good
  }
  return bytes;
}

function moveOn(
  place: Place,
  { end, totals }: { end: { sha256: string; next?: string }; totals?: { rows: object } },
): void {
  place.follows = end.sha256;
  place.next = end.next;
  if (totals !== undefined) place.events = (totals.rows as { events?: number }).events ?? 0;
}

async function writeAll(file: Deno.FsFile, text: string): Promise<void> {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(await file.write(bytes));
}

/** The file appears only when it is whole. */
async function compress(path: string, file: string): Promise<void> {
  const written = `${file}.tmp`;
  const [from, to] = await Promise.all([
    Deno.open(path),
    Deno.open(written, { write: true, create: true, truncate: true, mode: 0o600 }),
  ]);
  await from.readable.pipeThrough(new CompressionStream("gzip")).pipeTo(to.writable);
  await Deno.rename(written, file);
  await Deno.remove(path);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** `panoptes log export`. */
export function logExportCommand(): CliCommand {
  return onInstance(
    new CliCommand("export").description("write a backup of the log to a file, without secrets")
      .argument("<file>", "the file, which must not exist; compressed if it ends in .gz"),
    "admin",
  )
    .note(
      "If it is interrupted, the same command continues after the last part that arrived. " +
        "The file is readable only by you; docs/backup.md says what it contains.",
    )
    .example("panoptes log export panoptes.ndjson.gz --url https://panoptes.example.com")
    .run((file: string, options: InstanceOptions) => logExport(file, options));
}
