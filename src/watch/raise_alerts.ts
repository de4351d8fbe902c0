import { isAtLeast } from "../alert/alert.ts";
import { type Suppression, suppressionOf } from "../alert/suppression.ts";
import type { AlertingRule } from "../alert/to_alert.ts";
import type { NewAlert } from "../store/alert_table.ts";
import type { FoldEntry } from "../store/fold_table.ts";
import type { CountsToAdd } from "./collector/counts.ts";
import type { WatchOptions } from "./watch_options.ts";
import type { WatchPorts } from "./watch_ports.ts";

/** An alert on its way into the log. */
export interface AlertToRaise extends NewAlert {
  /** Its rule; absent for an operational alert, which is never held back as a repeat. */
  readonly rule?: AlertingRule;
}

/** The scope of the windows that decide about the mark of an alert. */
const MARKS = "";

/**
 * Stores alerts, and queues each new one for every endpoint that accepts its level; one about the
 * past only for endpoints that ask for those. A repeat is folded: it is stored and marked, and each
 * endpoint gets a count of such alerts later. It has to run inside the transaction that records
 * what the alerts are about.
 *
 * @param ports The log, the endpoints, and the revision of the rules, which each alert names.
 * @param given The alerts; one whose id is stored already is left alone.
 * @param now Milliseconds since the Unix epoch.
 * @param options What holds back repeats.
 * @returns What is to be counted.
 */
export function raiseAlerts(
  { log, endpoints, rulesRevision }: Pick<WatchPorts, "log" | "endpoints" | "rulesRevision">,
  given: readonly AlertToRaise[],
  now: number,
  { suppressesByDefault, maxFoldWindows }: Pick<
    WatchOptions,
    "suppressesByDefault" | "maxFoldWindows"
  >,
): CountsToAdd {
  const alerts = log.newAlerts(given);
  const entries: FoldEntry[] = [];
  /** For each message, the place of its entry; undefined if nothing can hold it back. */
  const messages: { webhookId: string; endpoint: string; entry: number | undefined }[] = [];
  const marks = alerts.map(({ alert, rule }) => {
    const { id, level, backfilled } = alert;
    const suppression = rule && suppressionOf(rule, alert, suppressesByDefault);
    const enter = (scope: string, forMs: number): number | undefined =>
      suppression === undefined || forMs === 0
        ? undefined
        : entries.push(entryOf(alert, suppression, scope, forMs)) - 1;
    const mark = backfilled ? undefined : enter(MARKS, suppression?.forMs ?? 0);
    for (const endpoint of endpoints) {
      const isMeant = isAtLeast(level, endpoint.minLevel) && (endpoint.backfilled || !backfilled);
      if (!isMeant) continue;
      const forMs = Math.max(suppression?.forMs ?? 0, endpoint.digestMs);
      messages.push({ webhookId: id, endpoint: endpoint.name, entry: enter(endpoint.name, forMs) });
    }
    return mark;
  });
  const { foldedInto, closedEarly } = entries.length === 0
    ? { foldedInto: [], closedEarly: 0 }
    : log.foldAlerts(entries, now, maxFoldWindows);
  const intoOf = (entry: number | undefined) =>
    entry === undefined ? undefined : foldedInto[entry] ?? undefined;
  const marked = alerts.map((one, index) => {
    const foldedInto = intoOf(marks[index]);
    return {
      ...one,
      alert: {
        ...one.alert,
        ...(foldedInto !== undefined && { foldedInto }),
        ...(rulesRevision !== undefined && { rulesRevision }),
      },
    };
  });
  const added = log.addAlerts(marked, now);
  log.queue(messages.filter(({ entry }) => intoOf(entry) === undefined), now);
  return {
    alerts: added.length,
    backfilled: added.filter(({ alert }) => alert.backfilled).length,
    folded: added.filter(({ alert }) => alert.foldedInto !== undefined).length,
    windowsClosedEarly: closedEarly,
  };
}

function entryOf(
  { id, level, rule }: NewAlert["alert"],
  { key, group }: Suppression,
  scope: string,
  forMs: number,
): FoldEntry {
  const about = { level, rule: { id: rule.id, title: rule.title }, group };
  return { scope, group: key, forMs, id, ...(scope !== MARKS && { about }) };
}
