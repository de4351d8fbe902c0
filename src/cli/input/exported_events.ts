import { ThousandEyesError } from "../../thousandeyes/errors/thousand_eyes_error.ts";
import { streamUserEvents } from "../../thousandeyes/stream/stream_user_events.ts";
import { SourceError } from "../exit_code.ts";
import { linesOf } from "./answer_lines.ts";
import { apiSettings } from "./api_past.ts";
import type { Instance } from "./instance.ts";
import { Retries } from "./retries.ts";

/** An event to export, or how many are missing at this place. */
export type ExportedEvent =
  | { readonly event: object; readonly id?: string; readonly recordedAt?: string }
  | { readonly missing: number };

/** What is exported: each event once, from a place on. */
export interface ExportSource {
  /** The events in order; those of one step belong together. */
  readonly steps: AsyncIterable<readonly ExportedEvent[]>;
  /** Where to continue after the last step that was taken. */
  place(): string;
}

/**
 * The events of a running Panoptes, up to the end of its log now. A connection that breaks is made
 * again.
 *
 * @param instance Where it runs.
 * @param options Filters, and the place of an earlier run.
 * @throws {SourceError} On iteration, if the log cannot be read, or has begun anew since that run.
 */
export function instanceEvents(
  instance: Instance,
  { query, from, signal }: {
    query: URLSearchParams;
    from: string | null;
    signal: AbortSignal;
  },
): ExportSource {
  let place = from ?? "earliest";
  async function* read(): AsyncGenerator<readonly ExportedEvent[]> {
    const retries = new Retries({ signal });
    for (;;) {
      try {
        const response = await instance.request(`/v1/events?${query}`, {
          headers: { "Accept": "application/x-ndjson", "Last-Event-ID": place },
          signal,
        });
        for await (const line of linesOf(instance, response, signal)) {
          const { gap, id, recordedAt, event } = JSON.parse(line);
          retries.progressed();
          if (gap === undefined) {
            place = id;
            yield [{ id, recordedAt, event }];
            continue;
          }
          if (gap.lost === null) {
            throw new SourceError(
              "Cannot continue the export: the log has started a new epoch since then; export to another file",
              { mayPass: false },
            );
          }
          place = gap.from;
          yield [{ missing: gap.lost }];
        }
        return;
      } catch (error) {
        signal.throwIfAborted();
        await retries.pause(instance.failure(error));
      }
    }
  }
  return { steps: read(), place: () => place };
}

/**
 * The events of the ThousandEyes API, oldest first, with the settings of the environment. Items that
 * are not valid events are exported as they are.
 *
 * @param options The range, or the place of an earlier run.
 * @throws {UsageError} If a setting of the environment is invalid.
 * @throws {SourceError} On iteration, if the API cannot be read to the end.
 */
export function thousandEyesEvents(
  { startDate, endDate, from, signal }: {
    startDate: Date;
    endDate: Date;
    from: string | null;
    signal: AbortSignal;
  },
): ExportSource {
  const odd: ExportedEvent[] = [];
  const stream = streamUserEvents({
    ...apiSettings("export the events of the API"),
    ...(from === null ? { startDate } : { from }),
    endDate,
    order: "oldest",
    overlap: 0, // the range is closed: only what was exported of its last second counts
    signal,
    onInvalid: ({ value }) => {
      const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
      odd.push(isObject ? { event: value } : { missing: 1 });
    },
  });
  async function* read(): AsyncGenerator<readonly ExportedEvent[]> {
    try {
      for await (const event of stream) {
        // The place after the event is also that after these.
        yield [...odd.splice(0), { event }];
      }
      yield odd.splice(0);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ThousandEyesError)) throw error;
      throw new SourceError(error.message, { cause: error });
    }
  }
  return { steps: read(), place: () => stream.checkpoint() };
}
