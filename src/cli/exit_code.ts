/** What the exit code of every command means; `panoptes --help` says the same. */
export const EXIT_CODE = {
  /** Everything was done, and no problem was found. */
  ok: 0,
  /** A rule or an endpoint has errors, or a test failed. */
  findings: 1,
  /** Invalid usage: nothing was done. */
  usage: 2,
  /** Done, but some events could not be read and were skipped. */
  skippedEvents: 3,
  /** The API or Panoptes could not be read to the end, or refused the request. */
  source: 4,
  /** A bug in the command line itself. */
  internalError: 70,
} as const;

/** One of the exit codes. */
export type ExitCode = typeof EXIT_CODE[keyof typeof EXIT_CODE];

/** Thrown when a command cannot begin: an invalid option, a path that does not exist. */
export class UsageError extends Error {
  /** The name of the class. */
  override readonly name = "UsageError";
}

/** Thrown when the API or the log cannot be read; the message says why. */
export class SourceError extends Error {
  /** The name of the class. */
  override readonly name = "SourceError";
}
