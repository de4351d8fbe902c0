import type { Fetch } from "../../src/stream/fetch.ts";

interface Row {
  readonly id: number;
  readonly event: string;
  readonly at: number;
}

type Place = Pick<Row, "id" | "at">;

/** How a world misbehaves: the chance of each, in [0, 1]. */
export interface WorldFaults {
  readonly expired?: number;
  readonly failing?: number;
  readonly empty?: number;
  /** Whether each page begins with the last row of the one before; pages hold more than a second. */
  readonly inclusive?: boolean;
}

/**
 * A small model of the API for random tests, with bookkeeping of its own: rows by second, in an
 * order of its own, pages by cursor, and failures by chance.
 */
export class World {
  readonly rows: Row[] = [];
  readonly #random: () => number;
  readonly #order: (a: Place, b: Place) => number;
  readonly #pageSize: number;
  readonly #faults: WorldFaults;
  /** Called before each page that is given. */
  beforePage: () => void = () => {};

  constructor(random: () => number, faults: WorldFaults = {}) {
    this.#random = random;
    this.#faults = faults;
    const orders = [
      (a: Place, b: Place) => b.at - a.at || b.id - a.id,
      (a: Place, b: Place) => a.at - b.at || a.id - b.id,
      (a: Place, b: Place) => b.id - a.id, // by publication: late events stand among newer ones
    ];
    this.#order = orders[Math.floor(random() * orders.length)]!;
    this.#pageSize = 1 + Math.floor(random() * 6) + (faults.inclusive ? 10 : 0);
  }

  /** Publishes an event; its text is one of few, so that twins are common. */
  publish(at: number): void {
    const event = `Event ${Math.floor(this.#random() * 3)}`;
    this.rows.push({ id: this.rows.length + 1, event, at: Math.floor(at / 1_000) * 1_000 });
  }

  readonly fetch: Fetch = (url) => {
    const { searchParams } = url;
    const cursor = searchParams.get("cursor");
    if (this.#chance(this.#faults.failing)) {
      return Promise.resolve(new Response('{"auditEvents":[', { status: 200 }));
    }
    if (cursor !== null && this.#chance(this.#faults.expired)) {
      return Promise.resolve(new Response(null, { status: 400 }));
    }
    this.beforePage();
    const [afterAt, afterId] = cursor?.split(".").map(Number) ?? [];
    const from = Date.parse(searchParams.get("startDate")!);
    const to = Date.parse(searchParams.get("endDate")!);
    const after = afterId ? { at: afterAt!, id: afterId } : undefined;
    const { inclusive = false } = this.#faults;
    const left = this.rows.filter(({ at }) => at >= from && at <= to)
      .filter((row) =>
        after === undefined || this.#order(row, after) > 0 || (inclusive && row.id === after.id)
      )
      .sort(this.#order);
    const empty = this.#chance(this.#faults.empty) && !cursor?.endsWith(".0");
    const page = empty ? [] : left.slice(0, this.#pageSize);
    const last = page.at(-1);
    const isEnd = inclusive && left.length <= this.#pageSize && !empty;
    const place = last ?? after ?? { at: 0, id: 0 };
    const next = new URL(url);
    next.searchParams.set("cursor", `${place.at}.${place.id}${last ? "" : ".0"}`);
    return Promise.resolve(Response.json({
      auditEvents: page.map(({ event, at }) => ({ event, date: new Date(at).toISOString() })),
      _links: isEnd || (last === undefined && !empty) ? {} : { next: { href: next.href } },
    }));
  };

  #chance(probability = 0): boolean {
    return this.#random() < probability;
  }
}
