/** What the exit code of every command means; `panoptes --help` says the same. */
export const EXIT_CODE = {
  /** Everything was done and is well. */
  ok: 0,
  /** A rule has errors, or an inline test failed. */
  findings: 1,
  /** Wrong usage: nothing was done. */
  usage: 2,
  /** Done, but some events could not be read and were skipped. */
  skippedEvents: 3,
  /** A fault of the command line itself. */
  fault: 70,
} as const;

/** One of the exit codes. */
export type ExitCode = typeof EXIT_CODE[keyof typeof EXIT_CODE];
