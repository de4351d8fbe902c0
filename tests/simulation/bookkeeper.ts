import type { FoldedAlerts } from "../../src/alert/alert.ts";
import type { Silence } from "../../src/alert/silence.ts";
import { logKey } from "./log_key.ts";
import type { History } from "./history.ts";
import type { Storage } from "./storage.ts";

/** One event of the log as the bookkeeper has seen it. */
export interface SeenEvent {
  readonly key: string;
  readonly at: number | null;
  readonly recordedAt: number;
  /** Who did what, as the log has it. */
  readonly user: string;
  readonly did: string;
  /** Whether it came before its time counted as complete, so that correlations owe it everything. */
  readonly isInTime: boolean;
}

/** One alert as the bookkeeper has seen it. */
export interface SeenAlert {
  readonly id: string;
  readonly ruleId: string;
  readonly level: string;
  /** The event that it is about, or the last before it; null for an operational alert. */
  readonly key: string | null;
  /** What its events have in common, if a correlation has found it, or something new. */
  readonly group: readonly string[] | undefined;
  readonly occurrence: number;
  /** When a silence began, if it is about one. */
  readonly since: number;
  /** The date of the event, as the API would say it; null where it has none. */
  readonly date: unknown;
  readonly recordedAt: number;
  /** Who did it; empty if nobody is named. */
  readonly user: string;
  /** The silence that has held it back. */
  readonly silencedBy: string | null;
  /** The alert that it is marked to repeat. */
  readonly foldedInto: string | null;
  /** Whether it is marked as being about the past. */
  readonly backfilled: boolean;
  /** What an operational alert is about, such as an endpoint; undefined for any other. */
  readonly about: string | undefined;
  /** The endpoints that were configured when it was raised. */
  readonly endpoints: readonly string[];
}

/** Stands for events that retention has removed before a correlation was decided. */
export const REMOVED = "removed";

/** One item that is not a valid event, as it was kept. */
export interface SeenInvalid {
  readonly body: string;
  readonly issues: string;
}

/** A count of repeats as the bookkeeper has seen it. */
export interface SeenFolded {
  readonly endpoint: string;
  readonly data: FoldedAlerts;
}

/** The rows of one table, removed ones included. */
class Seen<T> {
  readonly rows = new Map<number, T>();
  newest = 0;

  add(seq: number, row: T): void {
    this.rows.set(seq, row);
    this.newest = Math.max(this.newest, seq);
  }

  /** The log was restored from a copy: later rows never existed. */
  forgetAfter(seq: number): void {
    for (const later of this.rows.keys()) if (later > seq) this.rows.delete(later);
    this.newest = Math.min(this.newest, seq);
  }

  /** Returns what makes it forget whatever it is told from now on. */
  remember(): () => void {
    const { newest } = this;
    const forget = rememberMap(this.rows);
    return () => {
      forget();
      this.newest = newest;
    };
  }
}

function rememberMap<Key, Value>(map: Map<Key, Value>): () => void {
  const kept = [...map];
  return () => {
    map.clear();
    for (const [key, value] of kept) map.set(key, value);
  };
}

/**
 * Writes down what enters the log, row by row, with its own statements: the checker's memory, which
 * keeps what retention removes from the log.
 */
export class Bookkeeper {
  readonly events = new Seen<SeenEvent>();
  readonly alerts = new Seen<SeenAlert>();
  readonly invalid = new Seen<SeenInvalid>();
  /** The ids of each alert, by what it is about, over the whole run: there must be exactly one. */
  readonly alertIds = new Map<string, ReadonlySet<string>>();
  /** The silences that there ever were, by id. */
  readonly silences = new Map<string, Silence>();
  /** The messages that count repeats, by id. */
  readonly folded = new Map<string, SeenFolded>();
  /** The ids of all that there ever were, also in a log that was replaced by a copy. */
  readonly foldedIds = new Map<string, true>();
  #copiedFolded: readonly (readonly [string, SeenFolded])[] = [];
  /** Events up to this date may be refused: the log has removed events of that age. */
  floor = -Infinity;
  #oldest = 1;
  /** Up to when correlations have ever taken everything for known. */
  #complete = -Infinity;
  /** How each message ended, by endpoint and id. */
  readonly ends = new Map<string, string>();
  /** The same, as it was when the log was copied. */
  #copiedEnds: readonly (readonly [string, string])[] = [];
  readonly #storage: Storage;
  readonly #forgets: boolean;
  readonly #history: History;

