import { deepJson } from "../stream/deep_json.ts";
import { identityOf } from "../thousandeyes/event/event_identity.ts";
import { parseDate } from "../thousandeyes/event/parse_date.ts";
import type { UserEvent } from "../thousandeyes/event/user_event.ts";
import { hashEvent } from "./hash_event.ts";
import { insertRows } from "./insert_rows.ts";
import { readNumber, writeMeta } from "./meta.ts";
import { type Rename, renamesBetween } from "./renames.ts";
import { isTooLarge, shortenEvent } from "./shorten_event.ts";
import { type EarlierPass, type SeenSeqs, SplitTwins } from "./split_twins.ts";
import type { Sql, SqlValue } from "./sql.ts";

/** One event that is new to the log. */
export interface RecordedEvent {
  /** Its place in the log. */
  readonly seq: number;
  /** The event as it was recorded. */
  readonly event: UserEvent;
  /** The event as it was read: the same object, unless it was too large and recorded shortened. */
  readonly whole: UserEvent;
  /** Which of its twins it is, from 1. */
  readonly occurrence: number;
  /** Its date in milliseconds since the Unix epoch; null where it is absent or unreadable. */
  readonly at: number | null;
}

/** What became of the events of one page. */
export interface RecordResult {
  /** The new ones, oldest first: the order in which they entered the log. */
  readonly recorded: readonly RecordedEvent[];
  /** How many were in the log already. */
  readonly duplicates: number;
  /** Names in events that were in the log already, where the log keeps another one. */
  readonly renames: readonly Rename[];
  /** How many of the new ones have a twin. */
  readonly twins: number;
  /**
   * How many are as old as what retention has removed, so that they may have been recorded before.
   */
  readonly expired: number;
  /** The rows that stand for the events of this page; the pass must not take them again. */
  readonly seqs: readonly number[];
  /** How many twins of each hash were held back, since only a second pass can confirm them. */
  readonly held: ReadonlyMap<number, number>;
  /** The dates of those twins, in milliseconds since the Unix epoch. */
  readonly heldAt: readonly (number | null)[];
}

/** How a page is recorded. */
export interface RecordOptions {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /**
   * The rows that stand for events of earlier pages of the same pass. An event takes the first
   * equal row that is not taken, or becomes a new row where there is none: so a pass that sees an
   * event k times leaves k.
   */
  readonly taken?: SeenSeqs;
  /**
   * What an earlier pass over the same range has seen. A twin on a different page may be a true
   * twin that a page boundary separated, or the same event once more because the pages shifted
   * while they were read: only a second pass can tell. Without it, all are recorded at once.
   */
  readonly earlier?: EarlierPass;
  /**
   * Whether the first event is the last one of the page before, shown again, and not a twin of it:
   * some APIs have cursors that include the row that they name. Default false.
   */
  readonly repeatsFirst?: boolean;
  /**
   * Whether an event that has an equal in the log is that event: nobody can tell a twin from a
   * report that is sent again. Default false, as for the pages of a closed pass.
   */
  readonly onlyFirst?: boolean;
}

/** A bound string may have 2 MB, and a hash takes 17 characters. */
const MAX_HASHES = 50_000;
/** How many rows that are not part of a small page may lie between its own. */
const SPARE_KEYS = 200;

// Classes, because thousands are made every second: V8 may allocate objects made by a literal in
// its old generation, where each keeps its page alive until a full garbage collection.

/** A row of the log with the same hash as an event of the page. */
class Row {
  /** The next row with the same hash, by slot. */
  next: Row | undefined = undefined;
  /** Whether it stands for an event of this page. */
  isHere = false;
  readonly seq: number;
  readonly slot: number;
  readonly body: string;
  #event: UserEvent | undefined = undefined;
  #identity: string | undefined = undefined;

  constructor(seq: number, slot: number, body: string) {
    this.seq = seq;
    this.slot = slot;
    this.body = body;
  }

