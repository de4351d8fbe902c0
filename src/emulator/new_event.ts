/** A resource of an event, as the API writes it. */
export interface NewEventResource {
  /** The kind of name, for example `testName`. */
  readonly type: string;
  /** The name of the resource; it has no id. */
  readonly name: string;
}

/** An event to be published by the emulator. What is left out stays out of the API's answer, but for the three named here. */
export interface NewEvent {
  /** The account group; without it the first of the organisation. */
  readonly aid?: string;
  /** Without it the name that the organisation has for `aid`. */
  readonly accountGroupName?: string;
  /** Milliseconds since the Unix epoch, a Date, or RFC 3339 text; cut to whole seconds. Without it the time now. */
  readonly date?: number | string | Date;
  readonly event?: string;
  readonly ipAddress?: string;
  readonly uid?: string;
  readonly user?: string;
  readonly resources?: readonly NewEventResource[];
  /** Members that the API does not document; they are sent as they are. */
  readonly [unknown: string]: unknown;
}
