import type { Finished } from "./check.ts";
import { isOwed } from "./owed.ts";
import { driftedOf } from "./shape.ts";

/** Items that are not valid events are kept, each once, and can be read. */
export function checkInvalid({ plan, published, world }: Finished): string[] {
  const wrong: string[] = [];
  const bodies = new Map<string, number>();
  for (const { body, issues } of world.books.invalid.rows.values()) {
    bodies.set(body, (bodies.get(body) ?? 0) + 1);
    try {
      const lines = JSON.parse(issues) as unknown[];
      if (lines.length === 0) wrong.push(`kept without a reason: ${body.slice(0, 100)}`);
    } catch {
      wrong.push(`kept with reasons that cannot be parsed: ${body.slice(0, 100)}`);
    }
  }
  for (const one of published) {
    const drifted = driftedOf(one);
    if (one.kind === "event" && drifted === undefined) continue;
    const text = JSON.stringify(drifted ?? one.wire);
    let found = 0;
    for (const [body, count] of bodies) {
      if (body === text || (body.length > 10_000 && text.startsWith(body))) {
        found += count;
        bodies.delete(body);
      }
    }
    const isMissing = found === 0 && drifted === undefined && isOwed(plan, one, world);
    if (found > 1 || isMissing) {
      wrong.push(`kept ${found} times: ${one.id}`);
    }
  }
  for (const body of bodies.keys()) wrong.push(`kept, never sent: ${body.slice(0, 100)}`);
  return wrong;
}
