import type { Finished } from "./check.ts";

/** Promise 2: one alert for each rule and event that is in the log, its id the same for ever. */
export function checkAlerts({ published, world }: Finished): string[] {
  const wrong: string[] = [];
  const { books } = world;
  const rulesOf = new Map(published.map(({ key, rules }) => [key, rules]));
  const expected = new Map<string, number>();
  const count = (map: Map<string, number>, name: string) => map.set(name, (map.get(name) ?? 0) + 1);
  for (const { key } of books.events.rows.values()) {
    for (const rule of rulesOf.get(key) ?? []) count(expected, `${rule} on ${key}`);
  }
  const made = new Map<string, number[]>();
  const ids = new Set<string>();
  for (const { id, ruleId, key, occurrence } of books.alerts.rows.values()) {
    if (ids.has(id)) wrong.push(`two alerts with the id ${id}`);
    ids.add(id);
    if (key === null || key.length > 100_000) continue;
    const name = `${ruleId} on ${key}`;
    const numbers = made.get(name);
    if (numbers === undefined) made.set(name, [occurrence]);
    else numbers.push(occurrence);
  }
  for (const [name, times] of expected) {
    const numbers = (made.get(name) ?? []).sort((a, b) => a - b);
    made.delete(name);
    const isRight = numbers.length === times && numbers.every((number, n) => number === n + 1);
    if (!isRight) wrong.push(`${times} alerts expected, made [${numbers}]: ${name}`);
  }
  for (const [name, numbers] of made) wrong.push(`not expected, made [${numbers}]: ${name}`);
  for (const [name, seen] of books.alertIds) {
    if (seen.size > 1) wrong.push(`one alert under ${seen.size} ids: ${name}`);
  }
  return wrong;
}
