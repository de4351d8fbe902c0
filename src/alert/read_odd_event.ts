import { deepJson, isDeeper } from "../stream/deep_json.ts";
import type { UserEvent } from "../thousandeyes/event/user_event.ts";
import { shortenToFit } from "./shorten.ts";

/** The members that hold text. */
const TEXTS = ["aid", "accountGroupName", "date", "event", "ipAddress", "uid", "user"] as const;

/** How many values are read of one member: a page is not larger. */
const MAX_VALUES = 1_000_000;

/**
 * Reads an item that is not a valid event as far as it can be read, so that rules see what is
 * there: nobody hides by being odd.
 *
 * A member that should hold text and holds a number, a list or an object becomes all the text in
 * it, at any depth. `resources` become a list, whatever they are: an object stands for a resource,
 * and its members for further ones, with their names as types. Everything else stays as it is.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readOddEvent } from "./read_odd_event.ts";
 *
 * const fields = readOddEvent({
 *   date: 1795341600,
 *   event: { code: 7, text: "Test deleted." },
 *   resources: { testName: "payments-api" },
 * });
 * assertEquals(fields.date, "1795341600");
 * assertEquals(fields.event, ["7", "Test deleted."]);
 * assertEquals(fields.resources, [
 *   { testName: "payments-api" },
 *   { type: "testName", name: "payments-api" },
 * ]);
 * ```
 *
 * @param item Any JSON object.
 * @returns What the rules see; a member that should hold text may hold a list of strings.
 */
export function readOddEvent(item: object): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...item };
  for (const name of TEXTS) {
    if (!Object.hasOwn(fields, name) || typeof fields[name] === "string") continue;
    const texts = textsIn(fields[name]);
    if (texts.length === 0) delete fields[name];
    else fields[name] = texts.length === 1 ? texts[0] : texts;
  }
  if (Object.hasOwn(fields, "resources")) fields["resources"] = resourcesIn(fields["resources"]);
  return fields;
}

/** How much an alert shows of an item that is not a valid event, in UTF-16 units and levels. */
const MAX_ALERT_LENGTH = 65_536;
const MAX_ALERT_DEPTH = 64;

/**
 * An item that is not a valid event as an alert shows it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { alertedForm } from "./read_odd_event.ts";
 *
 * assertEquals(alertedForm({ date: 1795341600 }) as unknown, { date: 1795341600 });
 * ```
 *
 * @param item The item.
 * @returns The item as it was sent, cut if it is too large or too deep; its members may have any
 *   type.
 */
export function alertedForm(item: object): UserEvent {
  const isSmall = (value: unknown) =>
    !isDeeper(value, MAX_ALERT_DEPTH) && deepJson(value).length <= MAX_ALERT_LENGTH;
  return (isSmall(item) ? item : shortenToFit(item, isSmall) ?? {}) as UserEvent;
}

/** Whether an item is an object, which rules can be run on. */
export function isObject(item: unknown): item is object {
  return typeof item === "object" && item !== null && !Array.isArray(item);
}

/**
 * All the text in a value, numbers and booleans included, in order.
 *
 * @param value Any JSON value, at any depth.
 * @returns The texts.
 */
export function textsIn(value: unknown): string[] {
  const texts: string[] = [];
  const open: unknown[] = [value]; // not recursively: it may be nested deeper than the stack allows
  while (open.length > 0 && texts.length < MAX_VALUES) {
    const next = open.pop();
    if (typeof next === "string") texts.push(next);
    else if (typeof next === "number" || typeof next === "boolean") texts.push(String(next));
    else if (typeof next === "object" && next !== null) {
      const members = Object.values(next);
      for (let index = members.length - 1; index >= 0; index--) open.push(members[index]);
    }
  }
  return texts;
}

function resourcesIn(value: unknown): UserEvent["resources"] {
  const resources: Record<string, unknown>[] = [];
  const open: unknown[] = [value];
  while (open.length > 0 && resources.length < MAX_VALUES) {
    const next = open.pop();
    if (Array.isArray(next)) {
      for (let index = next.length - 1; index >= 0; index--) open.push(next[index]);
    } else if (isObject(next)) resources.push(...resourcesOf({ ...next }));
    else if (next !== null) resources.push({ name: String(next) });
  }
  return resources;
}

function resourcesOf(object: Record<string, unknown>): Record<string, unknown>[] {
  const { type, name, ...others } = object;
  const resource = {
    ...others,
    ...(type !== undefined && { type: textsIn(type) }),
    ...(name !== undefined && { name: textsIn(name) }),
  };
  const further = Object.entries(others).flatMap(([type, value]) =>
    textsIn(value).map((name) => ({ type, name }))
  );
  return [resource, ...further];
}
