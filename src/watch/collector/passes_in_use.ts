import type { CollectorState } from "./state.ts";

/** The passes whose pages have to be kept: those in progress, and those that they confirm. */
export function passesInUse({ readings }: CollectorState): number[] {
  const ids = Object.values(readings).flatMap(({ pass, checks }) => [
    pass?.id,
    pass?.confirms,
    checks?.pass,
  ]);
  return [...new Set(ids.filter((id) => id !== undefined && id !== null))];
}
