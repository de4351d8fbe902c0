import type { Pass, Range } from "./state.ts";

/** A pass over a range that has not read its first page. */
export function freshPass(id: number, { from, to }: Range): Pass {
  return {
    id,
    from,
    to,
    url: null,
    pages: 0,
    events: 0,
    empty: 0,
    confirms: null,
    round: 0,
    dates: [],
  };
}
