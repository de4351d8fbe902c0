import type { FaultName } from "./fault.ts";
import { type ApiEvent, DOCUMENTED_MEMBERS } from "./api_event.ts";

/**
 * Applies the fault modes that are on to an event. An event looks the same each time, so that a
 * second pass has to recognise it.
 *
 * @param event A copy of the event, which is modified.
 * @param id Its internal id, which decides what varies from event to event.
 * @param faults The fault modes of the request.
 * @returns The event.
 */
export function shapeEvent(
  event: ApiEvent,
  id: number,
  faults: ReadonlySet<FaultName>,
): ApiEvent {
  if (faults.has("empty-resources")) event["resources"] ??= [];
  if (faults.has("null-resources")) event["resources"] ??= null;
  if (faults.has("missing-ip-address") && id % 3 === 0) delete event["ipAddress"];
  if (faults.has("null-members")) { for (const name of DOCUMENTED_MEMBERS) event[name] ??= null; }
  if (faults.has("numeric-ids")) {
    for (const name of ["aid", "uid"]) {
      if (typeof event[name] === "string") event[name] = Number(event[name]);
    }
  }
  if (faults.has("other-date-forms") && typeof event["date"] === "string") {
    event["date"] = otherDateForm(event["date"], id);
  }
  if (faults.has("unknown-members")) {
    event["eventCategory"] = "Administration";
    event["session"] = { id: `session-${id}`, mfa: [true, null, 0.5] };
    if (Array.isArray(event["resources"])) {
      event["resources"] = event["resources"].map((resource) => ({ ...resource, id: `r${id}` }));
    }
  }
  return event;
}

function otherDateForm(date: string, id: number): string {
  const plain = date.replace("Z", "");
  switch (id % 4) {
    case 0:
      return `${plain}.000Z`;
    case 1:
      return `${new Date(Date.parse(date) + 7_200_000).toISOString().slice(0, 19)}+02:00`;
    case 2:
      return plain.replace("T", " ");
    default:
      return `${plain}.000000+0000`;
  }
}

/**
 * Makes an item that is not a valid event.
 *
 * @param id Determines its kind, so that it looks the same each time.
 */
export function invalidEvent(id: number): unknown {
  switch (id % 4) {
    case 0:
      return { event: { text: "Login failed." }, date: 20, resources: "none" };
    case 1:
      return "Login failed.";
    case 2:
      return { date: "yesterday", aid: ["1"], resources: [7] };
    default:
      return [null, "Login failed."];
  }
}
