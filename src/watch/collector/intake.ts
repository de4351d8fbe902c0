/** What came lately, and what of it was not as expected. */
export interface Intake {
  /** What came within an hour before the latest item, in steps, oldest first. */
  readonly steps: readonly IntakeStep[];
  /** Items that are not valid events; absent if there were none lately. */
  readonly invalid?: Episode | undefined;
  /** Events that are too large for a row; absent if there were none lately. */
  readonly oversized?: Episode | undefined;
  /** When a page of the backlog was last read, in milliseconds since the Unix epoch. */
  readonly backlogReadAt?: number | undefined;
}

/** How much came within a few minutes. */
interface IntakeStep {
  /** When they began, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** New events. */
  readonly valid: number;
  /** New items that are not valid events. */
  readonly invalid: number;
}

/** Something odd that has come once or more, without a long pause. */
export interface Episode {
  /** When the first came, in milliseconds since the Unix epoch. */
  readonly since: number;
  /** When the latest came. */
  readonly lastAt: number;
  /** How many. */
  readonly count: number;
  /** What the first was: paths, types and sizes, never content. */
  readonly found: string;
}

/** What a page or a push has added. */
export interface PageIntake {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** New events. */
  readonly valid: number;
  /** What is wrong with each new item that is not a valid event. */
  readonly invalid: readonly string[];
  /** What is odd about each new event that is too large for a row. */
  readonly oversized: readonly string[];
  /** Whether the page belongs to the backlog. */
  readonly isBacklog: boolean;
}

/** How long something odd stays visible after it last came, in milliseconds. */
const INTAKE_SHOWN_MS = 3_600_000;
/** The length of a step, in milliseconds. */
const INTAKE_STEP_MS = 300_000;

/**
 * Adds a page.
 *
 * @param before What came before.
 * @param page What the page has added.
 * @returns What came lately.
 */
export function addIntake(before: Intake | undefined, page: PageIntake): Intake | undefined {
  const { now, valid, isBacklog } = page;
  const invalid = page.invalid.length;
  if (valid + invalid + page.oversized.length === 0 && !isBacklog) return before;
  const last = before?.steps.at(-1);
  const isSame = last !== undefined && now < last.at + INTAKE_STEP_MS && now >= last.at;
  const step = isSame
    ? { at: last.at, valid: last.valid + valid, invalid: last.invalid + invalid }
    : { at: now, valid, invalid };
  const earlier = (before?.steps ?? []).slice(0, isSame ? -1 : undefined)
    .filter(({ at }) => at > now - INTAKE_SHOWN_MS && at <= now);
  const isOver = valid > 0 && isQuiet(before?.invalid, now);
  return {
    steps: [...earlier, step],
    invalid: addTo(isOver ? undefined : before?.invalid, page.invalid, now),
    oversized: addTo(before?.oversized, page.oversized, now),
    backlogReadAt: isBacklog ? now : before?.backlogReadAt,
  };
}

/**
 * Adds to something odd.
 *
 * @param before What came before.
 * @param more What each new one is, without content.
 * @param now Milliseconds since the Unix epoch.
 * @returns The episode; undefined if there is none.
 */
export function addTo(
  before: Episode | undefined,
  more: readonly string[],
  now: number,
): Episode | undefined {
  const [found] = more;
  if (found === undefined) return before;
  const same = isQuiet(before, now) ? undefined : before;
  return {
    since: same?.since ?? now,
    lastAt: now,
    count: (same?.count ?? 0) + more.length,
    found: same?.found ?? found,
  };
}

/**
 * Whether nothing of the kind has come for an hour.
 *
 * @param episode What came.
 * @param now Milliseconds since the Unix epoch.
 */
export function isQuiet(episode: Episode | undefined, now: number): boolean {
  return episode === undefined || now > episode.lastAt + INTAKE_SHOWN_MS || now < episode.since;
}

/**
 * What came lately, for a clock that was set back: no time in it is in the future.
 *
 * @param intake What came lately.
 * @param now Milliseconds since the Unix epoch.
 * @returns The same, at times that are not after now.
 */
export function intakeUntil(
  { steps, invalid, oversized, backlogReadAt }: Intake,
  now: number,
): Intake {
  const episodeUntil = (episode: Episode | undefined) =>
    episode && {
      ...episode,
      since: Math.min(episode.since, now),
      lastAt: Math.min(episode.lastAt, now),
    };
  return {
    steps: steps.map((step) => ({ ...step, at: Math.min(step.at, now) })),
    invalid: episodeUntil(invalid),
    oversized: episodeUntil(oversized),
    backlogReadAt: backlogReadAt === undefined ? undefined : Math.min(backlogReadAt, now),
  };
}

/**
 * The items that are not valid events, as long as they matter: for an hour after the latest, and
 * after that until something valid has come, which alone shows that the API sends valid events.
 *
 * @param intake What came lately.
 * @param now Milliseconds since the Unix epoch.
 * @returns The episode, and whether they are most of what came; undefined if all is well.
 */
export function invalidNow(
  intake: Intake | undefined,
  now: number,
): (Episode & { readonly isMost: boolean }) | undefined {
  const { invalid, steps = [] } = intake ?? {};
  if (invalid === undefined) return undefined;
  const isFollowed = steps.some(({ at, valid }) => at > invalid.lastAt && valid > 0);
  if (isFollowed && isQuiet(invalid, now)) return undefined;
  const sum = (member: "valid" | "invalid") => steps.reduce((n, step) => n + step[member], 0);
  return { ...invalid, isMost: sum("invalid") > sum("valid") };
}

/**
 * The events that are too large for a row, for an hour after the latest.
 *
 * @param intake What came lately.
 * @param now Milliseconds since the Unix epoch.
 * @returns The episode; undefined if there is none.
 */
export function oversizedNow(intake: Intake | undefined, now: number): Episode | undefined {
  const { oversized } = intake ?? {};
  return isQuiet(oversized, now) ? undefined : oversized;
}
