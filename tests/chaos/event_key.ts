type Members = Readonly<Record<string, unknown>>;

/**
 * What tells two events apart, worked out for the audit alone: the members that the API documents, as text. True
 * twins share it and are counted.
 *
 * @param event As it was published, or as the log has it.
 */
export function eventKey(event: Members): string {
  const resources = (event.resources ?? []) as Members[];
  return JSON.stringify([
    event.aid,
    event.accountGroupName,
    Date.parse(String(event.date)),
    event.event,
    event.ipAddress,
    event.uid,
    event.user,
    resources.map(({ type, name }) => `${type}=${name}`).sort(),
  ]);
}

/** How often each key occurs. */
export function countKeys(keys: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
