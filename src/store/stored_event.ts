/** One event as the log keeps it. */
export interface StoredEvent {
  /** Its place in the log, from 1, never used twice within an epoch. */
  readonly seq: number;
  /** Its own date, in milliseconds since the Unix epoch; null where it has none that can be read. */
  readonly at: number | null;
  /** When it was recorded, in milliseconds since the Unix epoch. */
  readonly recordedAt: number;
  /** The event as recorded: JSON text. */
  readonly body: string;
}
