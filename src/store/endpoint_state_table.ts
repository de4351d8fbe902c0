import type { EndpointState } from "./endpoint_state.ts";
import type { Sql } from "./sql.ts";

/**
 * What is known about the endpoints. It is asked for at each attempt, so it is kept in memory as
 * well: every change goes through here.
 */
export class EndpointStateTable {
  readonly #sql: Sql;
  #known: Map<string, EndpointState> | undefined;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** The states, by the names of the endpoints. */
  all(): ReadonlyMap<string, EndpointState> {
    this.#known ??= new Map(
      this.#sql.all<{ name: string; body: string }>(
        `SELECT name, body FROM endpoint_states ORDER BY name`,
      ).map(({ name, body }) => [name, JSON.parse(body)]),
    );
    return this.#known;
  }

  /** Writes what is known about an endpoint. */
  save(state: EndpointState): void {
    this.#sql.run(
      `INSERT INTO endpoint_states (name, body) VALUES (?, ?)
        ON CONFLICT (name) DO UPDATE SET body = excluded.body`,
      state.name,
      JSON.stringify(state),
    );
    this.#known?.set(state.name, state);
  }

  /** Forgets an endpoint that is no longer configured. */
  remove(name: string): void {
    this.#sql.run(`DELETE FROM endpoint_states WHERE name = ?`, name);
    this.#known?.delete(name);
  }

  /** Follows a clock that was set back by some milliseconds; see `followClock()`. */
  shift(now: number, backBy: number): void {
    const past = (at: number | null) => at === null ? null : Math.min(at, now);
    for (const state of this.all().values()) {
      const { holdUntil } = state;
      this.save({
        ...state,
        since: past(state.since),
        failedAt: past(state.failedAt),
        succeededAt: past(state.succeededAt),
        holdUntil: holdUntil === null || holdUntil <= now
          ? holdUntil
          : Math.max(now, holdUntil - backBy),
      });
    }
  }

  /** A transaction was rolled back: what is in memory may never have been written. */
  forget(): void {
    this.#known = undefined;
  }
}
