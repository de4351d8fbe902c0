type Members = Readonly<Record<string, unknown>>;

/**
 * What tells two events apart, worked out for the checker alone: the members that the API documents, as plain
 * text. Whatever way the API writes one event down, its key is the same.
 *
 * @param event As it was published, or as the log has it.
 */
export function eventKey(event: Members): string {
  const resources = Array.isArray(event.resources) ? event.resources as Members[] : [];
  return [
    event.aid,
    event.accountGroupName,
    typeof event.date === "string" ? instantOf(event.date) : event.date,
    event.event,
    event.ipAddress,
    event.uid,
    event.user,
    ...resources.map(({ type, name }) => `${type}=${name}`).sort(),
  ].map((part) => part === undefined || part === null ? "-" : String(part)).join(" | ");
}

/** All forms in which the simulation writes dates, to one. */
function instantOf(date: string): string {
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(date) ? date : `${date}Z`;
  return String(Date.parse(zoned.replace(" ", "T").replace(/\+0000$/, "Z")));
}
