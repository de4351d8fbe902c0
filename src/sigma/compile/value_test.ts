import type { EventView } from "../match/event_view.ts";
import type { FieldSlot } from "../match/field_slot.ts";
import type { LinearRegex } from "../regex/linear_regex.ts";
import type { Network } from "./network.ts";
import type { Comparison } from "./work.ts";

/**
 * Something about a field without which a test cannot succeed; the index looks for these.
 * Texts are folded.
 */
export type Witness =
  /** The whole text of a member. */
  | { kind: "exact"; text: string }
  /** A part of the text of a member. */
  | { kind: "literal"; text: string }
  /** The beginning of the text of a member. */
  | { kind: "prefix"; text: string }
  /** The end of the text of a member. */
  | { kind: "suffix"; text: string }
  /** A member lies in a network. */
  | { kind: "network"; network: Network }
  /** A member is a number on the right side of a bound. */
  | { kind: "number"; comparison: Comparison; bound: number }
  /** A regular expression finds something in a member. */
  | { kind: "regex"; regex: LinearRegex }
  /** The field is there. */
  | { kind: "present" };

/** Any one of these is enough. */
export type Clause = readonly Witness[];

/** One value of an item, compiled. */
export interface ValueTest {
  /** The test in words, for explanations. */
  readonly says: string;
  /** What the index may look for: each clause has a witness in every event that passes the test. */
  readonly needs: readonly Clause[];
  /**
   * Looks for a member that fits.
   *
   * @returns Its place in the slot; -1 when none fits.
   */
  find(slot: FieldSlot, view: EventView): number;
}
