import { isAtLeast } from "../../alert/is_at_least.ts";
import { toAlert } from "../../alert/to_alert.ts";
import type { NewAlert } from "../../store/alert_table.ts";
import type { PassCount } from "../../store/pass_table.ts";
import type { EarlierPass } from "../../store/split_twins.ts";
import { identityOf } from "../../thousandeyes/event/event_identity.ts";
import type { Page } from "../../thousandeyes/page/page.ts";
import { afterPage } from "./advance.ts";
import { lateHistogram } from "./counts.ts";
import { type CollectorState, NO_DATE, type ReadingKind } from "./state.ts";
import { type Diagnosis, fault } from "./failure.ts";
import { withRuleFaults } from "./rule_faults.ts";
import { passesInUse } from "./passes_in_use.ts";
import type { WatchOptions } from "../watch_options.ts";
import type { WatchPorts } from "../watch_ports.ts";

/** A page, and what is needed to record it. */
export interface PageToRecord {
  /** The state as it was planned, with the request counted. */
  readonly state: CollectorState;
  /** The reading that the page belongs to. */
  readonly kind: ReadingKind;
  /** The address that was asked. */
  readonly url: string;
  /** The page. */
  readonly page: Page;
  /** What the pass has counted on the pages before; this page is added to it by the caller. */
  readonly count: PassCount;
  /** What the pass that this one confirms has seen; nothing if it confirms none. */
  readonly earlier: EarlierPass;
  /** What is wrong with its link to the next page, if it is. */
  readonly refusal: Diagnosis | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/** What the recording of a page has changed. */
export interface PageRecorded {
  /** The state to save in the same transaction. */
  readonly state: CollectorState;
  /** The rows that stand for the events of the page. */
  readonly seqs: readonly number[];
  /** The twins that were held. */
  readonly held: ReadonlyMap<number, number>;
}

/**
 * Records a page and all that follows from it: events, alerts, messages, and what the pass has counted. It has to
 * run inside a transaction, in which the caller saves the state.
 *
 * @param ports The log, the rules, the endpoints, chance.
 * @param given The page.
 * @param options Limits and times.
 */
export function recordPage(
  { log, match, endpoints, random }: Pick<WatchPorts, "log" | "match" | "endpoints" | "random">,
  { state, kind, url, page, count, earlier, refusal, now }: PageToRecord,
  options: WatchOptions,
): PageRecorded {
  const result = log.record(page.events, {
    now,
    taken: count.taken,
    earlier,
  });
  const alerts: NewAlert[] = [];
  const faults: unknown[] = [];
  for (const { event, occurrence, seq, at } of result.recorded) {
    try {
      for (const { rule, matched = [] } of match(event)) {
        const identity = identityOf(event);
        const alert = toAlert(rule, event, { identity, occurrence, matched });
        alerts.push({ alert, eventSeq: seq, at });
      }
    } catch (error) {
      faults.push(error); // a rule that breaks must not keep an event out of the log, nor those after it
    }
  }
  const added = log.addAlerts(alerts, now);
  log.queue(
    added.flatMap(({ alert }) =>
      endpoints
        .filter(({ minLevel }) => isAtLeast(alert.level, minLevel))
        .map(({ name }) => ({ webhookId: alert.id, endpoint: name }))
    ),
    now,
  );
  const invalid = log.keepInvalid(
    [
      ...page.invalid,
      ...result.oversized.map((value) => ({
        value,
        issues: ["event: too large for the log"],
        identity: identityOf(value),
      })),
    ],
    now,
  );
  const next = page.next?.href ?? null;
  const pass = state.readings[kind]!.pass!;
  const held = sum(result.held.values());
  const after = afterPage(withRuleFaults(state, faults, now), kind, {
    now,
    next,
    refusal: refusal ??
      (next !== null && (next === url || count.urls.has(next))
        ? fault("repeated_cursor", "restart", "the next page is one that has been read")
        : undefined),
    events: page.events.length + page.invalid.length,
    held: sum(count.held.values()) + held,
    heldDates: result.heldAt.map((at) => at ?? NO_DATE),
    counts: {
      recorded: result.recorded.length,
      twins: result.twins,
      duplicates: result.duplicates,
      expired: result.expired,
      held,
      invalid,
      alerts: added.length,
      unmatched: faults.length,
      ...late(state, kind, result.recorded, now),
    },
    random,
  }, options);
  const inUse = passesInUse(after);
  // A pass that ends on its first page needs no row: most live passes do.
  if (inUse.includes(pass.id)) {
    const { seqs, held } = result;
    log.savePassPage({ pass: pass.id, page: pass.pages, url, seqs, held });
  } else if (pass.pages > 0 || pass.confirms !== null) {
    log.dropPasses(inUse);
  }
  return { state: after, seqs: result.seqs, held: result.held };
}

/** What was published after its time had been read; a backfill finds nothing but old events. */
function late(
  { lowWater, liveSince }: CollectorState,
  kind: ReadingKind,
  recorded: readonly { at: number | null }[],
  now: number,
): { late?: number[] } {
  if (kind === "backfill") return {};
  const delays = recorded.flatMap(({ at }) =>
    at !== null && at > liveSince && at <= lowWater ? [now - at] : []
  );
  return delays.length === 0 ? {} : { late: lateHistogram(delays) };
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
