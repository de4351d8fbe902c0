import type { UserEvent } from "./event/user_event.ts";

/**
 * What Sigma rules see of an event: its members as they are, and two fields derived from the display form
 * of `user`, under literal names with a dot: `user.name` and `user.email`.
 *
 * A display name may hold brackets itself, and its owner chooses it; so the address is what stands in the
 * last pair of brackets, at the very end.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { toSigmaEvent } from "./user_event_fields.ts";
 *
 * const fields = toSigmaEvent({ user: "Ada (admin@example.com) (ada@example.org)" });
 * assertEquals(fields["user.name"], "Ada (admin@example.com)");
 * assertEquals(fields["user.email"], "ada@example.org");
 * ```
 *
 * @param event The event; it is not changed.
 * @returns A shallow copy with the derived fields, each absent if `user` has no such part.
 */
export function toSigmaEvent(event: UserEvent): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...event };
  // Only the derived ones are to be trusted under these names; to delete what is not there takes time as well.
  if ("user.name" in event) delete fields["user.name"];
  if ("user.email" in event) delete fields["user.email"];
  const { user } = event;
  if (user === undefined) return fields;
  const text = user.trim();
  const open = text.endsWith(")") ? text.lastIndexOf("(") : -1;
  const email = open >= 0 ? text.slice(open + 1, -1).trim() : isAddress(text) ? text : "";
  const name = open >= 0 ? text.slice(0, open).trim() : isAddress(text) ? "" : text;
  if (name !== "") fields["user.name"] = name;
  if (email !== "") fields["user.email"] = email;
  return fields;
}

function isAddress(text: string): boolean {
  return text.includes("@") && !text.includes(" ");
}
