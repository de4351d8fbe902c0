/** One entry of a feed. */
export interface Entry {
  readonly id: string;
  /** When it was recorded, in milliseconds since the Unix epoch. */
  readonly recordedAt: number;
  /** The event or the alert. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** One message of the outbox. */
export interface Delivery {
  readonly id: number;
  readonly alert: string;
  readonly endpoint: string;
  readonly state: string;
}

/** Reads the log as any client does: JSON, page by page. */
export class LogClient {
  readonly #origin: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** @param headers The authorization. */
  constructor(origin: string, headers: Readonly<Record<string, string>>) {
    this.#origin = origin;
    this.#headers = { ...headers, accept: "application/json" };
  }

  /** Every entry of a feed after an id. */
  async entries(feed: "events" | "alerts", after?: string): Promise<Entry[]> {
    const entries: Entry[] = [];
    for (let place = after;;) {
      const page = await this.#get(`/v1/${feed}?limit=1000${place ? `&after=${place}` : ""}`);
      if (page.gap !== null) throw new Error(`A gap in the log: ${JSON.stringify(page.gap)}`);
      const name = feed.slice(0, -1);
      for (const entry of page[feed] as Record<string, unknown>[]) {
        entries.push({
          id: String(entry.id),
          recordedAt: Date.parse(String(entry.recordedAt)),
          body: entry[name] as Entry["body"],
        });
      }
      place = String(page.next);
      if (page.more !== true) return entries;
    }
  }

  /** Every message of the outbox. */
  async deliveries(query = ""): Promise<Delivery[]> {
    const all: Delivery[] = [];
    for (let before = "";;) {
      const page = await this.#get(`/v1/deliveries?limit=100${query}${before}`);
      all.push(...page.deliveries as Delivery[]);
      if (page.next === null) return all;
      before = `&before=${page.next}`;
    }
  }

  /** The status of the watch. */
  status(): Promise<Record<string, unknown>> {
    return this.#get("/v1/status");
  }

  async #get(path: string): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.#origin}${path}`, { headers: this.#headers });
    const text = await response.text();
    if (!response.ok) throw new Error(`Cannot read ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }
}
