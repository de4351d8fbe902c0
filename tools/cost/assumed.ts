/** What no measurement here can know. */
export const ASSUMED = {
  /** How long the API and a receiver take to answer, in milliseconds. */
  answerMs: 300,
  /** How many events a page of the API has. */
  pageSize: 500,
  /** How many days a month has. */
  days: 30,
} as const;
