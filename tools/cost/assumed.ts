/** What no measurement here can know. */
export const ASSUMED = {
  /** How long the API and a receiver take to answer, in milliseconds. */
  answerMs: 300,
  /** How many events a page of the API has. */
  pageSize: 500,
  /** How many days a month has. */
  days: 30,
  /** How long events are kept, in days: the default of RETENTION. */
  keptDays: 90,
  /** The default of RETENTION_MEGABYTES, in GB. */
  maxGb: 8,
} as const;
