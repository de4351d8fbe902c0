import * as v from "valibot";
import { SourceError, UsageError } from "../exit_code.ts";
import { parsedJson, replaceJson } from "../output/json_file.ts";
import type { FeedName } from "./follow_feed.ts";

const PlacesSchema = v.strictObject({
  url: v.string(),
  source: v.nullable(v.string()),
  events: v.optional(v.string()),
  alerts: v.optional(v.string()),
});

/** Where each feed was left, kept in a file so that the next run continues there. */
export class KeptPlaces {
  readonly #file: string;
  readonly #places: v.InferOutput<typeof PlacesSchema>;

  private constructor(file: string, places: v.InferOutput<typeof PlacesSchema>) {
    this.#file = file;
    this.#places = places;
  }

  /**
   * Reads the file.
   *
   * @param file Its path; it is made at the first place that is kept.
   * @param log The log that is read: ids of one mean nothing in another.
   * @throws {UsageError} If it holds something else, or places in another log.
   */
  static async open(
    file: string,
    log: { url: string; source: string | undefined },
  ): Promise<KeptPlaces> {
    const { url, source = null } = log;
    const text = await Deno.readTextFile(file).catch((cause) => {
      if (cause instanceof Deno.errors.NotFound) return undefined;
      throw new UsageError(`Cannot read the place in '${file}': ${cause.message}`);
    });
    if (text === undefined) return new KeptPlaces(file, { url, source });
    const { success, output } = v.safeParse(PlacesSchema, parsedJson(text));
    if (!success) {
      throw new UsageError(`'${file}' holds no place of 'tail': name another file for --resume`);
    }
    if (output.url !== url || output.source !== source) {
      throw new UsageError(
        `'${file}' holds a place in another log, ${output.url}: name another file for --resume`,
      );
    }
    return new KeptPlaces(file, output);
  }

  /** Where a feed was left; undefined if it was not read. */
  get(feed: FeedName): string | undefined {
    return this.#places[feed];
  }

  /**
   * Keeps a place.
   *
   * @throws {SourceError} If it cannot be written.
   */
  set(feed: FeedName, place: string): void {
    this.#places[feed] = place;
    try {
      replaceJson(this.#file, this.#places);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new SourceError(`Cannot keep the place in '${this.#file}': ${reason}`, { cause });
    }
  }
}
