/** Takes the lines that the service writes to its log, which is the console, until it is disposed. */
export class ServiceLog implements Disposable {
  readonly #kept = { log: globalThis.console.log, error: globalThis.console.error };

  /** @param onLine Receives each line. */
  constructor(onLine: (line: string) => void) {
    Object.assign(globalThis.console, { log: onLine, error: onLine });
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis.console, this.#kept);
  }
}
