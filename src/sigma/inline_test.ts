import type { JsonValue } from "./sigma_rule.ts";

/** The result of one inline test. */
export interface InlineTestResult {
  /** What the test shows, or its number if it has no name. */
  name: string;
  /** Whether the rule does what the test says. */
  passed: boolean;
  /** Why it failed: one sentence without a full stop. */
  message?: string;
  /** The events for which the rule does otherwise; empty if only their number is wrong. */
  events: unknown[];
}

/** How to run inline tests. */
export interface InlineTestOptions {
  /** Lists for the modifier `expand`, by the name of the placeholder. */
  placeholders?: Readonly<Record<string, readonly string[]>>;
  /** Prepares events before rules see them, such as deriving fields; nothing by default. */
  toEvent?: (event: unknown) => unknown;
}

/**
 * Reads the value lists that a test has for itself.
 *
 * @param placeholders The member `placeholders` of the test.
 * @returns The lists, none if there is no such member; or what is wrong with it.
 */
export function listsOf(
  placeholders: JsonValue | undefined,
): Readonly<Record<string, readonly string[]>> | string {
  if (placeholders === undefined) return {};
  const isMap = typeof placeholders === "object" && placeholders !== null &&
    !Array.isArray(placeholders);
  const lists = isMap ? Object.entries(placeholders) : [];
  const isRight = lists.every(([, list]) =>
    Array.isArray(list) && list.every((each) => typeof each === "string")
  );
  if (!isMap || !isRight) return "'placeholders' must be a map of lists of strings";
  return Object.fromEntries(lists) as Record<string, string[]>;
}
