import type { CollectorState } from "./collector_state.ts";

/** The passes whose pages have to be kept: those in progress, and those that they confirm. */
export function passesInUse({ readings }: CollectorState): number[] {
  return Object.values(readings).flatMap(({ pass }) =>
    pass === null ? [] : pass.confirms === null ? [pass.id] : [pass.id, pass.confirms]
  );
}
