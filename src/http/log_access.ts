import type { SseMessage, SseSource } from "../sse/sse_source.ts";
import type { LogReader } from "../store/log.ts";
import type { Status } from "./status.ts";

/** One entry of a feed. */
export interface FeedEntry extends SseMessage {
  /** When it was recorded, in milliseconds since the Unix epoch. */
  recordedAt: number;
}

/** Events or alerts: a log that can be read from any place, and followed. */
export interface Feed extends SseSource {
  /** As for any source, with the time of each entry. */
  read(after: number, limit: number, maxBytes?: number): readonly FeedEntry[];
}

/** A rule in short. */
export interface RuleSummary {
  /** The rule's id, or its title where it has none. */
  id: string;
  /** Its title. */
  title: string;
  /** Its level; null where it states none. */
  level: string | null;
  /** Its status; null where it states none. */
  status: string | null;
  /** Its description; null where it has none. */
  description: string | null;
  /** Its tags. */
  tags: readonly string[];
}

/**
 * What the routes need of the log and of those who write it: a port, the same in a Durable Object and elsewhere.
 */
export interface LogAccess
  extends Pick<LogReader, "deliveries" | "attempts" | "message" | "invalidEvents"> {
  /** The audit events. */
  readonly events: Feed;
  /** The alerts. */
  readonly alerts: Feed;
  /** How the watch goes. */
  status(): Status;
  /** The rules that events are matched against. */
  rules(): readonly RuleSummary[];
  /** Puts a message back to its first attempt; false if it cannot be, since an attempt is under way. */
  redeliver(id: number): boolean;
  /** Begins a new epoch; gives it back. */
  raiseEpoch(): string;
}
