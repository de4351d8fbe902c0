import type { Log } from "../../store/log.ts";
import type { RecordedEvent } from "../../store/record_events.ts";
import {
  addCounts,
  type CollectorCounts,
  type CountsToAdd,
  noCounts,
} from "../collector/counts.ts";
import type { Failure } from "../collector/failure.ts";
import { addTo, type Episode, type Intake } from "../collector/intake.ts";

/** What is remembered about pushes. It is no part of the collector's state: the two interleave. */
export interface PushState {
  /** Since when pushes are expected, in milliseconds since the Unix epoch. */
  readonly since: number;
  /** When the latest came; null if none has. */
  readonly lastAt: number | null;
  /**
   * When polling first recorded an event from after the latest push, likewise; null if it has not.
   */
  readonly missedSince: number | null;
  /** How many requests were taken. */
  readonly requests: number;
  /** How many requests were refused for good, so that their sender has dropped them. */
  readonly refusals: number;
  /** How many pushed events polling has not shown. */
  readonly unconfirmed: number;
  /** What has been counted. */
  readonly counts: CollectorCounts;
  /** What came lately. */
  readonly intake?: Intake | undefined;
  /** Requests that were refused for good. */
  readonly refused?: Episode | undefined;
  /** Pushed events that polling should have shown, and has not. */
  readonly unseen?: Episode | undefined;
  /** Rules that failed on pushed events. */
  readonly failure?: Failure | undefined;
  /** Some of the pushed events that polling has not shown yet, oldest first. */
  readonly waiting: readonly Waiting[];
}

/** A pushed event that polling has not shown yet. */
interface Waiting {
  /** Its row. */
  readonly seq: number;
  /** Its date, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** When it was pushed, likewise. */
  readonly pushedAt: number;
}

/** What a push has changed. */
export interface Pushed {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** The events that were new. */
  readonly recorded: readonly Pick<RecordedEvent, "seq" | "at">[];
  /** What was counted. */
  readonly counts: CountsToAdd;
  /** What came lately, this push included. */
  readonly intake: Intake | undefined;
  /** Rules that failed. */
  readonly failure: Failure | undefined;
}

/** What a page of a poll has shown. */
export interface Polled {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** The rows of its events. */
  readonly seqs: readonly number[];
  /** Those that are new. */
  readonly recorded: readonly Pick<RecordedEvent, "at">[];
  /** Up to when every event is known by polling, in milliseconds since the Unix epoch. */
  readonly completeUntil: number;
}

/** The name under which the log keeps it. */
const CHECKPOINT = "push";
/** How many events are followed until polling shows them: enough to notice that it never does. */
const MAX_WAITING = 200;
/**
 * How long polling may take to show a pushed event: the hourly sweep, which finds what was published
 * late, has run once.
 */
const CONFIRM_MS = 2 * 3_600_000;

/**
 * Reads what is remembered about pushes.
 *
 * @param log The log.
 * @param isPushed Whether pushes are expected.
 * @param now Milliseconds since the Unix epoch, from when on they are if they were not before.
 * @returns The state; undefined if no push has come and none is expected.
 */
export function readPush(log: Pick<Log, "checkpoint">, isPushed: true, now: number): PushState;
export function readPush(
  log: Pick<Log, "checkpoint">,
  isPushed: boolean,
  now: number,
): PushState | undefined;
export function readPush(
  log: Pick<Log, "checkpoint">,
  isPushed: boolean,
  now: number,
): PushState | undefined {
  return log.checkpoint<PushState>(CHECKPOINT) ?? (isPushed ? newPushState(now) : undefined);
}

/**
 * Saves it.
 *
 * @param log The log, in a transaction.
 * @param state The state.
 */
export function savePush(log: Pick<Log, "saveCheckpoint">, state: PushState): void {
  log.saveCheckpoint(CHECKPOINT, state);
}

/** The state before the first push. */
function newPushState(now: number): PushState {
  return {
    since: now,
    lastAt: null,
    missedSince: null,
    requests: 0,
    refusals: 0,
    unconfirmed: 0,
    counts: noCounts(),
    waiting: [],
  };
}

/**
 * The state after a push.
 *
 * @param state The state before it.
 * @param pushed What it has changed.
 */
export function afterPush(
  state: PushState,
  { now, recorded, counts, intake, failure }: Pushed,
): PushState {
  const room = MAX_WAITING - state.waiting.length;
  const waiting = recorded.flatMap(({ seq, at }) =>
    at === null ? [] : [{ seq, at, pushedAt: now }]
  );
  return {
    ...state,
    lastAt: now,
    missedSince: null,
    requests: state.requests + 1,
    counts: addCounts(state.counts, counts),
    intake,
    failure,
    waiting: [...state.waiting, ...waiting.slice(0, room)],
  };
}

/**
 * The state after a request was refused for good.
 *
 * @param state The state before it.
 * @param why Why, without content.
 * @param now Milliseconds since the Unix epoch.
 */
export function afterRefusal(state: PushState, why: string, now: number): PushState {
  return { ...state, refusals: state.refusals + 1, refused: addTo(state.refused, [why], now) };
}

/**
 * The state after a page of a poll: it confirms what was pushed, and shows what was not.
 *
 * @param state The state before it.
 * @param polled What the page has shown.
 * @returns The state; the same object if nothing has changed.
 */
export function afterPoll(
  state: PushState,
  { now, seqs, recorded, completeUntil }: Polled,
): PushState {
  const shown = new Set(state.waiting.length === 0 ? [] : seqs);
  const unseen: string[] = [];
  const waiting = state.waiting.filter(({ seq, at, pushedAt }) => {
    if (shown.has(seq)) return false;
    const isLate = at <= completeUntil && now > pushedAt + CONFIRM_MS;
    if (isLate) unseen.push("a pushed event");
    return !isLate;
  });
  const isMissed = recorded.some(({ at }) => at !== null && at > (state.lastAt ?? state.since));
  const missedSince = state.missedSince ?? (isMissed ? now : null);
  const isSame = waiting.length === state.waiting.length && missedSince === state.missedSince;
  return isSame ? state : {
    ...state,
    waiting,
    missedSince,
    unconfirmed: state.unconfirmed + unseen.length,
    unseen: addTo(state.unseen, unseen, now),
  };
}

/**
 * Notes what a page of a poll has shown, in the transaction that records it.
 *
 * @param log The log.
 * @param isPushed Whether pushes are expected.
 * @param polled What the page has shown.
 * @returns How many pushed events it has confirmed.
 */
export function notePolled(
  log: Pick<Log, "checkpoint" | "saveCheckpoint">,
  isPushed: boolean,
  polled: Polled,
): number {
  const known = log.checkpoint<PushState>(CHECKPOINT);
  const before = known ?? (isPushed ? newPushState(polled.now) : undefined);
  if (before === undefined) return 0;
  const after = afterPoll(before, polled);
  if (after !== known) savePush(log, after); // the first time, so that it is known since when
  const gone = before.waiting.length - after.waiting.length;
  return gone - (after.unconfirmed - before.unconfirmed);
}
