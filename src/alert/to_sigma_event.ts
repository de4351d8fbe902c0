/**
 * An event as Sigma rules see it. Only `toSigmaEvent()` makes one, so that nothing but derived values
 * can be under the names of derived fields.
 */
export interface SigmaEvent extends Readonly<Record<string, unknown>> {
  /** Never there: it keeps the compiler from taking another object for one. */
  readonly "made by toSigmaEvent()": never;
}

/**
 * The event as Sigma rules see it: its members as they are, and two fields derived from the display
 * form of `user`, under literal names with a dot: `user.name` and `user.email`.
 *
 * Users choose their display names, which may contain brackets; so the address is what the last
 * pair of brackets holds, at the very end.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { toSigmaEvent } from "./to_sigma_event.ts";
 *
 * const fields = toSigmaEvent({ user: "Ada (admin@example.com) (ada@example.org)" });
 * assertEquals(fields["user.name"], "Ada (admin@example.com)");
 * assertEquals(fields["user.email"], "ada@example.org");
 * ```
 *
 * @param event The event, or what `readOddEvent()` makes of an item that is not a valid one; it is not
 *   changed.
 * @returns A shallow copy with the derived fields; one that `user` has no part for is absent.
 */
export function toSigmaEvent(event: Readonly<Record<string, unknown>>): SigmaEvent {
  const fields: Record<string, unknown> = { ...event };
  // Under these names only derived values can be trusted. Deleting a missing member would take time
  // too.
  if ("user.name" in event) delete fields["user.name"];
  if ("user.email" in event) delete fields["user.email"];
  const { user } = event;
  if (typeof user === "string") {
    const { name, email } = partsOf(user);
    if (name !== "") fields["user.name"] = name;
    if (email !== "") fields["user.email"] = email;
  } else if (Array.isArray(user)) {
    const parts = user.filter((text) => typeof text === "string").map(partsOf);
    fields["user.name"] = parts.map(({ name }) => name).filter((name) => name !== "");
    fields["user.email"] = parts.map(({ email }) => email).filter((email) => email !== "");
  }
  return fields as unknown as SigmaEvent;
}

function partsOf(user: string): { name: string; email: string } {
  const text = user.trim();
  const open = text.endsWith(")") ? text.lastIndexOf("(") : -1;
  const email = open >= 0 ? text.slice(open + 1, -1).trim() : isAddress(text) ? text : "";
  const name = open >= 0 ? text.slice(0, open).trim() : isAddress(text) ? "" : text;
  return { name, email };
}

function isAddress(text: string): boolean {
  return text.includes("@") && !text.includes(" ");
}
