/** The result of one inline test. */
export interface InlineTestResult {
  /** What the test shows, or its number if it has no name. */
  name: string;
  /** Whether the rule does what the test says. */
  passed: boolean;
  /** Why it failed: one sentence without a full stop. */
  message?: string;
  /** The events for which the rule does otherwise; empty if only their number is wrong. */
  events: unknown[];
}

/** How to run inline tests. */
export interface InlineTestOptions {
  /** Lists for the modifier `expand`, by the name of the placeholder. */
  placeholders?: Readonly<Record<string, readonly string[]>>;
  /** Prepares events before rules see them, such as deriving fields; nothing by default. */
  toEvent?: (event: unknown) => unknown;
}
