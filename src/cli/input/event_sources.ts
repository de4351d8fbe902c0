import { UsageError } from "../exit_code.ts";

/** Where events are read from. */
export interface EventSource {
  /** The path as given; `stdin` for standard input. */
  readonly name: string;
  /** Its size in bytes, where that is known. */
  readonly size: number | undefined;
  /** Opens it; at most once. */
  open(): Promise<ReadableStream<Uint8Array>>;
}

/**
 * Finds event files before any of them is read, so that a wrong path is reported at once.
 *
 * @param paths Files; none, or `-` among them, is standard input.
 * @returns The sources in the same order.
 * @throws {UsageError} If a path is not a file.
 */
export async function eventSources(paths: readonly string[]): Promise<EventSource[]> {
  const names = paths.length === 0 ? ["-"] : paths;
  return await Promise.all(names.map((path) => path === "-" ? standardInput() : fileSource(path)));
}

function standardInput(): EventSource {
  if (Deno.stdin.isTerminal()) {
    throw new UsageError(
      "Cannot read events: name a file, or redirect standard input: 'panoptes match … < events.ndjson'",
    );
  }
  return { name: "stdin", size: undefined, open: () => Promise.resolve(Deno.stdin.readable) };
}

async function fileSource(path: string): Promise<EventSource> {
  try {
    const { isDirectory, isFile, size } = await Deno.stat(path);
    if (isDirectory) throw new UsageError(`Cannot read events from '${path}': it is a folder`);
    const open = async () => (await Deno.open(path)).readable;
    return { name: path, size: isFile ? size : undefined, open };
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const reason = cause instanceof Deno.errors.NotFound ? "it does not exist" : String(cause);
    throw new UsageError(`Cannot read events from '${path}': ${reason}`, { cause });
  }
}
