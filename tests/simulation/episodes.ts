import type { Chance } from "./chance.ts";
import { MINUTE } from "./plan.ts";

/** A period in which something goes wrong, in true time. */
export interface Episode<Name extends string> {
  readonly from: number;
  readonly to: number;
  readonly name: Name;
  /** The share of requests that it affects, in (0, 1]. */
  readonly share: number;
}

/**
 * Spreads episodes over a period.
 *
 * @param chance Decides everything.
 * @param names What may go wrong.
 * @param range The period.
 * @param max How many at most.
 */
export function episodesOf<Name extends string>(
  chance: Chance,
  names: readonly Name[],
  { start, calm }: { start: number; calm: number },
  max: number,
): Episode<Name>[] {
  if (names.length === 0) return [];
  return Array.from({ length: chance.int(1, max) }, () => {
    const from = chance.int(start, calm);
    // Mostly short: a fault of hours is only retried every few minutes, and shows little that is
    // new.
    const mean = chance.is(0.15) ? (calm - start) / 8 : Math.min((calm - start) / 8, 15 * MINUTE);
    const to = Math.min(calm, from + chance.about(mean));
    return { from, to, name: chance.pick(names), share: chance.pick([1, 1, 0.5, 0.1]) };
  });
}

/** What goes wrong with one request, if anything does. */
export function metAt<Name extends string>(
  episodes: readonly Episode<Name>[],
  now: number,
  chance: Chance,
): Name | undefined {
  for (const { from, to, name, share } of episodes) {
    if (now >= from && now < to && chance.is(share)) return name;
  }
  return undefined;
}
