import { useSignal } from "@preact/signals";
import { networkText } from "../../sigma/correlation/network_text.ts";
import type { UserEvent } from "../../thousandeyes/event/user_event.ts";
import type { Condition } from "../address.ts";
import { plain } from "./text.ts";

const SHOWN = 5;
/** What is one network: as large as a site usually has. */
const NETWORK = { ipv4: 24, ipv6: 48 };

/** What is counted, and the condition that asks for one of its values. */
const LISTS: readonly {
  readonly name: string;
  readonly valueOf: (event: UserEvent) => string | undefined;
  readonly conditionOf: (value: string) => Condition;
}[] = [
  {
    name: "Events",
    valueOf: ({ event }) => event,
    // What would be a wildcard is meant as it is.
    conditionOf: (value) => ["event", value.replace(/[\\*?]/g, "\\$&")],
  },
  { name: "Users", valueOf: ({ user }) => user, conditionOf: (value) => ["user", value] },
  {
    name: "Networks",
    valueOf: ({ ipAddress }) => networkText(ipAddress ?? "", NETWORK)[0],
    conditionOf: (value) => ["ipAddress|cidr", value],
  },
];

/**
 * What is most frequent among some events.
 *
 * @param props `events`: called only while it is open, since there may be many; `linkOf`: where a
 *   value leads to, which is asked for as a condition.
 * @returns The element.
 */
export function TopValues({ events, linkOf }: {
  events: () => Iterable<UserEvent>;
  linkOf: (condition: Condition) => string;
}) {
  const isOpen = useSignal(false);
  return (
    <details class="top-values" onToggle={(event) => isOpen.value = event.currentTarget.open}>
      <summary>Most frequent</summary>
      {isOpen.value && <TopLists events={events()} linkOf={linkOf} />}
    </details>
  );
}

/**
 * The most frequent events, users and networks.
 *
 * @param props `events`: the events; `linkOf`: where a value leads to.
 * @returns The element.
 */
export function TopLists({ events, linkOf }: {
  events: Iterable<UserEvent>;
  linkOf: (condition: Condition) => string;
}) {
  const counts = LISTS.map(() => new Map<string, number>());
  for (const event of events) {
    for (const [index, { valueOf }] of LISTS.entries()) {
      const value = valueOf(event);
      if (value === undefined) continue;
      counts[index]?.set(value, (counts[index].get(value) ?? 0) + 1);
    }
  }
  return (
    <div class="top-lists">
      {LISTS.map(({ name, conditionOf }, index) => (
        <section key={name}>
          <h3>{name}</h3>
          <ol>
            {highest(counts[index] ?? new Map()).map(([value, count]) => (
              <li key={value}>
                <a href={linkOf(conditionOf(value))}>
                  <bdi>{plain(value, 60)}</bdi>
                </a>{" "}
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
