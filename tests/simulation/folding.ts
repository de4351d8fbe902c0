import { chanceOf } from "./chance.ts";
import type { Plan } from "./plan.ts";
import { LOGIN_FAILED, TEST_DELETED } from "./rules.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What the rules say about repeats, as `rules.ts` has it. */
const BY_RULE: Readonly<Record<string, { forMs: number; isByUser: boolean }>> = {
  [LOGIN_FAILED]: { forMs: 10 * MINUTE, isByUser: true },
  [TEST_DELETED]: { forMs: 40 * MINUTE, isByUser: false },
};

/** What holds for every other rule, by its level, unless the default is off. */
const BY_LEVEL: Readonly<Record<string, number>> = {
  informational: DAY,
  low: DAY,
  medium: HOUR,
  high: 15 * MINUTE,
  critical: 0,
};

/** What a seed decides about repeats. */
export interface Folding {
  /** Whether rules that say nothing fold by their level. */
  readonly isByDefault: boolean;
  /** How many windows may be open. */
  readonly maxWindows: number;
  /** The digest of each endpoint, in milliseconds. */
  readonly digestMs: readonly number[];
}

/** Decides what is folded in a run. */
export function foldingOf(seed: number): Folding {
  const chance = chanceOf(seed, "folding");
  return {
    isByDefault: chance.is(0.5),
    maxWindows: chance.pick([10_000, 10_000, 10_000, 3]),
    digestMs: Array.from({ length: 3 }, () => chance.pick([0, 0, 30 * MINUTE])),
  };
}

/** What the checker has to know of an alert to tell what it repeats. */
export interface FoldableAlert {
  readonly ruleId: string;
  readonly level: string;
  /** The event that it is about; null for an operational alert, which nothing folds. */
  readonly key: string | null;
  readonly user: string;
  /** The values of its group, if a correlation has found it. */
  readonly group?: readonly string[] | undefined;
}

/** For how long the repeats of an alert are folded, in milliseconds. */
export function foldMsOf({ ruleId, level, key }: FoldableAlert, { seed }: Plan): number {
  if (key === null) return 0;
  return BY_RULE[ruleId]?.forMs ?? (foldingOf(seed).isByDefault ? BY_LEVEL[level] ?? 0 : 0);
}

/** What it has in common with its repeats, as a message that counts them says it. */
export function foldGroupOf({ ruleId, user, group }: FoldableAlert): string {
  const isByUser = BY_RULE[ruleId]?.isByUser ?? true;
  const values = BY_RULE[ruleId] === undefined && group !== undefined
    ? group
    : isByUser
    ? [user]
    : [];
  return `${ruleId} of ${values.map((value) => value.slice(0, 200)).join(" and ")}`;
}