  /** Parsed only when the bodies differ. */
  get event(): UserEvent {
    return this.#event ??= JSON.parse(this.body) as UserEvent;
  }

  get identity(): string {
    return this.#identity ??= identityOf(this.event);
  }
}

/** An event of the page, recorded or not. */
class PageEvent implements RecordedEvent {
  seq = 0;
  occurrence = 0;
  readonly event: UserEvent;
  readonly whole: UserEvent;
  /** As JSON. */
  readonly body: string;
  readonly at: number | null;
  readonly hash: number;

  constructor(whole: UserEvent) {
    const text = deepJson(whole);
    const isWhole = !isTooLarge(whole, text);
    const event = isWhole ? whole : shortenEvent(whole, text);
    this.event = event;
    this.whole = whole;
    this.body = isWhole ? text : JSON.stringify(event);
    this.at = (event.date === undefined ? undefined : parseDate(event.date)) ?? null;
    this.hash = hashEvent(event, this.at);
  }
}

/**
 * Records the new events of a page. It has to run inside a transaction, with whatever depends on
 * it.
 *
 * The rows with the same hashes are looked up with one statement; whether events are equal is then
 * decided by their whole identity, never by the hash.
 *
 * @param sql The database.
 * @param events The events of one page, in any order.
 * @param options The time, and what the pass has counted so far.
 * @returns The new events in the order of their dates, and counts of the others.
 */
export function recordEvents(
  sql: Sql,
  events: readonly UserEvent[],
  { now, taken = new Set(), earlier, repeatsFirst = false, onlyFirst = false }: RecordOptions,
): RecordResult {
  const page = inTimeOrder(events);
  const again = repeatsFirst ? events[0] : undefined;
  const rows = rowsByHash(sql, page);
  const floor = readNumber(sql, "floor_at", -Infinity);
  const first = readNumber(sql, "event_seq", 0) + 1;
  const inserts: SqlValue[][] = [];
  const recorded: RecordedEvent[] = [];
  const seqs: number[] = [];
  const split = new SplitTwins(earlier);
  const equal: number[] = []; // the rows equal to the current event
  const renames: Rename[] = [];
  let duplicates = 0;
  let twins = 0;
  let expired = 0;

  for (const dated of page) {
    const { event, body, at, hash } = dated;
    const same = rows.get(hash);
    equal.length = 0;
    let onThisPage = 1;
    let found: Row | undefined;
    let shown: Row | undefined;
    let last: Row | undefined;
    for (let row = same; row !== undefined; row = row.next) {
      last = row;
      // The same event may be there in another form: its date spelled differently, or with other
      // unknown members.
      if (row.body !== body && row.identity !== identityOf(event)) continue;
      equal.push(row.seq);
      if (onlyFirst) {
        found = row;
        break;
      }
      if (row.isHere) onThisPage++;
      else if (taken.has(row.seq)) shown = row;
      else {
        found = row;
        break;
      }
    }
    if (dated.whole === again) found = shown ?? found;
    if (found !== undefined) {
      duplicates++;
      if (found.body !== body) renames.push(...renamesBetween(found.event, event));
    } else if (at !== null && at <= floor) {
      expired++;
      continue;
    } else if (split.holds(event, at, onThisPage, equal)) {
      continue;
    } else {
      dated.seq = first + recorded.length;
      dated.occurrence = equal.length + 1;
      found = new Row(dated.seq, last === undefined ? 0 : last.slot + 1, body);
      if (last === undefined) rows.set(hash, found);
      else last.next = found;
      inserts.push([found.seq, now, hash, found.slot, at, body]);
      recorded.push(dated);
      if (equal.length > 0) twins++;
    }
    found.isHere = true;
    seqs.push(found.seq);
  }
  if (recorded.length > 0) {
    insertRows(sql, {
      table: "events",
      columns: ["seq", "recorded_at", "hash", "slot", "at", "body"],
    }, inserts);
    writeMeta(sql, "event_seq", first + recorded.length - 1);
  }
  const { held, heldAt } = split;
  return { recorded, duplicates, renames, twins, expired, seqs, held, heldAt };
}

