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

/**
 * Says what is wrong with an item that is not a valid event, without anything of its content: the
 * path of the first invalid member and the type of what is there.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { faultOf } from "./check_user_events.ts";
 *
 * assertEquals(faultOf({ date: 1795341600 }), "date is a number");
 * assertEquals(faultOf({ resources: [{ name: {} }] }), "resources.0.name is an object");
 * assertEquals(faultOf(7), "an item is a number");
 * ```
 *
 * @param value The item.
 * @returns A few words.
 */
export function faultOf(value: unknown): string {
  const [issue] = v.safeParse(UserEventSchema, value).issues ?? [];
  if (issue === undefined) return "an item is invalid";
  return `${v.getDotPath(issue) ?? "an item"} is ${typeName(issue.input)}`;
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
}

type Issues = NonNullable<v.SafeParseResult<typeof UserEventSchema>["issues"]>;

/** Messages of valibot quote the input: text that somebody in the organisation chose. */
function linesOf(issues: Issues): string[] {
  return firstLines(issues, MAX_ISSUES, (issue) => {
    const path = v.getDotPath(issue);
    return oneLine(path === null ? issue.message : `${path}: ${issue.message}`);
  });
}
