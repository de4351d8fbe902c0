import { useSignal } from "@preact/signals";
import type { UserEvent } from "../../thousandeyes/event/user_event.ts";
import { setFilters } from "../address.ts";
import { plain } from "./text.ts";

const SHOWN = 5;
const FIELDS = [
  ["event", "Events"],
  ["user", "Users"],
  ["ipAddress", "Addresses"],
] as const;

/**
 * What is most frequent among some events; a value becomes the search.
 *
 * @param props `events`: called only while it is open, since there may be many.
 * @returns The element.
 */
export function TopValues({ events }: { events: () => Iterable<UserEvent> }) {
  const isOpen = useSignal(false);
  return (
    <details class="top-values" onToggle={(event) => isOpen.value = event.currentTarget.open}>
      <summary>Most frequent</summary>
      {isOpen.value && <Lists events={events()} />}
    </details>
  );
}

function Lists({ events }: { events: Iterable<UserEvent> }) {
  const counts = FIELDS.map(() => new Map<string, number>());
  for (const event of events) {
    for (const [index, [field]] of FIELDS.entries()) {
      const value = event[field];
      if (value === undefined) continue;
      counts[index]?.set(value, (counts[index].get(value) ?? 0) + 1);
    }
  }
  return (
    <div class="top-lists">
      {FIELDS.map(([field, name], index) => (
        <section key={field}>
          <h2>{name}</h2>
          <ol>
            {highest(counts[index] ?? new Map()).map(([value, count]) => (
              <li key={value}>
                <button type="button" onClick={() => setFilters({ q: value })}>
                  <bdi>{plain(value, 60)}</bdi>
                </button>{" "}
                <span class="quiet number">{count.toLocaleString()}</span>
              </li>
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

function highest(counts: ReadonlyMap<string, number>): [value: string, count: number][] {
  return [...counts].sort(([, a], [, b]) => b - a).slice(0, SHOWN);
}
