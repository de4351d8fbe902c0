import { encodeMessage } from "./encode.ts";
import { formatLastEventId } from "./last_event_id.ts";
import { resumeAt } from "./resume_at.ts";
import type { SseSource } from "./sse_source.ts";

/** Many messages in one write. */
export interface Batch {
  /** The place that it was read after. */
  after: number;
  /** The place that a reader has reached with it. */
  to: number;
  /** The frames. Shared between subscribers: never to be written to or transferred. */
  bytes: Uint8Array;
}

/** The most bytes of one write; a single message that is longer goes alone. */
const BATCH_BYTES = 64 * 1024;
/** About as many events of the usual size as fill a batch, so that little is read in vain. */
const BATCH_MESSAGES = 128;

const encoder = new TextEncoder();
/** Subscribers that are up to date all ask for the same batch: it is read and encoded once for all. */
const latest = new WeakMap<SseSource, Batch>();

/**
 * Reads the messages after a place as one batch of frames. What was evicted under a slow reader is
 * announced by a gap in front. The one place where a filter of a subscriber will go.
 *
 * @param source The log.
 * @param after The seq that the reader has reached.
 * @returns The batch, or undefined if there is nothing new.
 */
export function readBatch(source: SseSource, after: number): Batch | undefined {
  const known = latest.get(source);
  if (known?.after === after) return known;
  const range = source.head();
  if (range.newest === after) return undefined;
  const { epoch } = range;
  const writer = new FrameWriter();
  const start = resumeAt(range, formatLastEventId({ epoch, seq: after }));
  let to = start.after;
  if (start.gap) {
    writer.write(encodeMessage({ event: "gap", data: JSON.stringify(start.gap) }));
  }
  for (const { seq, type, body } of source.read(to, BATCH_MESSAGES, BATCH_BYTES)) {
    const id = formatLastEventId({ epoch, seq });
    if (!writer.write(encodeMessage({ id, event: type, data: body }))) break;
    to = seq;
  }
  if (writer.empty) return undefined;
  const batch = { after, to, bytes: writer.take() };
  latest.set(source, batch);
  return batch;
}

/** Puts frames one behind the other, as long as they fit. */
class FrameWriter {
  #bytes = new Uint8Array(BATCH_BYTES);
  #length = 0;

  get empty(): boolean {
    return this.#length === 0;
  }

  write(frame: string): boolean {
    const { read, written } = encoder.encodeInto(frame, this.#bytes.subarray(this.#length));
    if (read === frame.length) {
      this.#length += written;
      return true;
    }
    if (!this.empty) return false;
    this.#bytes = encoder.encode(frame);
    this.#length = this.#bytes.length;
    return true;
  }

  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}
