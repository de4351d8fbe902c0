import type { EventView } from "../match/event_view.ts";
import type { FieldSlot } from "../match/field_slot.ts";
import type { LinearRegex } from "../regex/linear_regex.ts";
import type { Network } from "./network.ts";
import type { Comparison } from "./work.ts";

/**
 * Something that a field must have for a test to succeed; the index looks for these.
 * Strings are folded.
 */
export type Witness =
  /** A member equals it. */
  | { kind: "exact"; text: string }
  /** A member contains it. */
  | { kind: "literal"; text: string }
  /** A member starts with it. */
  | { kind: "prefix"; text: string }
  /** A member ends with it. */
  | { kind: "suffix"; text: string }
  /** A member is an address in a network. */
  | { kind: "network"; network: Network }
  /** A member is a number on the right side of a bound. */
  | { kind: "number"; comparison: Comparison; bound: number }
  /** A regular expression matches a member. */
  | { kind: "regex"; regex: LinearRegex }
  /** The field exists. */
  | { kind: "present" };

/** Witnesses of which any one is enough. */
export type Clause = readonly Witness[];

/** One value of an item, compiled. */
export interface ValueTest {
  /** The test in words, for explanations. */
  readonly says: string;
  /** What the index may look for: every event that passes has a witness from each clause. */
  readonly needs: readonly Clause[];
  /**
   * Finds a member that passes the test.
   *
   * @returns Its index in the slot; -1 if none passes.
   */
  find(slot: FieldSlot, view: EventView): number;
}
