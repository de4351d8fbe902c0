import type { Finished } from "./check.ts";
import { driftedOf } from "./shape.ts";

/**
 * Promise 2: one alert for each rule and matching event in the log, always with the same id; also
 * where the event is too large, or an item that is not a valid event.
 */
export function checkAlerts({ published, world }: Finished): string[] {
  const wrong: string[] = [];
  const { books } = world;
  const rulesOf = new Map(published.map(({ key, rules }) => [key, rules]));
  const expected = new Map<string, number>();
  const count = (map: Map<string, number>, name: string) => map.set(name, (map.get(name) ?? 0) + 1);
  for (const { key } of books.events.rows.values()) {
    for (const rule of rulesOf.get(key) ?? []) count(expected, `${rule} on ${key}`);
  }
  const kept = new Set([...books.invalid.rows.values()].map(({ body }) => body));
  for (const one of published) {
    const drifted = driftedOf(one);
    if (one.kind === "event" && drifted === undefined) continue;
    if (!kept.has(JSON.stringify(drifted ?? one.wire))) continue;
    const key = drifted === undefined ? one.key : `invalid ${one.id}`;
    for (const rule of one.rules) expected.set(`${rule} on ${key}`, 1);
  }
  const raised = new Map<string, number[]>();
  const ids = new Set<string>();
  for (const { id, ruleId, key, occurrence, group } of books.alerts.rows.values()) {
    if (group !== undefined) continue; // checkCorrelations() looks at those
    if (ids.has(id)) wrong.push(`two alerts with the id ${id}`);
    ids.add(id);
    if (key === null) continue;
    const name = `${ruleId} on ${key}`;
    const numbers = raised.get(name);
    if (numbers === undefined) raised.set(name, [occurrence]);
    else numbers.push(occurrence);
  }
  for (const [name, times] of expected) {
    const numbers = (raised.get(name) ?? []).sort((a, b) => a - b);
    raised.delete(name);
    const isRight = numbers.length === times && numbers.every((number, n) => number === n + 1);
    if (!isRight) wrong.push(`expected ${times} alerts, raised [${numbers}]: ${name}`);
  }
  for (const [name, numbers] of raised) wrong.push(`not expected, raised [${numbers}]: ${name}`);
  for (const [name, seen] of books.alertIds) {
    if (seen.size > 1) wrong.push(`one alert with ${seen.size} ids: ${name}`);
  }
  return wrong;
}
