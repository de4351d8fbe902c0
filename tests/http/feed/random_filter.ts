import type { UserEvent } from "../../../src/thousandeyes/event/user_event.ts";
import type { Chance } from "../../simulation/chance.ts";

const EVENTS = [
  "Login failed.",
  "Login.",
  "Test deleted.",
  "Test created.",
  "API token generated.",
];
const USERS = ["Ana Diaz (ana@example.org)", "Bo (bo@example.com)", "cy@example.org", "Di"];
const NAMES = ["payments-api", "payments-web", "search", "Ærøskøbing"];
const NOW = Date.parse("2026-11-22T10:00:00Z");
const HOUR = 3_600_000;

const timeOf = (ms: number) => new Date(ms).toISOString().replace(/\.\d+/, "");

/** An event with few different values; any member may be missing. */
export function randomEvent(chance: Chance, number: number): UserEvent & { n: number } {
  const some = <T>(value: T): T[] => chance.is(0.8) ? [value] : [];
  const [event] = some(chance.pick(EVENTS));
  const [user] = some(chance.pick(USERS));
  const [uid] = some(String(chance.int(1, 4)));
  const [aid] = some(String(chance.int(10, 14)));
  const [date] = some(timeOf(NOW + chance.int(-24, 24) * HOUR));
  const resources = Array.from(
    { length: chance.int(0, 2) },
    () => ({ type: "testName", name: chance.pick(NAMES) }),
  );
  return {
    n: number,
    ...(event !== undefined && { event }),
    ...(user !== undefined && { user }),
    ...(uid !== undefined && { uid }),
    ...(aid !== undefined && { aid }),
    ...(date !== undefined && { date }),
    ...(resources.length > 0 && { resources }),
  };
}

/** An event as the log has it. */
interface Recorded {
  readonly body: string;
  readonly recordedAt: number;
}

/** Whether an event matches: written plainly, and from nothing that the product has. */
type Matches = (event: UserEvent, recordedAt: number) => boolean;

const lower = (text: string | undefined) => text?.toLowerCase();
const nameOf = (user: string | undefined) =>
  user?.includes("@") && !user.includes("(") ? undefined : user?.split(" (")[0];
const emailOf = (user: string | undefined) => /[\w.]+@[\w.]+/.exec(user ?? "")?.[0];
const at = ({ date }: UserEvent, recordedAt: number) =>
  date === undefined ? recordedAt : Date.parse(date);

/** One condition: its parameters, and what it means. */
function randomCondition(chance: Chance): [pairs: [string, string][], Matches] {
  const text = chance.pick(EVENTS);
  const part = text.slice(chance.int(0, 3), chance.int(4, 9));
  const aids = [String(chance.int(10, 14)), String(chance.int(10, 14))];
  const user = chance.pick(USERS);
  const time = NOW + chance.int(-30, 30) * HOUR;
  const name = chance.pick(["pay", "API", "search", "ærøs"]);
  const whose = chance.pick([user, nameOf(user) ?? "x", emailOf(user) ?? "x", "2"]);
  const conditions: [[string, string][], Matches][] = [
    [[["event", text.toUpperCase()]], ({ event }) => event === text],
    [
      [["event|contains", part]],
      ({ event }) => lower(event)?.includes(part.toLowerCase()) ?? false,
    ],
    [[["event|startswith", "lOGIN"]], ({ event }) => event?.startsWith("Login") ?? false],
    [[["event|endswith", "ed."]], ({ event }) => event?.endsWith("ed.") ?? false],
    [[["event", "never"]], () => false],
    [aids.map((aid) => ["aid", aid]), ({ aid }) => aid !== undefined && aids.includes(aid)],
    [[["aid|gte", aids[0]!]], ({ aid }) => Number(aid ?? NaN) >= Number(aids[0])],
    [[["uid|exists", "false"]], ({ uid }) => uid === undefined],
    [
      [["user.email|endswith", "example.org"]],
      ({ user }) => emailOf(user)?.endsWith("example.org") ?? false,
    ],
    [
      [["resources.name|contains", name]],
      ({ resources = [] }) =>
        resources.some((one) => lower(one.name)?.includes(name.toLowerCase())),
    ],
    [
      [["user", whose]],
      ({ user, uid }) => [user, nameOf(user), emailOf(user), uid].includes(whose),
    ],
    [[["since", timeOf(time)]], (event, recordedAt) => at(event, recordedAt) >= time],
    [[["until", timeOf(time)]], (event, recordedAt) => at(event, recordedAt) < time],
  ];
  return chance.pick(conditions);
}

/** A random filter: its query, and what it means. */
export function randomFilter(
  chance: Chance,
): { query: string; matches: (event: Recorded) => boolean } {
  const parts: Matches[] = [];
  const query = new URLSearchParams();
  for (let count = chance.pick([0, 1, 1, 1, 2, 2, 3]); count > 0; count--) {
    const [pairs, matches] = randomCondition(chance);
    const isThere = pairs.some(([name]) => query.has(name));
    const isRange = pairs[0]![0] === "since" || pairs[0]![0] === "until";
    // Several values of one parameter are another condition, and a range could be empty.
    if (isThere || (isRange && (query.has("since") || query.has("until")))) continue;
    for (const [name, value] of pairs) query.append(name, value);
    parts.push(matches);
  }
  return {
    query: query.toString(),
    matches: ({ body, recordedAt }) => {
      const event: UserEvent = JSON.parse(body);
      return parts.every((matches) => matches(event, recordedAt));
    },
  };
}
