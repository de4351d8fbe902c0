import type { EndpointState } from "./endpoint_state.ts";
import type { Sql } from "./sql.ts";

/** Reads what is known about the endpoints, by name. */
export function endpointStates(sql: Sql): EndpointState[] {
  return sql.all<{ body: string }>(`SELECT body FROM endpoint_states ORDER BY name`)
    .map(({ body }) => JSON.parse(body) as EndpointState);
}

/** Writes what is known about an endpoint. */
export function saveEndpointState(sql: Sql, state: EndpointState): void {
  sql.run(
    `INSERT INTO endpoint_states (name, body) VALUES (?, ?)
      ON CONFLICT (name) DO UPDATE SET body = excluded.body`,
    state.name,
    JSON.stringify(state),
  );
}

/** Forgets an endpoint that is no longer configured. */
export function removeEndpointState(sql: Sql, name: string): void {
  sql.run(`DELETE FROM endpoint_states WHERE name = ?`, name);
}

/** Follows a clock that was set back by some milliseconds; see `followClock()`. */
export function shiftEndpointStates(sql: Sql, now: number, backBy: number): void {
  const past = (at: number | null) => at === null ? null : Math.min(at, now);
  for (const state of endpointStates(sql)) {
    const { holdUntil } = state;
    saveEndpointState(sql, {
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
