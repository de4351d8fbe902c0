/** The process ended here: whoever catches it has nothing left to write with. */
export class Crash extends Error {
  override name = "Crash";

  /** @param where The place at which it was injected. */
  constructor(where: string) {
    super(`The process was killed: ${where}`);
  }
}
