import {
  BackupError,
  type BackupPart,
  endsPart,
  MAX_PART_BYTES,
  openPart,
} from "../../store/backup/backup_part.ts";

/** A part of a backup, checked. */
export interface CheckedPart extends BackupPart {
  /** Its lines. */
  readonly text: string;
  /** How many bytes it has. */
  readonly bytes: number;
}

const utf8 = new TextEncoder();
/** The first bytes of a gzip file. */
const GZIP = [0x1f, 0x8b];

/**
 * Reads the parts of a backup, and checks each: its digest, and that it follows the one before.
 *
 * @param source The bytes, not compressed.
 * @param follows The digest of the part before the first; default the beginning of a backup.
 * @returns The parts, up to the last that is whole.
 * @throws {BackupError} If a part is damaged or too long to be one, or one is missing in between.
 */
export async function* partsOf(
  source: ReadableStream<Uint8Array<ArrayBuffer>>,
  follows = "",
): AsyncGenerator<CheckedPart, void, void> {
  let before = follows;
  let part = "";
  let rest = "";
  for await (const text of source.pipeThrough(new TextDecoderStream())) {
    rest += text;
    let start = 0;
    for (let end; (end = rest.indexOf("\n", start)) >= 0; start = end + 1) {
      const line = rest.slice(start, end + 1);
      part += line;
      if (!endsPart(line)) continue;
      const opened = openPart(part);
      if (opened.end.follows !== before) {
        throw new BackupError(`Part ${opened.end.part} does not follow the part before it`);
      }
      before = opened.end.sha256;
      yield { ...opened, text: part, bytes: utf8.encode(part).length };
      part = "";
    }
    rest = rest.slice(start);
    if (part.length + rest.length > MAX_PART_BYTES) {
      throw new BackupError(
        `This is not a backup of a log: a part is longer than ${MAX_PART_BYTES} bytes`,
      );
    }
  }
}

/**
 * Reads the parts of a backup in a file, compressed or not.
 *
 * @param path The file.
 * @returns The parts, up to the last that is whole.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {BackupError} If a part is damaged, or one is missing in between.
 */
export async function* partsIn(path: string): AsyncGenerator<CheckedPart, void, void> {
  const first = new Uint8Array(GZIP.length);
  using probe = await Deno.open(path);
  await probe.read(first);
  const file = await Deno.open(path);
  const isGzip = GZIP.every((byte, index) => first[index] === byte);
  yield* partsOf(
    isGzip ? file.readable.pipeThrough(new DecompressionStream("gzip")) : file.readable,
  );
}
