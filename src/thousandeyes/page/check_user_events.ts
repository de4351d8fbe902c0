import * as v from "valibot";
import { fastGuard } from "../event/fast_guard.ts";
import { firstLines, oneLine } from "../../stream/plain_text.ts";
import type { InvalidUserEvent } from "./page.ts";
import { type UserEvent, UserEventSchema } from "../event/user_event.ts";

const isPlainUserEvent = fastGuard(UserEventSchema);

/** The maximum number of issues listed for one event; the first ones identify it. */
const MAX_ISSUES = 99;

/**
 * Separates the events of a page that match `UserEventSchema` from those that do not.
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
 * @param values `auditEvents` as `JSON.parse()` returns it; valid events in it are used as they
 * are.
 * @returns Both, in the order of `values`.
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

/** Messages of valibot quote the input: text that somebody in the organisation chose. */
function linesOf(issues: Issues): string[] {
  return firstLines(issues, MAX_ISSUES, (issue) => {
    const path = v.getDotPath(issue);
    return oneLine(path === null ? issue.message : `${path}: ${issue.message}`);
  });
}
