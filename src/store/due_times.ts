import { ALERT_LEVELS } from "../alert/alert.ts";
import type { Sql } from "./sql.ts";

/** The ranks of the levels, as a list of JSON. */
const RANKS = JSON.stringify(ALERT_LEVELS.map((_, rank) => rank));

/** The first due time of an endpoint; the index begins with the level, so each of them has its own. */
const FIRST = `(SELECT MIN(at) FROM (SELECT (
    SELECT MIN(due_at) FROM outbox
      WHERE endpoint = name AND level = value AND due_at IS NOT NULL
  ) AS at FROM json_each(?1)))`;

/** It jumps from name to name: a plain DISTINCT would read the whole index. */
const OF_ALL = `WITH RECURSIVE names (name) AS (
    SELECT MIN(endpoint) FROM outbox WHERE due_at IS NOT NULL
    UNION ALL
    SELECT (SELECT MIN(endpoint) FROM outbox WHERE due_at IS NOT NULL AND endpoint > name)
      FROM names WHERE name IS NOT NULL)
  SELECT name, ${FIRST} AS at FROM names WHERE name IS NOT NULL`;

const OF_SOME = `WITH names (name) AS (SELECT value FROM json_each(?2))
  SELECT name, ${FIRST} AS at FROM names`;

/**
 * When the next message of each endpoint is due. It is asked for at each attempt, and an attempt
 * changes one endpoint: what is known of the others is kept in memory, so that an attempt costs the
 * same however many endpoints there are. Whoever writes to the outbox has to report it here.
 */
export class DueTimes {
  readonly #sql: Sql;
  readonly #known = new Map<string, number>();
  /** The endpoints whose messages have changed since they were read; undefined before the first. */
  #changed: Set<string> | undefined;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** The due times of the endpoints for which something is due, in milliseconds since the epoch. */
  all(): ReadonlyMap<string, number> {
    if (this.#changed === undefined) {
      this.#known.clear();
      this.#note(this.#sql.all(OF_ALL, RANKS));
    } else if (this.#changed.size > 0) {
      this.#note(this.#sql.all(OF_SOME, RANKS, JSON.stringify([...this.#changed])));
    }
    this.#changed = new Set();
    return this.#known;
  }

  /** Messages of an endpoint have changed, or are about to. */
  changed(endpoint: string): void {
    this.#changed?.add(endpoint);
  }

  /** Any messages may have changed, or a transaction was rolled back. */
  forget(): void {
    this.#changed = undefined;
  }

  #note(rows: readonly { name: string; at: number | null }[]): void {
    for (const { name, at } of rows) {
      if (at === null) this.#known.delete(name);
      else this.#known.set(name, at);
    }
  }
}
