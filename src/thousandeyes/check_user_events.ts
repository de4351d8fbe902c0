import * as v from "valibot";
import { fastGuard } from "./fast_guard.ts";
import type { InvalidUserEvent } from "./page.ts";
import { type UserEvent, UserEventSchema } from "./user_event.ts";

const isPlainUserEvent = fastGuard(UserEventSchema);

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
    else invalid.push({ value, issues: result.issues.map(lineOf) });
  }
  return { events, invalid };
}

function lineOf(issue: Parameters<typeof v.getDotPath>[0]): string {
  const path = v.getDotPath(issue);
  return path === null ? issue.message : `${path}: ${issue.message}`;
}
