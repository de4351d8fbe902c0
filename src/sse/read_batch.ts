import { jsonText, lineSafe } from "../stream/json_text.ts";
import { encodeId, encodeMessage } from "./encode.ts";
import { formatLastEventId, type LogPlace } from "./last_event_id.ts";
import { resumeAt } from "./resume_at.ts";
import type { SseSource } from "./sse_source.ts";

/** Several messages in one write. */
export interface Batch {
  /** The place before it. */
  after: LogPlace;
  /** The place that a reader reaches with it. */
  to: LogPlace;
  /**
   * The frames, which end with the id of `to`; none if the reader is up to date and nothing was for
   * it. Subscribers share them: never write to them or transfer them.
   */
  bytes: Uint8Array;
}

/** The maximum size of a batch in bytes; a single message that is larger is a batch alone. */
export const BATCH_BYTES = 64 * 1024;
/** About the size of a usual message: about as many are read as fill a batch. */
const MESSAGE_BYTES = 512;

const encoder = new TextEncoder();
/** All subscribers that are up to date need the same batch: it is read and encoded once for all. */
const latest = new WeakMap<SseSource, Batch & { readonly asOf: number | undefined }>();

/**
 * Reads the messages after a place as one batch of frames. If messages were evicted before a slow
 * reader got to them, or the log began a new epoch, the batch begins with a gap. Where the source
 * leaves messages out, the batch moves the id of the reader on, so that it resumes behind them.
 *
 * @param source The log.
 * @param after The place that the reader has reached.
 * @param maxBytes About the maximum size of the batch; it is larger where others have the same.
 * @returns The batch, or `undefined` if there is nothing new.
 */
export function readBatch(
  source: SseSource,
  after: LogPlace,
  maxBytes: number = BATCH_BYTES,
): Batch | undefined {
  const head = source.head();
  const { epoch } = head;
  const asOf = source.asOf?.();
  const known = latest.get(source);
  if (
    known !== undefined && isSame(known.after, after) && known.to.epoch === epoch &&
    known.asOf === asOf
  ) return known;
  if (isSame(after, { epoch, seq: head.newest })) return undefined;
  const writer = new FrameWriter(maxBytes);
  const start = resumeAt(head, after);
  if (start.gap) {
    writer.write(encodeMessage({ event: "gap", data: jsonText(start.gap) }));
  }
  const { entries, to } = source.read(
    start.after,
    Math.ceil(maxBytes / MESSAGE_BYTES),
    maxBytes,
  );
  let seq = start.after;
  let isTold = start.gap === undefined;
  let isFull = false;
  for (const message of entries) {
    const id = formatLastEventId({ epoch, seq: message.seq });
    isFull = !writer.write(
      encodeMessage({ id, event: message.type, data: lineSafe(message.body) }),
    );
    if (isFull) break;
    seq = message.seq;
    isTold = true;
  }
  if (!isFull && (to > seq || !isTold)) {
    // A reader that is up to date is told by the next heartbeat, not whenever nothing is for it.
    const isSilent = writer.empty && to >= head.newest;
    const id = formatLastEventId({ epoch, seq: to });
    if (isSilent || writer.write(encodeId(id))) seq = to;
  }
  if (writer.empty && seq === start.after) return undefined;
  const batch = { after, to: { epoch, seq }, bytes: writer.take(), asOf };
  latest.set(source, batch);
  return batch;
}

function isSame(one: LogPlace, other: LogPlace): boolean {
  return one.seq === other.seq && one.epoch === other.epoch;
}

/** Appends frames to one buffer as long as they fit. */
class FrameWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(maxBytes: number) {
    this.#bytes = new Uint8Array(maxBytes);
  }

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
