import { chanceOf } from "./chance.ts";
import { type Episode, episodesOf, metAt } from "./episodes.ts";
import type { FaultKind } from "./fault_kinds.ts";
import { MINUTE, type Plan } from "./plan.ts";

const FAULTS = {
  "errors": ["401", "403", "404", "429", "500", "502", "503", "302", "400"],
  "cuts": ["no-answer", "broken", "json-cut", "not-json", "wrong-shape"],
  "links": [
    "repeated-link",
    "foreign-link",
    "templated-link",
    "malformed-link",
    "odd-links",
    "endless",
    "first-again",
  ],
  "cursors": ["400-cursor", "410-cursor", "404-cursor"],
  "lies": ["short", "hidden"],
  "drift": ["drift"],
} as const satisfies Partial<Record<FaultKind, readonly string[]>>;

/** What the API gets wrong in one request. */
export type ApiFault = typeof FAULTS[keyof typeof FAULTS][number];

/** Decides when the API gets something wrong. */
export class ApiFaults {
  readonly #chance;
  readonly #episodes: Episode<ApiFault>[] = [];
  readonly #now: () => number;

  /**
   * @param plan What may go wrong, and when.
   * @param now The true time.
   */
  constructor(plan: Plan, now: () => number) {
    this.#now = now;
    this.#chance = chanceOf(plan.seed, "api faults");
    for (const [kind, names] of Object.entries(FAULTS)) {
      // Each kind has its own random stream, so that leaving one out does not change the others.
      const chance = chanceOf(plan.seed, `episodes of ${kind}`);
      const found = episodesOf(chance, names as readonly ApiFault[], plan, 3);
      if (plan.kinds.has(kind as FaultKind)) this.#episodes.push(...found.map(bounded));
    }
  }

  /** What goes wrong with a request that is made now. */
  met(): ApiFault | undefined {
    return metAt(this.#episodes, this.#now(), this.#chance);
  }

  /**
   * Whether some rows are hidden at a time, as by a replica that lags, or members have another
   * type.
   */
  isAt(name: "hidden" | "drift", time: number): boolean {
    return this.#episodes.some((one) => one.name === name && time >= one.from && time < one.to);
  }
}

/** Endless pages are requested by the hundred: a short episode of that is enough. */
function bounded(episode: Episode<ApiFault>): Episode<ApiFault> {
  const { name, from, to } = episode;
  return name === "endless" ? { ...episode, to: Math.min(to, from + 10 * MINUTE) } : episode;
}
