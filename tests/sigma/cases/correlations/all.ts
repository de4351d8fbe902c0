import { CHAINS } from "./chains.ts";
import type { CorrelationCase } from "./correlation_case.ts";
import { ERRORS } from "./errors.ts";
import { EVENT_COUNT } from "./event_count.ts";
import { GROUPS } from "./groups.ts";
import { NUMBERS } from "./numbers.ts";
import { TEMPORAL, TEMPORAL_ORDERED } from "./temporal.ts";
import { VALUE_COUNT } from "./value_count.ts";
import { WINDOWS } from "./windows.ts";

/** Every case of correlations, by family. */
export const CORRELATION_CASES: Readonly<Record<string, readonly CorrelationCase[]>> = {
  event_count: EVENT_COUNT,
  value_count: VALUE_COUNT,
  temporal: TEMPORAL,
  temporal_ordered: TEMPORAL_ORDERED,
  numbers: NUMBERS,
  groups: GROUPS,
  chains: CHAINS,
  windows: WINDOWS,
  errors: ERRORS,
};
