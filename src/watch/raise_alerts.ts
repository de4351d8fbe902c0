import { silences } from "../alert/silence.ts";
import { type Suppression, suppressionOf } from "../alert/suppression.ts";
import type { AlertingRule } from "../alert/to_alert.ts";
import type { Endpoint } from "../delivery/endpoint.ts";
import { deliverableAt, takesAlert } from "../delivery/takes_alert.ts";
import type { NewAlert } from "../store/alert_table.ts";
import type { FoldEntry } from "../store/fold_table.ts";
import type { NewMessage } from "../store/outbox_table.ts";
import type { StoredSilence } from "../store/silence_table.ts";
import type { CountsToAdd } from "./collector/counts.ts";
import type { WatchOptions } from "./watch_options.ts";
import type { WatchPorts } from "./watch_ports.ts";

/** An alert on its way into the log. */
export interface AlertToRaise extends NewAlert {
  /** Its rule; absent for an operational alert, which every endpoint gets, and never as a count. */
  readonly rule?: AlertingRule;
  /** Which endpoints an operational alert is for; default all. */
  readonly isFor?: (endpoint: Endpoint) => boolean;
}

/** What may hold back repeats. */
type FoldOptions = Pick<WatchOptions, "suppressesByDefault" | "maxFoldWindows">;

/** The scope of the windows that decide about the mark of an alert. */
const MARKS = "";

/**
 * Stores alerts, and queues each new one for every endpoint that takes it. A silenced alert is
 * stored and marked, and sent to nobody. A repeat is folded: it is stored and marked, and each
 * endpoint gets a count of such alerts later. It has to run inside the transaction that records what
 * the alerts are about.
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
  options: FoldOptions,
): CountsToAdd {
  const fresh = log.newAlerts(given);
  if (fresh.length === 0) return {};
  const active = log.silences(now);
  const dueAt = deliverableAt(endpoints, now);
  const entries: FoldEntry[] = [];
  /** For each message, the place of its entry; undefined if nothing can hold it back. */
  const messages: (NewMessage & { readonly entry: number | undefined })[] = [];
  const raised = fresh.map(({ rule, isFor = () => true, ...one }) => {
    const { alert } = one;
    const { id, level, backfilled } = alert;
    const meant = endpoints.filter((endpoint) =>
      isFor(endpoint) && takesAlert(endpoint, alert, rule)
    );
    const silence = active.find((silence) => silences(silence, alert));
    if (silence !== undefined) {
      if (meant.length > 0) log.countHeldBack(silence.id, meant.length, now);
      return { one, silence, mark: undefined };
    }
    const suppression = rule && suppressionOf(rule, alert, options.suppressesByDefault);
    const enter = (scope: string, forMs: number): number | undefined =>
      suppression === undefined || forMs === 0
        ? undefined
        : entries.push(entryOf(alert, suppression, scope, forMs)) - 1;
    const forMs = suppression?.forMs ?? 0;
    const mark = backfilled ? undefined : enter(MARKS, forMs);
    for (const { name, digestMs } of meant) {
      const entry = enter(name, Math.max(forMs, digestMs));
      const at = rule === undefined ? now : dueAt(name, level); // what fails here never waits
      messages.push({ webhookId: id, endpoint: name, level, dueAt: at, entry });
    }
    return { one, silence, mark };
  });
  const { foldedInto, closedEarly } = entries.length === 0
    ? { foldedInto: [], closedEarly: 0 }
    : log.foldAlerts(entries, now, { maxWindows: options.maxFoldWindows, dueAt });
  const intoOf = (entry: number | undefined) =>
    entry === undefined ? undefined : foldedInto[entry] ?? undefined;
  const added = log.addAlerts(
    raised.map(({ one, silence, mark }) => ({
      ...one,
      alert: {
        ...one.alert,
        ...marksOf(intoOf(mark), silence),
        ...(rulesRevision !== undefined && { rulesRevision }),
      },
    })),
    now,
  );
  log.queue(messages.filter(({ entry }) => intoOf(entry) === undefined), now);
  const countOf = (isCounted: (alert: NewAlert["alert"]) => boolean) =>
    added.filter(({ alert }) => isCounted(alert)).length;
  return {
    alerts: added.length,
    backfilled: countOf(({ backfilled }) => backfilled),
    folded: countOf(({ foldedInto }) => foldedInto !== undefined),
    silenced: countOf(({ silencedBy }) => silencedBy !== undefined),
    windowsClosedEarly: closedEarly,
  };
}

/** What an alert says about why nobody was told. */
function marksOf(foldedInto: string | undefined, silence: StoredSilence | undefined) {
  if (silence === undefined) return foldedInto === undefined ? {} : { foldedInto };
  const { id, by, reason, until } = silence;
  return { silencedBy: { id, by, reason, until } };
}

function entryOf(
  { id, level, rule, source }: NewAlert["alert"],
  { key, group }: Suppression,
  scope: string,
  forMs: number,
): FoldEntry {
  const about = {
    level,
    rule: { id: rule.id, title: rule.title },
    group,
    ...(source !== undefined && { source }),
  };
  return { scope, group: key, forMs, id, ...(scope !== MARKS && { about }) };
}