  /**
   * @param storage Where the log is.
   * @param forgets Whether retention may remove messages, so that their ends must be noted before.
   * @param history Where to note what happens.
   */
  constructor(storage: Storage, forgets: boolean, history: History) {
    this.#storage = storage;
    this.#history = history;
    this.#forgets = forgets;
  }

  /**
   * Notes what is new.
   *
   * @param endpoints The endpoints that were configured in the meantime.
   */
  look(endpoints: readonly string[]): void {
    const { sql } = this.#storage;
    if (!this.#exists()) return;
    type Row = {
      seq: number;
      at: number;
      recorded_at: number;
      body: string;
      issues: string;
      level: string;
    };
    const after = (table: string, seq: number) =>
      sql.all<Row>(`SELECT * FROM ${table} WHERE seq > ? ORDER BY seq`, seq);
    this.#complete = Math.max(this.#complete, this.completeUntil());
    for (const { seq, at, recorded_at, body } of after("events", this.events.newest)) {
      const event = JSON.parse(body);
      const { user, event: did } = event;
      const isInTime = at > this.#complete;
      const seen = { key: logKey(event), at, recordedAt: recorded_at, user, did, isInTime };
      this.events.add(seq, seen);
      this.#history.note(() => `log: ${seq} is ${event.trace}`);
    }
    for (const { seq, body, level, recorded_at } of after("alerts", this.alerts.newest)) {
      const { id, rule, events: [caused], backfilled, ...more } = JSON.parse(body);
      const { id: ruleId } = rule;
      const { occurrence = 1 } = caused ?? {};
      const group = more.group?.map(({ value }: { value: string }) => value);
      const without = group === undefined ? null : REMOVED;
      const key = caused === undefined ? without : logKey(caused.event);
      const date = group === undefined ? caused?.event.date ?? null : more.lastAt;
      const user = String(caused?.event.user ?? "");
      const facts = { id, ruleId, level, key, occurrence, date, user, backfilled, endpoints };
      const held = {
        foldedInto: more.foldedInto ?? null,
        silencedBy: more.silencedBy?.id ?? null,
      };
      const since = Date.parse(more.firstAt);
      const about = key === null
        ? more.matched.find(({ item }: { item: string }) => item === "about")?.value
        : undefined;
      const seen = { ...facts, group, since, about, ...held };
      this.alerts.add(seq, { ...seen, recordedAt: recorded_at });
      const name = group !== undefined
        ? `${ruleId} with the id ${id}`
        : key === null
        ? `operational ${id}`
        : `${ruleId} on ${key} no. ${occurrence}`;
      this.alertIds.set(name, new Set(this.alertIds.get(name)).add(id));
    }
    for (const { seq, body, issues } of after("invalid_events", this.invalid.newest)) {
      this.invalid.add(seq, { body, issues });
    }
    for (const { id, body } of sql.all<{ id: string; body: string }>(`SELECT * FROM silences`)) {
      if (!this.silences.has(id)) this.silences.set(id, JSON.parse(body));
    }
    const folded = sql.all<{ id: string; endpoint: string; body: string }>(
      `SELECT f.id, f.body, o.endpoint FROM folded_messages f JOIN outbox o ON o.webhook_id = f.id
        WHERE f.seq > ?`,
      // Where nothing is removed, their numbers only go up.
      this.#forgets ? 0 : this.folded.size,
    );
    for (const { id, endpoint, body } of folded) {
      this.folded.set(id, { endpoint, data: JSON.parse(body) });
      this.foldedIds.set(id, true);
    }
    if (this.#forgets) {
      this.lookAtEnds();
      this.#lookForRemoved();
    }
  }

  /** Up to when correlations take everything for known, in milliseconds since the Unix epoch. */
  completeUntil(): number {
    return Number(this.#meta("correlated_to") ?? -Infinity);
  }

  /** Whether an event is or was in the log. */
  hasRecorded(key: string): boolean {
    return this.events.rows.values().some((row) => row.key === key);
  }

  /** Whether an item that is not a valid event was kept, as it was sent. */
  hasKept(sent: string): boolean {
    return this.invalid.rows.values().some(({ body }) => body === sent);
  }

  #lookForRemoved(): void {
    const { seq } = this.#storage.sql.all<{ seq: number | null }>(
      `SELECT MIN(seq) AS seq FROM events`,
    )[0]!;
    const oldest = seq ?? this.events.newest + 1;
    for (; this.#oldest < oldest; this.#oldest++) {
      const removed = this.events.rows.get(this.#oldest);
      if (removed !== undefined) {
        this.floor = Math.max(this.floor, Math.min(removed.at ?? -Infinity, removed.recordedAt));
      }
    }
  }

  /** Whether the collector has ever saved its state. */
  hasBegun(): boolean {
    return this.#exists() && this.#storage.sql.all(`SELECT 1 AS x FROM checkpoints`).length > 0;
  }

  /** Whether the schema is complete: this table is its last. */
  #exists(): boolean {
    return this.#storage.sql.all(`SELECT 1 AS x FROM sqlite_schema WHERE name = 'endpoint_states'`)
      .length > 0;
  }

