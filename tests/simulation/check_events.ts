import { countsOf } from "../support/event_key.ts";
import type { Finished } from "./check.ts";
import { isOwed } from "./owed.ts";
import type { Published } from "./publish.ts";

/** Promise 1: each event is recorded once, twins included, and nothing else. */
export function checkEvents({ plan, published, world }: Finished): string[] {
  const wrong: string[] = [];
  const groups = new Map<string, Published[]>();
  for (const one of published) {
    if (one.kind !== "event") continue;
    const group = groups.get(one.key);
    if (group === undefined) groups.set(one.key, [one]);
    else group.push(one);
  }
  const counts = countsOf(world.books.events.rows.values().map(({ key }) => key));
  for (const [key, group] of groups) {
    const recorded = counts.get(key) ?? 0;
    counts.delete(key);
    const owed = group.filter((one) => isOwed(plan, one, world)).length;
    const names = group.map(describe).join(", ");
    if (recorded > group.length) {
      wrong.push(`recorded ${recorded} times, published ${group.length} times: ${names}: ${key}`);
    } else if (recorded < owed) {
      wrong.push(`lost ${owed - recorded} of ${owed}: ${names}: ${key}`);
    }
  }
  for (const [key, count] of counts) {
    wrong.push(`recorded ${count} times, never published: ${key.slice(0, 300)}`);
  }
  return wrong;
}

function describe({ id, at, visibleAt }: Published): string {
  const late = Math.round((visibleAt - at) / 1_000);
  return `${id} (${new Date(at).toISOString()}${late > 0 ? ` shown ${late} s later` : ""})`;
}
