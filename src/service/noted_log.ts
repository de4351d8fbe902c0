/** What a log says about itself in the directory. */
export interface NotedLog {
  /** The name of its source; see `logNameOf()`. */
  readonly source: string;
  /** Whether it was the log of the settings in force. */
  readonly isFed: boolean;
  /** How much it holds. */
  readonly events: number;
  readonly alerts: number;
  /** Messages that it still has to deliver. */
  readonly owed: number;
  /** When it said so, in milliseconds since the Unix epoch. */
  readonly notedAt: number;
}

/** Whether a log holds nothing and owes nothing. */
export function holdsNothing({ events, alerts, owed }: NotedLog): boolean {
  return events + alerts + owed === 0;
}