  /** Notes how messages ended. */
  lookAtEnds(): void {
    const ended = this.#storage.sql.all<{ endpoint: string; webhook_id: string; state: string }>(
      `SELECT endpoint, webhook_id, state FROM outbox WHERE due_at IS NULL`,
    );
    for (const { endpoint, webhook_id, state } of ended) {
      this.ends.set(`${endpoint} ${webhook_id}`, state);
    }
  }

  /** Whether an alert was recorded again, with other events, after a small log had removed it. */
  isAgain(alertId: string): boolean {
    return this.alerts.rows.values().filter(({ id }) => id === alertId).toArray().length > 1;
  }

  /** Call when the log is copied, after `look()`. */
  copy(): void {
    this.#copiedEnds = [...this.ends];
    this.#copiedFolded = [...this.folded];
  }

  /** Call when the log has been restored from the copy. */
  rewind(): void {
    this.events.forgetAfter(Number(this.#meta("event_seq") ?? 0));
    this.alerts.forgetAfter(Number(this.#meta("alert_seq") ?? 0));
    this.invalid.forgetAfter(Number(this.#meta("invalid_seq") ?? 0));
    // What had ended and was removed before the copy cannot be read again.
    this.folded.clear();
    for (const [id, seen] of this.#copiedFolded) this.folded.set(id, seen);
    this.ends.clear();
    for (const [message, state] of this.#copiedEnds) this.ends.set(message, state);
    this.#oldest = 1;
  }

  /**
   * Returns what makes it forget whatever it notes from now on, as if that had never been written:
   * nobody can have learned of it.
   */
  remember(): () => void {
    const maps = [this.alertIds, this.silences, this.folded, this.foldedIds, this.ends] as const;
    const forgets = [
      ...[this.events, this.alerts, this.invalid].map((seen) => seen.remember()),
      ...maps.map((map) => rememberMap<string, unknown>(map)),
    ];
    const kept = { floor: this.floor, oldest: this.#oldest, complete: this.#complete };
    return () => {
      for (const forget of forgets) forget();
      this.floor = kept.floor;
      this.#oldest = kept.oldest;
      this.#complete = kept.complete;
    };
  }

  /** Whether a message with this id is or was in the log. */
  hasMessage(id: string): boolean {
    return this.foldedIds.has(id) || this.alertIds.values().some((ids) => ids.has(id));
  }

  /** How many rows of a feed still exist with a seq above `after`, up to `to`. */
  rowsBetween(table: "events" | "alerts", after: number, to: number): number {
    return this.#storage.sql.all<{ n: number }>(
      `SELECT COUNT(*) AS n FROM ${table} WHERE seq > ? AND seq <= ?`,
      after,
      to,
    )[0]!.n;
  }

  /** The body of a row, if it still exists. */
  bodyOf(table: "events" | "alerts", seq: number): string | undefined {
    return this.#storage.sql.all<{ body: string }>(
      `SELECT body FROM ${table} WHERE seq = ?`,
      seq,
    )[0]?.body;
  }

  /** The last seq of a feed, and its epoch. */
  headOf(table: "events" | "alerts"): { epoch: string; newest: number } {
    const counter = this.#meta(table === "events" ? "event_seq" : "alert_seq");
    return { epoch: String(this.#meta("epoch")), newest: Number(counter ?? 0) };
  }

  #meta(name: string): string | number | undefined {
    if (!this.#exists()) return undefined; // a loss of power may leave an empty file
    return this.#storage.sql.all<{ value: string | number }>(
      `SELECT value FROM meta WHERE name = ?`,
      name,
    )[0]?.value;
  }
}
