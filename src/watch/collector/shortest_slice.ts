/** The shortest range that is asked for in one slice, in milliseconds: the API counts in whole seconds. */
export const SHORTEST_SLICE_MS = 1_000;
