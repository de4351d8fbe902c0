import type { Restoring } from "../store/backup/restore_part.ts";
import type { StoredSilence } from "../store/silence_table.ts";
import type { UndeliveredCount } from "../store/outbox_table.ts";
import { CLOCK_FAR_OFF_MS, CLOCK_OFF_MS, clockDifference } from "./collector/api_clock.ts";
import { type Failure, MATCH_FAILED } from "./collector/failure.ts";
import { invalidNow, isQuiet, oversizedNow } from "./collector/intake.ts";
import { skippedRanges } from "./collector/skipped_ranges.ts";
import type { CollectorState } from "./collector/state.ts";
import type { PushState } from "./push/push_state.ts";
import { type Reason, reason, type ReasonCode, REASONS } from "./reasons.ts";
import type { WatchOptions } from "./watch_options.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Reading is behind by more than so many milliseconds and so many polls. */
const BEHIND = { yellow: { ms: 5 * MINUTE, polls: 3 }, red: { ms: 15 * MINUTE, polls: 10 } };
/** A live reading with so many events explains that it takes long, ... */
const MANY_EVENTS = 10_000;
/** ... as long as no more than this passes without a page, in milliseconds. */
const STALLED_MS = 2 * MINUTE;
/** How long nothing of the backlog may be read before that is told. */
const BACKLOG_STUCK_MS = HOUR;

/**
 * What the state of the collector means for the health.
 *
 * @param state The state.
 * @param now Milliseconds since the Unix epoch.
 * @param options How often, and after how many failures.
 * @returns The reasons.
 */
export function collectorReasons(
  state: CollectorState,
  now: number,
  options: Pick<WatchOptions, "alertAfter" | "pollMs" | "catchUpMs">,
): Reason[] {
  // A skipped range has its own reason; another failed try adds nothing to it.
  const { skipped: _, ...failures } = state.failures;
  return [
    ...Object.entries(failures).map(([of, failure]) => failureReason(of, failure, options)),
    ...intakeReasons(state, now),
    ...clockReasons(state, now),
    ...progressReasons(state, now, options),
  ];
}

/**
 * The reasons among them that have lasted long enough for an operational alert.
 *
 * @param state The state.
 * @param now Milliseconds since the Unix epoch.
 * @param options How often, and after how many failures.
 * @returns The reasons.
 */
export function lastingReasons(
  state: CollectorState,
  now: number,
  options: Pick<WatchOptions, "alertAfter" | "pollMs" | "catchUpMs">,
): Reason[] {
  const failures = Object.fromEntries(
    Object.entries(state.failures).filter(([, { code, count }]) =>
      count >= options.alertAfter || code === MATCH_FAILED
    ),
  );
  return collectorReasons({ ...state, failures }, now, options);
}

/**
 * The reason that describes a failure.
 *
 * @param of What fails.
 * @param failure The failures in a row.
 * @param options After how many failures it needs attention.
 * @returns The reason.
 */
export function failureReason(
  of: string,
  { code, message, since, count, remedy }: Failure,
  { alertAfter }: Pick<WatchOptions, "alertAfter">,
): Reason {
  const known = Object.hasOwn(REASONS, code) ? code as ReasonCode : "unexpected_status";
  // The first failure may be a slip; the next try comes soon and will tell.
  const needsAttention = remedy === "slow"
    ? count > 1
    : remedy !== "throttle" && count >= alertAfter;
  const severity = needsAttention ? "red" : "yellow";
  const times = count > 1 ? ` (${count} times)` : "";
  return reason(known, { severity, about: of, message: `${message}${times}.`, since });
}

/** How long polling alone may find events before that is told, in milliseconds. */
const PUSH_SILENT_MS = 15 * MINUTE;

/**
 * What pushes mean for the health. Polling finds what they miss, so they never turn it red, except
 * for what only they have shown.
 *
 * @param state What is remembered about them; undefined if none is expected.
 * @param isPushed Whether a token may push events.
 * @param now Milliseconds since the Unix epoch.
 * @param options After how many failures.
 * @returns The reasons.
 */
export function pushReasons(
  state: PushState | undefined,
  isPushed: boolean,
  now: number,
  options: Pick<WatchOptions, "alertAfter">,
): Reason[] {
  if (state === undefined) return [];
  const { lastAt, missedSince, refused, unseen, failure } = state;
  return [
    ...intakeReasons(state, now, PUSH),
    ...(failure === undefined ? [] : [failureReason(PUSH, failure, options)]),
    ...(isPushed && missedSince !== null && now > missedSince + PUSH_SILENT_MS
      ? [reason("push_silent", {
        message: lastAt === null
          ? "A token may push events, but none has been pushed; only polling finds events."
          : `Nothing has been pushed since ${iso(lastAt)}; polling finds later events.`,
        since: missedSince,
      })]
      : []),
    ...(refused === undefined || isQuiet(refused, now) ? [] : [reason("push_refused", {
      message: `Pushed requests refused: ${refused.count}; the first: ${refused.found}.`,
      since: refused.since,
    })]),
    ...(unseen === undefined || isQuiet(unseen, now) ? [] : [reason("push_unconfirmed", {
      message: `Pushed events that the API did not return for their time: ${unseen.count}.`,
      since: unseen.since,
    })]),
  ];
}

