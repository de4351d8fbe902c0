import type { PlannedFault } from "../../src/emulator/fault_plan.ts";
import type { NewEvent, PublishedEvent } from "../../src/emulator/api_event.ts";

/** The emulator of the API in another thread, controlled through its control routes. */
export class FarEnd implements Disposable {
  #thread: Worker;
  #origin: string;
  /** The token that it accepts. */
  token: string;

  private constructor(thread: Worker, port: number, token: string) {
    this.#thread = thread;
    this.#origin = `http://127.0.0.1:${port}`;
    this.token = token;
  }

  static async start(): Promise<FarEnd> {
    const thread = new Worker(new URL("emulator_thread.ts", import.meta.url), { type: "module" });
    const { port, token } = await new Promise<{ port: number; token: string }>(
      (resolve, reject) => {
        thread.onmessage = ({ data }) => resolve(data);
        thread.onerror = ({ message }) => reject(new Error(message));
      },
    );
    return new FarEnd(thread, port, token);
  }

  /** The address of the API. */
  get baseUrl(): string {
    return `${this.#origin}/v7`;
  }

  /** Publishes events, which are visible at once whatever their date. */
  async publish(...events: NewEvent[]): Promise<void> {
    await this.#call("POST", "publish", events);
  }

  /** Publishes ordinary events, one every `stepMs`, starting at `from`. */
  publishMany(count: number, from: number, stepMs = 1_000): Promise<void> {
    return this.publish(...Array.from({ length: count }, (_, n) => ({
      event: `Event ${n}`,
      user: "Ada (ada@example.com)",
      date: from + n * stepMs,
    })));
  }

  /** Replaces the active faults. */
  async setFaults(...faults: PlannedFault[]): Promise<void> {
    await this.#call("POST", "faults", faults);
  }

  /** The number of requests so far. */
  async requests(): Promise<number> {
    return (await this.#call<{ requests: number }>("GET", "")).requests;
  }

  /** All events that were published. */
  async events(): Promise<PublishedEvent[]> {
    return (await this.#call<{ events: PublishedEvent[] }>("GET", "events")).events;
  }

  async #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.#origin}/emulator${path && `/${path}`}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(await response.text());
    return await response.json();
  }

  [Symbol.dispose](): void {
    this.#thread.terminate();
  }
}
