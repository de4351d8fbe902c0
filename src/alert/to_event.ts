import type { UserEvent } from "../thousandeyes/event/user_event.ts";
import { toSigmaEvent } from "./to_sigma_event.ts";

/**
 * An event as ThousandEyes rules see it: with the fields derived from `user`.
 *
 * @param event Anything.
 * @returns The event; with `user.name` and `user.email` if its member `user` is a string.
 */
export function toEvent(event: unknown): unknown {
  return hasUser(event) ? toSigmaEvent(event) : event;
}

/** Only `user` matters: an event from a file or a test may otherwise differ from those of the API. */
function hasUser(event: unknown): event is UserEvent {
  return typeof event === "object" && event !== null &&
    typeof (event as { user?: unknown }).user === "string";
}
