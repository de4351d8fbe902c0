import { emptyCount } from "../../src/store/pass_table.ts";
import type { Alert } from "../../src/alert/alert.ts";
import { toAlert } from "../../src/alert/to_alert.ts";
import { openLog } from "../../src/store/open_log.ts";
import type { Sql } from "../../src/store/sql.ts";
import type { UserEvent } from "../../src/thousandeyes/event/user_event.ts";

/** One promise of the log, checked on an empty database. */
export interface Promised {
  readonly name: string;
  check(sql: Sql): void | Promise<void>;
}

/** A day in milliseconds. */
export const DAY = 86_400_000;
/** Opens the log of a database. */
export const open = (sql: Sql, now = 1) => openLog(sql, { now, random: () => 0.5 });
/** The log as these tests open it. */
export type Log = ReturnType<typeof open>;

/** An event some seconds after ten. */
export function event(second: number, more: UserEvent<Record<string, unknown>> = {}): UserEvent {
  const date = new Date(Date.UTC(2026, 10, 22, 10, 0, second)).toISOString();
  return { aid: "12", date, event: "Login failed.", user: "a (a@example.com)", ...more };
}

/** Records a page, as part of a pass if `taken` is given. */
export function record(log: Log, events: UserEvent[], now = 1, taken?: Set<number>) {
  return log.transaction(() =>
    log.record(events, taken === undefined ? { now } : { now, taken, earlier: emptyCount() })
  );
}

/** All events of the log. */
export function bodies(log: Log): UserEvent[] {
  return log.eventsAfter(0, 1_000_000).map(({ body }) => JSON.parse(body) as UserEvent);
}

/** An alert. */
export function alertOf(id: string, level: Alert["level"] = "high"): Alert {
  return {
    ...toAlert({ id: "rule", title: "A rule", level }, event(0), { identity: id, occurrence: 1 }),
    id,
  };
}

/** Stores an alert and queues its messages. */
export function addAlert(log: Log, id: string, endpoints: string[], now = 1): void {
  log.transaction(() => {
    log.addAlerts([{ alert: alertOf(id), eventSeq: null, at: null }], now);
    log.queue(
      endpoints.map((endpoint) => ({ webhookId: id, endpoint, level: alertOf(id).level })),
      now,
    );
  });
}
