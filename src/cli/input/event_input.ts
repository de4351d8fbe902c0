import { UsageError } from "../exit_code.ts";
import { apiPast } from "./api_past.ts";
import { eventSources } from "./event_sources.ts";
import { type EventInput, readEvents, totalSize } from "./read_events.ts";

/**
 * The events that a command is about.
 *
 * @param paths Event files; none, or `-`, is standard input.
 * @param since The option `--since`: how far to look back into the API's past instead.
 * @throws {UsageError} If both are given, or one of them cannot be read.
 */
export async function eventInput(
  paths: readonly string[],
  since: string | undefined,
): Promise<EventInput> {
  if (since !== undefined) {
    if (paths.length === 0) return apiPast(since);
    throw new UsageError("Cannot read events: give either files or --since, not both");
  }
  const sources = await eventSources(paths);
  return {
    total: totalSize(sources),
    async *read(listener) {
      for await (const { event } of readEvents(sources, listener)) yield event;
    },
  };
}
