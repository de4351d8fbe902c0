/** What Panoptes runs in: the Worker on workerd, or `panoptes serve`. */
export const SHELLS = ["worker", "server"] as const;

/** One of them. */
export type Shell = typeof SHELLS[number];
