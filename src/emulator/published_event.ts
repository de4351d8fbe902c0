/** An event as the API writes it, members in the order of the captured bodies. */
export type ApiEvent = Record<string, unknown>;

/** What the emulator published, with the internal id that the API never shows: the truth that tests audit against. */
export interface PublishedEvent {
  /** The internal row id, unique and rising with publication. */
  readonly id: number;
  /** When it became visible, in milliseconds since the Unix epoch; long after `event.date` for a late one. */
  readonly publishedAt: number;
  /** The event as the API sends it when no fault is on. */
  readonly event: ApiEvent;
}
