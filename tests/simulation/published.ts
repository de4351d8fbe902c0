/** One row of the API's log, as the model keeps it and the checker counts it. */
export interface Published {
  /** Its own name: the API has none, so the program never sees it but as an unknown member. */
  readonly id: string;
  /** What it has in common with its twins; see `eventKey()`. */
  readonly key: string;
  /** Its date, by which the API finds it: a whole second, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** Since when the API shows it; the model may bring it forward, into the middle of a pass. */
  visibleAt: number;
  /** Its place among the rows of one second. */
  row: number;
  /** What is sent, in its plainest form. */
  readonly wire: unknown;
  /** What it is: an event, something that is none, or an event that no row can hold. */
  readonly kind: "event" | "invalid" | "huge";
  /** The ids of the rules that it satisfies. */
  readonly rules: readonly string[];
  /** Whether the rules fail on it. */
  readonly breaksRules: boolean;
}
