import { faultOf } from "../../thousandeyes/page/check_user_events.ts";
import type { PassCount } from "../../store/pass_table.ts";
import type { EarlierPass } from "../../store/split_twins.ts";
import { parseDate } from "../../thousandeyes/event/parse_date.ts";
import type { UserEvent } from "../../thousandeyes/event/user_event.ts";
import type { Page } from "../../thousandeyes/page/page.ts";
import { notePolled } from "../push/push_state.ts";
import type { WatchOptions } from "../watch_options.ts";
import type { WatchPorts } from "../watch_ports.ts";
import { afterPage } from "./advance.ts";
import { completeUntil } from "./correlate.ts";
import { lateHistogram } from "./counts.ts";
import { addIntake } from "./intake.ts";
import { type Diagnosis, fault } from "./failure.ts";
import type { PlannedRead } from "./plan.ts";
import { beginsAgain, endOf, isShownAgain, noSeams, withSeam } from "./seams.ts";
import { type RulePorts, setOffRules } from "./set_off_rules.ts";
import {
  type CollectorState,
  NO_DATE,
  passesInUse,
  type ReadingKind,
  withRenames,
} from "./state.ts";

/** A page, and what is needed to record it. */
export interface PageToRecord {
  /** The reading that the page belongs to, as it was planned, with the request counted. */
  readonly read: PlannedRead;
  /** The address that was requested. */
  readonly url: string;
  /** The page. */
  readonly page: Page;
  /** What the pass has counted on the pages before; the caller adds this page to it. */
  readonly count: PassCount;
  /** What the pass that this one confirms has seen; empty if it confirms none. */
  readonly earlier: EarlierPass;
  /** What is wrong with the page's link to the next one, if anything. */
  readonly refusal: Diagnosis | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/** What the recording of a page has changed. */
export interface PageRecorded {
  /** The state to save in the same transaction. */
  readonly state: CollectorState;
  /** The rows of the page's events in the log. */
  readonly seqs: readonly number[];
  /** The twins that were held. */
  readonly held: ReadonlyMap<number, number>;
}

/**
 * Records a page with all its consequences: events, alerts, messages, and what the pass has
 * counted. It has to run inside a transaction, in which the caller saves the state.
 *
 * @param ports The log, the rules, the endpoints, chance.
 * @param given The page.
 * @param options Limits and times.
 * @returns What has changed.
 */
export function recordPage(
  ports: Pick<WatchPorts, "random" | "isPushed"> & RulePorts,
  { read, url, page, count, earlier, refusal, now }: PageToRecord,
  options: WatchOptions,
): PageRecorded {
  const { log, random } = ports;
  const { pass } = read.reading;
  const { end } = pass;
  const { seams = noSeams() } = read.state;
  const result = log.record(page.events, {
    now,
    taken: count.taken,
    earlier,
    // An event that every page repeats is no proof of a twin, however often it is read.
    repeatsFirst: pass.confirms !== null && beginsAgain(end, page.events) &&
      isShownAgain(seams, end),
  });
  const { recorded, seqs } = result;
  const confirmed = notePolled(log, ports.isPushed ?? false, {
    now,
    seqs,
    recorded,
    completeUntil: completeUntil(read.state, now, options),
  });
  const isNew = recorded.length > 0 || confirmed > 0; // what was pushed is new to the pass
  const items = page.events.length + page.invalid.length;
  const invalid = log.keepInvalid(page.invalid, now);
  const at = { state: read.state, pass };
  const { counts: setOff, faults, oversized } = setOffRules(
    ports,
    result,
    invalid,
    at,
    now,
    options,
  );
  const { kind } = read;
  const intake = addIntake(read.state.intake, {
    now,
    valid: recorded.length,
    invalid: invalid.map(({ value }) => faultOf(value)),
    oversized,
    isBacklog: kind === "backfill",
  });
  const state = {
    ...withRenames(read.state, result.renames, now),
    intake,
    // A pass that confirms another one sees the same seams.
    ...(pass.confirms === null && { seams: withSeam(seams, end, page.events, items, isNew) }),
  };
  const next = page.next?.href ?? null;
  const held = sum(result.held.values());
  const after = afterPage({ ...read, state }, {
    now,
    next,
    refusal: refusal ??
      (next !== null && (next === url || count.urls.has(next))
        ? fault("repeated_cursor", "restart", "the next page is one that has already been read")
        : undefined),
    events: items,
    reached: reachedBy(page.events),
    end: endOf(page.events, items, isNew) ?? end,
    held: sum(count.held.values()) + held,
    heldDates: result.heldAt.map((at) => at ?? NO_DATE),
    faults,
    counts: {
      recorded: recorded.length,
      twins: result.twins,
      duplicates: result.duplicates,
      renamed: result.renames.length,
      expired: result.expired,
      held,
      invalid: invalid.length,
      oversized: oversized.length,
      ...setOff,
      ...lateCounts(state, kind, recorded, now),
    },
    random,
  }, options);
  const inUse = passesInUse(after);
  // A pass that ends on its first page needs no row: most live passes do.
  if (inUse.includes(pass.id)) {
    const { held } = result;
    log.savePassPage({ pass: pass.id, page: pass.pages, url, seqs, held });
  } else if (pass.pages > 0 || pass.confirms !== null) {
    log.dropPasses(inUse);
  }
  return { state: after, seqs, held: result.held };
}

/** How far back a page goes that lists its newest event first; undefined for any other. */
function reachedBy(events: readonly UserEvent[]): number | undefined {
  const first = parseDate(events[0]?.date ?? "");
  const last = parseDate(events.at(-1)?.date ?? "");
  return first !== undefined && last !== undefined && last < first ? last : undefined;
}

/**
 * Events published after their time had been read; a backfill finds only old ones, so none counts.
 */
function lateCounts(
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
