type Members = Readonly<Record<string, unknown>>;

/**
 * What tells two events apart, for checkers that must not rely on the code they check: the members
 * that the API documents, as plain text, without names that belong to an id. In whatever form the
 * API writes an event, and whoever is renamed, its key is the same; true twins share one.
 *
 * @param event The event as it was published, or as the log has it.
 */
export function eventKey(event: Members): string {
  const resources = Array.isArray(event.resources) ? event.resources as Members[] : [];
  return [
    event.aid,
    isId(event.aid) ? "-" : event.accountGroupName,
    typeof event.date === "string" ? instantOf(event.date) : event.date,
    event.event,
    typeof event.ipAddress === "string" ? addressOf(event.ipAddress) : event.ipAddress,
    event.uid,
    isId(event.uid) ? "-" : event.user,
    ...resources.map(({ type, name }) => `${type}=${name}`).sort(),
  ].map((part) => part === undefined || part === null ? "-" : String(part)).join(" | ");
}

/** The groups of an IPv6 address that are not zero, which tell apart those that the models use. */
function addressOf(text: string): string {
  if (!text.includes(":")) return text;
  const groups = text.toLowerCase().split(":").map((group) => group.replace(/^0+/, ""));
  return groups.filter((group) => group !== "").join(":");
}

function isId(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

/** How often each key occurs. */
export function countsOf(keys: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of [...keys].sort()) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** All forms in which the emulator and the simulation write dates, to one. */
function instantOf(date: string): string {
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(date) ? date : `${date}Z`;
  return String(Date.parse(zoned.replace(" ", "T").replace(/\+0000$/, "Z")));
}