/**
 * Oldest first; events with the same date keep the order in which they happened, as far as the page
 * shows.
 */
function inTimeOrder(events: readonly UserEvent[]): PageEvent[] {
  const page: PageEvent[] = [];
  let isRising = false;
  let isFalling = false;
  let last: number | undefined;
  for (const event of events) {
    const dated = new PageEvent(event);
    page.push(dated);
    const time = dated.at ?? Infinity;
    if (last !== undefined && time > last) isRising = true;
    if (last !== undefined && time < last) isFalling = true;
    last = time;
  }
  if (!isFalling) return page;
  page.reverse(); // most pages are newest first
  return isRising ? page.sort((a, b) => (a.at ?? Infinity) - (b.at ?? Infinity) || 0) : page;
}

/** The rows that have the same hashes as these events. */
function rowsByHash(sql: Sql, page: readonly PageEvent[]): Map<number, Row> {
  const around = keysAround(sql, page);
  if (around?.length === 0) return new Map();
  const hashes = new Set(page.map(({ hash }) => hash));
  const keys = around ?? keysOf(sql, [...hashes]);
  const wanted = keys.filter(({ hash }) => hashes.has(hash));
  const bodies = bodiesOf(sql, wanted);
  const found = new Map<number, Row>();
  let last: Row | undefined;
  let lastHash: number | undefined;
  for (const { hash, seq, slot } of wanted) {
    const row = new Row(seq, slot, bodies.get(seq)!);
    if (hash === lastHash) last!.next = row;
    else found.set(hash, row);
    last = row;
    lastHash = hash;
  }
  return found;
}

type Key = { hash: number; slot: number; seq: number };

/**
 * The keys of all rows from the lowest hash of a page to the highest. Since a hash begins with the
 * time, they are one stretch of the index: just the page itself, if it has been read before.
 * Undefined if they are many more.
 */
function keysAround(sql: Sql, page: readonly PageEvent[]): Key[] | undefined {
  let lowest = Infinity;
  let highest = -Infinity;
  for (const { hash, at } of page) {
    if (at === null) return undefined; // without a time, its hash is far from the others
    if (hash < lowest) lowest = hash;
    if (hash > highest) highest = hash;
  }
  const max = 2 * page.length + SPARE_KEYS;
  const keys = sql.all<Key>(
    `SELECT hash, slot, seq FROM events WHERE hash BETWEEN ? AND ? ORDER BY hash, slot LIMIT ?`,
    lowest,
    highest,
    max,
  );
  return keys.length < max ? keys : undefined;
}

function keysOf(sql: Sql, hashes: readonly number[]): Key[] {
  const keys: Key[] = [];
  for (let start = 0; start < hashes.length; start += MAX_HASHES) {
    keys.push(...sql.all<Key>(
      `SELECT hash, slot, seq FROM events
        WHERE hash IN (SELECT value FROM json_each(?)) ORDER BY hash, slot`,
      JSON.stringify(hashes.slice(start, start + MAX_HASHES)),
    ));
  }
  return keys;
}

function bodiesOf(sql: Sql, keys: readonly Key[]): Map<number, string> {
  const bodies = new Map<number, string>();
  for (let start = 0; start < keys.length; start += MAX_HASHES) {
    const rows = sql.all<{ seq: number; body: string }>(
      `SELECT seq, body FROM events WHERE seq IN (SELECT value FROM json_each(?))`,
      JSON.stringify(keys.slice(start, start + MAX_HASHES).map(({ seq }) => seq)),
    );
    for (const { seq, body } of rows) bodies.set(seq, body);
  }
  return bodies;
}
