/** One alert as the log keeps it. */
export interface StoredAlert {
  /** Its place among the alerts, from 1, never used twice within an epoch. */
  readonly seq: number;
  /** The alert's own id, which is also the `webhook-id` of its messages. */
  readonly id: string;
  /** The id of the rule that matched. */
  readonly ruleId: string;
  /** The rule's level. */
  readonly level: string;
  /** The date of the event that matched, in milliseconds since the Unix epoch, where it has one. */
  readonly at: number | null;
  /** When it was recorded, in milliseconds since the Unix epoch. */
  readonly recordedAt: number;
  /** The place in the log of the event that matched; null for an operational alert. */
  readonly eventSeq: number | null;
  /** The alert: JSON text. */
  readonly body: string;
}
