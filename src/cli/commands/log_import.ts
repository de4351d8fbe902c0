import { BackupError } from "../../store/backup/backup_part.ts";
import { CliCommand } from "../cli_command.ts";
import { onInstance } from "../common_options.ts";
import { EXIT_CODE, type ExitCode, UsageError } from "../exit_code.ts";
import { partsIn } from "../input/backup_file.ts";
import { Instance, type InstanceOptions } from "../input/instance.ts";
import { again } from "../input/retries.ts";
import { counted, say } from "../output/terminal.ts";

/** Options of `log import`. */
export interface LogImportOptions extends InstanceOptions {
  /** Whether the log is emptied first, if it is not empty. */
  readonly replace?: boolean;
}

/**
 * Puts a backup back into the log of a running Panoptes. All of the file is checked first.
 *
 * @param file What `log export` has written.
 * @param options Where Panoptes runs.
 * @returns The exit code.
 * @throws {UsageError} If the file is damaged or cut short, or the address or the token is unusable.
 * @throws {SourceError} If the service refuses it, or cannot be reached again and again.
 */
export async function logImport(
  file: string,
  { replace = false, ...options }: LogImportOptions,
): Promise<ExitCode> {
  const digests = await check(file);
  const instance = await Instance.open(options, "import the log");
  const begun = await instance.read(instance.v1.restore.$get({}));
  // While another backup is being restored, the service refuses this one, unless it replaces it.
  let done = begun.restoring ? digests.indexOf(begun.after) + 1 : 0;
  await again(async (progressed) => {
    let number = 0;
    for await (const { text: part } of partsIn(file)) {
      if (++number <= done) continue;
      const query = number === 1 && replace ? { replace: "true" as const } : {};
      await instance.read(instance.v1.restore.$post({ query, json: { part } }));
      done = number;
      progressed();
    }
  });
  say(`${file}: ${counted(digests.length, "part")} restored to ${instance.origin}`);
  const { endpoints } = await instance.read(instance.v1.endpoints.$get({}));
  for (const { name, source, problems } of endpoints) {
    if (source === "stored" && problems.length > 0) say(`endpoint ${name}: ${problems.join("; ")}`);
  }
  return EXIT_CODE.ok;
}

/** The digests of the parts of a backup that is whole. */
async function check(file: string): Promise<string[]> {
  const digests: string[] = [];
  let isWhole = false;
  try {
    for await (const { end, totals } of partsIn(file)) {
      digests.push(end.sha256);
      isWhole = totals !== undefined;
    }
  } catch (cause) {
    const isDamaged = cause instanceof BackupError || cause instanceof TypeError;
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (!isDamaged && !(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new UsageError(`Cannot import '${file}': ${reason}. Nothing was sent`, { cause });
  }
  if (isWhole) return digests;
  throw new UsageError(
    `Cannot import '${file}': it is cut short after ${counted(digests.length, "part")}. ` +
      "Nothing was sent",
  );
}

/** `panoptes log import`. */
export function logImportCommand(): CliCommand {
  return onInstance(
    new CliCommand("import").description("restore a backup into an empty log")
      .argument("<file>", "the output of 'log export'"),
    "admin",
  )
    .option("--replace", "first remove what the log contains, which cannot be undone")
    .note(
      "A backup has no secrets: set those of stored endpoints again; the command names them. Until all " +
        "of it is restored, nothing is read, matched or sent. If it is interrupted, the same " +
        "command continues where it stopped.",
    )
    .example("panoptes log import panoptes.ndjson.gz --url https://panoptes.example.com")
    .run((file: string, options: LogImportOptions) => logImport(file, options));
}
