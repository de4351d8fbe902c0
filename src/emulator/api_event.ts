/** The members that the API documents, in the order of the captured bodies. */
export const DOCUMENTED_MEMBERS = [
  "accountGroupName",
  "aid",
  "date",
  "event",
  "ipAddress",
  "uid",
  "user",
  "resources",
] as const;

/** An event as the API writes it. */
export type ApiEvent = Record<string, unknown>;

/** A resource of an event, as the API writes it. */
export interface NewEventResource {
  /** The kind of name, for example `testName`. */
  readonly type: string;
  /** The name of the resource; it has no id. */
  readonly name: string;
}

/**
 * An event for the emulator to publish. Absent members stay absent in answers, except the first
 * three.
 */
export interface NewEvent {
  /** The account group; by default the first of the organisation. */
  readonly aid?: string;
  /** By default the name that the organisation has for `aid`. */
  readonly accountGroupName?: string;
  /**
   * Milliseconds since the Unix epoch, a Date, or RFC 3339 text; cut to whole seconds. By default
   * now.
   */
  readonly date?: number | string | Date;
  readonly event?: string;
  readonly ipAddress?: string;
  readonly uid?: string;
  readonly user?: string;
  readonly resources?: readonly NewEventResource[];
  /** Members that the API does not document; they are sent unchanged. */
  readonly [unknown: string]: unknown;
}

/**
 * A published event with the internal id that the API never shows: the truth that tests audit
 * against.
 */
export interface PublishedEvent {
  /** The internal row id: unique, and rising with publication. */
  readonly id: number;
  /**
   * When it became visible, in milliseconds since the Unix epoch; long after `event.date` for a
   * late one.
   */
  readonly publishedAt: number;
  /** The event as the API sends it when no fault is on. */
  readonly event: ApiEvent;
}
