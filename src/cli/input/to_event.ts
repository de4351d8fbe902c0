import type { SigmaRule } from "../../sigma/mod.ts";
import type { UserEvent } from "../../thousandeyes/event/user_event.ts";
import { toSigmaEvent } from "../../thousandeyes/user_event_fields.ts";

/** Whether a rule is for the events of this project's own source, which have derived fields. */
export function isThousandEyesRule({ logsource }: SigmaRule): boolean {
  return logsource.product === "thousandeyes";
}

/**
 * An event as the rules of this project see it: with the fields derived from `user`.
 *
 * @param event Anything.
 * @returns The event; with `user.name` and `user.email` if its member `user` is a text.
 */
export function toEvent(event: unknown): unknown {
  return hasUser(event) ? toSigmaEvent(event) : event;
}

/** Only `user` is looked at: an event from a file need not be an event of the API otherwise. */
function hasUser(event: unknown): event is UserEvent {
  return typeof event === "object" && event !== null &&
    typeof (event as { user?: unknown }).user === "string";
}
