/** The exit code of every command. */
export const EXIT_CODE = {
  ok: 0,
  findings: 1,
  usage: 2,
  skippedEvents: 3,
  source: 4,
  internalError: 70,
  interrupted: 130,
} as const;

/** One of the exit codes. */
export type ExitCode = typeof EXIT_CODE[keyof typeof EXIT_CODE];

/** What each exit code means, as `--help` and docs/cli.md say it. */
export const EXIT_CODE_MEANINGS: Readonly<Record<keyof typeof EXIT_CODE, string>> = {
  ok: "done, no problem found",
  findings: "a rule or an endpoint has errors, a test failed, or a check of doctor failed",
  usage: "invalid usage; nothing was done",
  skippedEvents: "done, but some events are missing: they could not be read, or the log lost them",
  source: "the API or Panoptes could not be read to the end, or refused the request",
  internalError: "internal error",
  interrupted: "interrupted before the end, by Ctrl-C or SIGTERM",
};

/** Thrown when a command cannot begin: an invalid option, a path that does not exist. */
export class UsageError extends Error {
  /** The name of the class. */
  override readonly name = "UsageError";
}

/** Thrown when the API or the log cannot be read; the message says why. */
export class SourceError extends Error {
  /** The name of the class. */
  override readonly name = "SourceError";
  /** Whether another attempt may succeed. */
  readonly mayPass: boolean;

  /**
   * @param message What cannot be done, and why.
   * @param options What has caused it, and whether it may pass; by default it may.
   */
  constructor(message: string, options: ErrorOptions & { readonly mayPass?: boolean } = {}) {
    super(message, options);
    this.mayPass = options.mayPass ?? true;
  }
}
