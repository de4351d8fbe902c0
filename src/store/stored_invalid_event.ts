/** Something that the API sent as an event and that no schema could read: kept aside, never lost. */
export interface StoredInvalidEvent {
  /** Its place among the invalid events, from 1. */
  readonly seq: number;
  /** When it was kept, in milliseconds since the Unix epoch. */
  readonly recordedAt: number;
  /** What is wrong with it. */
  readonly issues: readonly string[];
  /** What was sent: JSON text, cut if it is larger than a row may be. */
  readonly body: string;
}
