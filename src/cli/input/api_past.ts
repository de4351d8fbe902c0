import * as v from "valibot";
import { SETTINGS } from "../../service/settings.ts";
import { ThousandEyesError } from "../../thousandeyes/errors/thousand_eyes_error.ts";
import { parseDate } from "../../thousandeyes/event/parse_date.ts";
import { streamUserEvents } from "../../thousandeyes/stream/stream_user_events.ts";
import type { StreamUserEventsOptions } from "../../thousandeyes/stream/stream_user_events_options.ts";
import { SourceError, UsageError } from "../exit_code.ts";
import { parseSince } from "./option_values.ts";
import type { EventInput } from "./read_events.ts";

/** The settings that lead to the API: the same as those of the Worker, from the environment. */
const NEEDED = [SETTINGS.teToken, SETTINGS.baseUrl, SETTINGS.aid, SETTINGS.useAllPermittedAids];

/** What leads to the API. */
export type ApiSettings = Pick<
  StreamUserEventsOptions,
  "token" | "baseUrl" | "aid" | "useAllPermittedAids"
>;

/**
 * What leads to the API, from the environment.
 *
 * @param task What is to be done, in the words of errors: "Cannot <task>".
 * @returns The options of a stream of events.
 * @throws {UsageError} If a setting is invalid.
 */
export function apiSettings(task: string): ApiSettings {
  const problems = NEEDED.flatMap(({ name, schema }) =>
    v.safeParse(schema, Deno.env.get(name)).issues?.map(({ message }) => `${name} ${message}`) ?? []
  );
  if (problems.length > 0) throw new UsageError(`Cannot ${task}: ${problems.join("; ")}`);
  const value = <T>({ name, schema }: { name: string; schema: v.GenericSchema<unknown, T> }) =>
    v.parse(schema, Deno.env.get(name));
  const aid = value(SETTINGS.aid);
  return {
    token: value(SETTINGS.teToken),
    baseUrl: value(SETTINGS.baseUrl),
    ...(aid === undefined ? {} : { aid }),
    useAllPermittedAids: value(SETTINGS.useAllPermittedAids) ?? aid === undefined,
  };
}

/**
 * The past of the ThousandEyes API, as far as the option `--since` says.
 *
 * @param since How far to look back, such as `30d`.
 * @returns The events as the API sends them, items that are not valid events among them.
 * @throws {UsageError} If `since` or a setting of the environment is invalid.
 */
export function apiPast(since: string): EventInput {
  const window = parseSince(since);
  const settings = apiSettings("read the past from the API");
  return {
    total: window,
    async *read({ onProgress }) {
      const end = Date.now();
      const odd: object[] = [];
      let reached = end;
      const events = streamUserEvents({
        ...settings,
        startDate: new Date(end - window),
        endDate: new Date(end),
        onInvalid: ({ value }) => {
          if (typeof value === "object" && value !== null && !Array.isArray(value)) odd.push(value);
        },
      });
      try {
        for await (const event of events) {
          yield* odd.splice(0);
          const at = parseDate(event.date ?? "");
          // The API sends the newest first.
          if (at !== undefined && at < reached && at >= end - window) {
            onProgress(reached - at);
            reached = at;
          }
          yield event;
        }
        yield* odd;
      } catch (error) {
        if (!(error instanceof ThousandEyesError)) throw error;
        throw new SourceError(error.message, { cause: error });
      }
    },
  };
}
