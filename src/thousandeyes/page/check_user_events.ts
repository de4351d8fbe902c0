import * as v from "valibot";
import { fastGuard } from "../event/fast_guard.ts";
import { firstLines, oneLine } from "../../stream/plain_text.ts";
import type { InvalidUserEvent } from "./page.ts";
import { type UserEvent, UserEventSchema } from "../event/user_event.ts";

const isPlainUserEvent = fastGuard(UserEventSchema);

/** An event with thousands of faults needs no more than the first to be told from others. */
const MAX_ISSUES = 99;

/**
 * Sorts the events of a page into those that match `UserEventSchema` and those that do not.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { checkUserEvents } from "./check_user_events.ts";
 *
 * const { events, invalid } = checkUserEvents([{ aid: 75 }, { event: ["Login failed."] }]);
 * assertEquals(events, [{ aid: "75" }]);
 * assertEquals(invalid[0]?.issues, ["event: Invalid type: Expected string but received Array"]);
 * ```
 *
 * @param values What `JSON.parse()` made of `auditEvents`; the events among it may be used as they are.
 * @returns Both in the order of `values`.
 */
export function checkUserEvents(
  values: readonly unknown[],
): { events: UserEvent[]; invalid: InvalidUserEvent[] } {
  const events: UserEvent[] = [];
  const invalid: InvalidUserEvent[] = [];
  for (const value of values) {
    if (isPlainUserEvent(value)) {
      events.push(value as UserEvent);
      continue;
    }
    const result = v.safeParse(UserEventSchema, value);
    if (result.success) events.push(result.output);
    else invalid.push({ value, issues: linesOf(result.issues) });
  }
  return { events, invalid };
}

type Issues = NonNullable<v.SafeParseResult<typeof UserEventSchema>["issues"]>;

/** A message of valibot's quotes what it found: text that somebody in the organisation has chosen. */
function linesOf(issues: Issues): string[] {
  return firstLines(issues, MAX_ISSUES, (issue) => {
    const path = v.getDotPath(issue);
    return oneLine(path === null ? issue.message : `${path}: ${issue.message}`);
  });
}