/** What reasons about pushes are about. */
const PUSH = "push";

function intakeReasons(
  { intake }: Pick<CollectorState, "intake">,
  now: number,
  about?: string,
): Reason[] {
  const invalid = invalidNow(intake, now);
  const oversized = oversizedNow(intake, now);
  return [
    ...(invalid === undefined ? [] : [reason("invalid_events", {
      severity: invalid.isMost ? "red" : "yellow",
      about,
      message: `Invalid events: ${invalid.count}; the first: ${invalid.found}.`,
      since: invalid.since,
    })]),
    ...(oversized === undefined ? [] : [reason("oversized_event", {
      about,
      message:
        `Events too large to be recorded whole: ${oversized.count}; the first: ${oversized.found}.`,
      since: oversized.since,
    })]),
  ];
}

function clockReasons(state: CollectorState, now: number): Reason[] {
  const difference = clockDifference(state);
  if (difference === null || Math.abs(difference) <= CLOCK_OFF_MS) return [];
  const seconds = Math.round(Math.abs(difference) / 1_000);
  const behind = difference > 0 ? "behind" : "ahead of";
  return [reason("clock_off", {
    severity: Math.abs(difference) > CLOCK_FAR_OFF_MS ? "red" : "yellow",
    message: `The clock of this service is ${seconds} s ${behind} the API's.`,
    since: state.apiClock?.offSince ?? state.requests.toldAt ?? now,
  })];
}

function progressReasons(
  state: CollectorState,
  now: number,
  { pollMs, catchUpMs }: Pick<WatchOptions, "pollMs" | "catchUpMs">,
): Reason[] {
  const { lowWater, backlog, readings, intake, liveSince } = state;
  const found: Reason[] = [];
  const lag = now - lowWater;
  const isBeyond = ({ ms, polls }: { ms: number; polls: number }) =>
    lag > Math.max(ms, polls * pollMs);
  const { live } = readings;
  const isCatchingUp = live !== undefined && (live.events ?? 0) >= MANY_EVENTS &&
    lag <= catchUpMs && now <= state.lastNow + STALLED_MS;
  if (isCatchingUp && isBeyond(BEHIND.yellow)) {
    found.push(reason("catching_up", {
      message: `${live.events} events from ${iso(live.from)} on have been read and more follow; ` +
        `new events are ${Math.round(lag / MINUTE)} minutes late meanwhile.`,
      since: live.startedAt,
    }));
  } else if (isBeyond(BEHIND.yellow)) {
    found.push(reason("behind", {
      severity: isBeyond(BEHIND.red) ? "red" : "yellow",
      message: `The activity log has been read up to ${Math.round(lag / MINUTE)} minutes ago.`,
      since: lowWater,
    }));
  }
  const skipped = skippedRanges(state);
  if (skipped.length > 0) {
    found.push(reason("skipped_range", {
      message: `Time ranges that could not be read and were skipped: ${skipped.length}.`,
      since: skipped[0]!.from,
    }));
  }
  if (readings.backfill !== undefined || backlog.length > 0) {
    const readAt = Math.max(intake?.backlogReadAt ?? 0, liveSince);
    found.push(
      now > readAt + BACKLOG_STUCK_MS
        ? reason("backlog_stuck", { since: readAt })
        : reason("backfilling", { since: liveSince }),
    );
  }
  return found;
}

/**
 * Says that a backup is being restored.
 *
 * @param restoring How far it is; undefined if none is.
 * @returns The reason, if so.
 */
export function restoringReasons(restoring: Restoring | undefined): Reason[] {
  if (restoring === undefined) return [];
  const { part, since, header } = restoring;
  const message = `A backup of ${header.startedAt} is being restored; parts so far: ${part}.`;
  return [reason("restoring", { message, since })];
}

/**
 * What messages that were given up mean for the health.
 *
 * @param outbox What is not delivered.
 * @returns The reason; none if there is no such message.
 */
export function deadLetterReasons({ dead }: Pick<UndeliveredCount, "dead">): Reason[] {
  if (dead === undefined) return [];
  const message = `Messages given up: ${dead.count}.`;
  return [reason("dead_letters", { message, since: dead.since })];
}

/**
 * What silences mean for the health: they are intended, so they are only worth knowing.
 *
 * @param silences Those that have not ended.
 * @returns The reason; none if there is no silence.
 */
export function silenceReasons(silences: readonly StoredSilence[]): Reason[] {
  const [first] = silences;
  if (first === undefined) return [];
  const widest = silences.reduce((a, b) => b.heldBack > a.heldBack ? b : a);
  const held = silences.reduce((sum, { heldBack }) => sum + heldBack, 0);
  return [reason("silenced", {
    message: `Silences: ${silences.length}; messages held back: ${held}, ` +
      `most of them (${widest.heldBack}) by the silence ${widest.id} of ${widest.by}.`,
    since: Date.parse(first.createdAt),
  })];
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
