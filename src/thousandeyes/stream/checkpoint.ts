import * as v from "valibot";
import { oneLine } from "../../stream/plain_text.ts";

/** An event that was yielded, as a checkpoint keeps it: its identity, its date, and how often. */
export type YieldedEvent = readonly [identity: string, at: number, seen: number];

/** A place in the log: everything before it was yielded, and of what follows, `yielded` was. */
export interface Checkpoint {
  /** Which log it is about: the API and the account groups. */
  readonly log: string;
  /** Where the next pass begins, in milliseconds since the Unix epoch. */
  readonly next: number;
  /** The events from `next` on that were yielded. */
  readonly yielded: readonly YieldedEvent[];
}

const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const schema = v.strictObject({
  version: v.literal(1),
  log: v.string(),
  next: time,
  yielded: v.array(v.strictTuple([v.string(), time, v.pipe(time, v.minValue(1))])),
});

/** Writes a checkpoint as text. */
export function writeCheckpoint(checkpoint: Checkpoint): string {
  return JSON.stringify({ version: 1, ...checkpoint });
}

/**
 * Reads a checkpoint.
 *
 * @param text What `writeCheckpoint()` wrote.
 * @param log Which log is read.
 * @throws {SyntaxError} If it is not a checkpoint of this version.
 * @throws {TypeError} If it is about another log.
 */
export function readCheckpoint(text: string, log: string): Checkpoint {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError("Cannot list audit events: from is not a checkpoint: not JSON", {
      cause,
    });
  }
  const result = v.safeParse(schema, value);
  if (!result.success) {
    const [issue] = result.issues;
    const at = v.getDotPath(issue);
    throw new SyntaxError(
      `Cannot list audit events: from is not a checkpoint: ${at === null ? "" : `${at}: `}${
        oneLine(issue.message)
      }`,
    );
  }
  const { version: _version, ...checkpoint } = result.output;
  if (checkpoint.log !== log) {
    throw new TypeError(
      `Cannot list audit events: from is a checkpoint of ${oneLine(checkpoint.log)}, not of ${log}`,
    );
  }
  return checkpoint;
}
