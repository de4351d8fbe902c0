import { toAlert } from "../../src/alert/to_alert.ts";
import { nodeSql } from "../../src/server/node_sql.ts";
import { openLog } from "../../src/store/open_log.ts";

/** Alerts that are recorded in one transaction. */
const AT_ONCE = 1_000;

/**
 * Makes a log on disk that owes each endpoint a message about each alert.
 *
 * @returns The ids of the alerts.
 */
export function fillLog(path: string, alerts: number, endpoints: readonly string[]): string[] {
  using sql = nodeSql(path);
  const now = Date.now();
  const log = openLog(sql, { now, random: Math.random });
  const ids: string[] = [];
  for (let from = 0; from < alerts; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, alerts - from) }, (_, n) => ({
      alert: alertOf(from + n, now),
      eventSeq: null,
      at: null,
    }));
    log.transaction(() => {
      for (const { alert: { id: webhookId, level } } of log.addAlerts(some, now)) {
        log.queue(endpoints.map((endpoint) => ({ webhookId, endpoint, level })), now);
        ids.push(webhookId);
      }
    });
  }
  return ids;
}

function alertOf(n: number, now: number) {
  const event = {
    date: new Date(now).toISOString(),
    event: "Login failed.",
    user: `Ana Diaz ${n} (ana@example.org)`,
    uid: String(n),
    aid: "75",
    accountGroupName: "Network operations",
    ipAddress: "192.0.2.44",
  };
  const rule = { id: "login-failed", title: "ThousandEyes Login Failed", level: "high" as const };
  return toAlert(rule, event, { identity: `["${n}"]`, occurrence: 1 });
}
