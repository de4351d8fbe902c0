/** Thrown when a command cannot begin: a wrong option, a path that does not exist. The exit code is 2. */
export class UsageError extends Error {
  /** The name of the class. */
  override readonly name = "UsageError";
}
