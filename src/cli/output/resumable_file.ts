import * as v from "valibot";
import { UsageError } from "../exit_code.ts";
import { parsedJson, replaceJson } from "./json_file.ts";

const PlaceSchema = v.strictObject({
  run: v.string(),
  range: v.unknown(),
  place: v.nullable(v.string()),
  bytes: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  events: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});

/** How far a file has been written, kept beside it in `<file>.place` until it is complete. */
export type KeptPlace = v.InferOutput<typeof PlaceSchema>;

/**
 * A file that is written piece by piece, and continued exactly where it was left: what was written
 * after the last place that was kept is cut off.
 */
export class ResumableFile {
  readonly #file: Deno.FsFile;
  readonly #path: string;
  #kept: KeptPlace;

  private constructor(path: string, file: Deno.FsFile, kept: KeptPlace) {
    this.#path = path;
    this.#file = file;
    this.#kept = kept;
  }

  /**
   * Opens a new file, which only its owner may read, or one that an earlier run of the same kind has
   * begun, with the permissions that it has.
   *
   * @param path Its path.
   * @param run What is written to it: what another run has begun is not continued.
   * @param range What that means now, as JSON data: the first run's is kept.
   * @throws {UsageError} If there is such a file already, or it was begun by another run.
   */
  static async open(path: string, run: string, range: unknown): Promise<ResumableFile> {
    const text = await Deno.readTextFile(placeOf(path)).catch(() => undefined);
    if (text === undefined) {
      const file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 }).catch(
        (cause) => {
          const why = cause instanceof Deno.errors.AlreadyExists
            ? "it exists already; remove it, or name another file"
            : cause.message;
          throw new UsageError(`Cannot write '${path}': ${why}`);
        },
      );
      const begun = new ResumableFile(path, file, { run, range, place: null, bytes: 0, events: 0 });
      begun.#keep();
      return begun;
    }
    const kept = v.safeParse(PlaceSchema, parsedJson(text));
    if (!kept.success || kept.output.run !== run) {
      throw new UsageError(
        `Cannot continue '${path}': another export has begun it; repeat the same options, or ` +
          `remove it and '${placeOf(path)}'`,
      );
    }
    const file = await Deno.open(path, { write: true }).catch((cause) => {
      throw new UsageError(`Cannot continue '${path}': ${cause.message}`);
    });
    if ((await file.stat()).size < kept.output.bytes) {
      file.close();
      throw new UsageError(
        `Cannot continue '${path}': it is shorter than it was; remove it and '${placeOf(path)}'`,
      );
    }
    await file.truncate(kept.output.bytes);
    await file.seek(0, Deno.SeekMode.End);
    return new ResumableFile(path, file, kept.output);
  }

  /** How far it has been written. */
  get kept(): KeptPlace {
    return this.#kept;
  }

  /**
   * Appends a piece, and keeps the place once it is on the disk.
   *
   * @param bytes The piece.
   * @param place Where to continue after it.
   * @param events How many events it holds.
   */
  async append(bytes: Uint8Array, place: string, events: number): Promise<void> {
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await this.#file.write(rest));
    await this.#file.syncData();
    this.#kept = {
      ...this.#kept,
      place,
      bytes: this.#kept.bytes + bytes.length,
      events: this.#kept.events + events,
    };
    this.#keep();
  }

  /** Ends it: it is complete. */
  async complete(): Promise<void> {
    this.#file.close();
    await Deno.remove(placeOf(this.#path));
  }

  /** Leaves it as it is: another run continues it. */
  leave(): void {
    this.#file.close();
  }

  #keep(): void {
    replaceJson(placeOf(this.#path), this.#kept);
  }
}

function placeOf(path: string): string {
  return `${path}.place`;
}
