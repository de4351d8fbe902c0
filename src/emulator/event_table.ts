import { InternedColumn } from "./interned_column.ts";
import type { ApiEvent, NewEventResource } from "./api_event.ts";
import { SortedRows } from "./sorted_rows.ts";

/** One event to be added, with everything resolved. */
export interface TableEvent {
  readonly aid: string;
  readonly accountGroupName: string | undefined;
  readonly date: number;
  readonly event: string | undefined;
  readonly ipAddress: string | undefined;
  readonly uid: string | undefined;
  readonly user: string | undefined;
  readonly resources: readonly NewEventResource[] | undefined;
  readonly unknown: ApiEvent | undefined;
  readonly publishedAt: number;
}

/** Which rows a page needs. */
export interface RowQuery {
  readonly aids: readonly string[];
  /** Both ends inclusive, in milliseconds; may be infinite. */
  readonly from: number;
  readonly to: number;
  /** The row to continue after, in the same order. */
  readonly after: number | undefined;
  readonly ascending: boolean;
  readonly limit: number;
  /** Only events of this user. */
  readonly uid: string | undefined;
}

/**
 * The events of an organisation in columns: about 45 bytes each, so that a million fit in memory.
 */
export class EventTable {
  #length = 0;
  #dates = new Float64Array(1024);
  #published = new Float64Array(1024);
  readonly #group = new InternedColumn<{ aid: string; name: string | undefined }>((group) =>
    JSON.stringify([group.aid, group.name ?? null])
  );
  readonly #actor = new InternedColumn<{ uid: string | undefined; user: string | undefined }>(
    (actor) => JSON.stringify([actor.uid ?? null, actor.user ?? null]),
  );
  readonly #event = new InternedColumn<string | undefined>((text) => JSON.stringify(text ?? null));
  readonly #address = new InternedColumn<string | undefined>((text) =>
    JSON.stringify(text ?? null)
  );
  readonly #resources = new InternedColumn<readonly NewEventResource[] | undefined>((list) =>
    JSON.stringify(list ?? null)
  );
  readonly #unknown = new Map<number, ApiEvent>();
  readonly #rowsOf = new Map<string, SortedRows>();

  /** The number of rows; row numbers begin at zero. */
  get length(): number {
    return this.#length;
  }

  /** Adds an event and returns its row number. */
  add(event: TableEvent): number {
    const row = this.#length;
    if (row === this.#dates.length) {
      this.#dates = doubled(this.#dates);
      this.#published = doubled(this.#published);
    }
    this.#dates[row] = event.date;
    this.#published[row] = event.publishedAt;
    this.#group.set(row, { aid: event.aid, name: event.accountGroupName });
    this.#actor.set(row, { uid: event.uid, user: event.user });
    this.#event.set(row, event.event);
    this.#address.set(row, event.ipAddress);
    this.#resources.set(row, event.resources);
    if (event.unknown !== undefined) this.#unknown.set(row, event.unknown);
    let rows = this.#rowsOf.get(event.aid);
    if (rows === undefined) {
      rows = new SortedRows((other) => this.#dates[other]!);
      this.#rowsOf.set(event.aid, rows);
    }
    rows.add(row);
    this.#length += 1;
    return row;
  }

  /** When a row was published, in milliseconds. */
  publishedAt(row: number): number {
    return this.#published[row]!;
  }

  /** The event of a row as the API writes it. */
  read(row: number): ApiEvent {
    const group = this.#group.get(row);
    const actor = this.#actor.get(row);
    const event: ApiEvent = {};
    const members: [string, unknown][] = [
      ["accountGroupName", group.name],
      ["aid", group.aid],
      ["date", new Date(this.#dates[row]!).toISOString().replace(".000Z", "Z")],
      ["event", this.#event.get(row)],
      ["ipAddress", this.#address.get(row)],
      ["uid", actor.uid],
      ["user", actor.user],
      ["resources", this.#resources.get(row)],
    ];
    for (const [name, value] of members) if (value !== undefined) event[name] = value;
    return Object.assign(event, this.#unknown.get(row));
  }

  /** The rows of a page, in its order; fewer than `limit` only if there are no more. */
  find(query: RowQuery): number[] {
    const heads = query.aids.flatMap((aid) => {
      const rows = this.#rowsOf.get(aid);
      if (rows === undefined) return [];
      let low = rows.countBefore(query.from, -Infinity);
      let high = rows.countBefore(query.to, Infinity);
      if (query.after !== undefined) {
        const date = this.#dates[query.after]!;
        if (query.ascending) low = Math.max(low, rows.countBefore(date, query.after + 1));
        else high = Math.min(high, rows.countBefore(date, query.after));
      }
      return low < high ? [{ rows, low, high }] : [];
    });
    const found: number[] = [];
    while (found.length < query.limit) {
      // There are few account groups, so a linear search finds the next head without a heap.
      let best: number | undefined;
      let from: { rows: SortedRows; low: number; high: number } | undefined;
      for (const head of heads) {
        if (head.low >= head.high) continue;
        const row = head.rows.at(query.ascending ? head.low : head.high - 1);
        if (best === undefined || this.#comesFirst(row, best, query.ascending)) {
          best = row;
          from = head;
        }
      }
      if (best === undefined || from === undefined) break;
      if (query.ascending) from.low += 1;
      else from.high -= 1;
      if (query.uid === undefined || this.#actor.get(best).uid === query.uid) found.push(best);
    }
    return found;
  }

  #comesFirst(row: number, other: number, ascending: boolean): boolean {
    const difference = this.#dates[row]! - this.#dates[other]! || row - other;
    return ascending ? difference < 0 : difference > 0;
  }
}

function doubled(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(column.length * 2);
  grown.set(column);
  return grown;
}
