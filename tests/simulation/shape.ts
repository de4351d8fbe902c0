import type { Chance } from "./chance.ts";
import type { Published } from "./publish.ts";

const MEMBERS = ["aid", "accountGroupName", "event", "ipAddress", "uid", "user"];

/**
 * Gives an event another shape, as the API may from one request to the next; it must still count as
 * the same event.
 *
 * @param wire The event in its simplest form; it is not changed.
 * @param chance Decides the shape.
 */
export function shapeOf(wire: unknown, chance: Chance): unknown {
  if (typeof wire !== "object" || wire === null || Array.isArray(wire)) return wire;
  const event: Record<string, unknown> = { ...wire };
  // What is not a valid event stays as it is: nothing could tell that it is the same.
  if (typeof event.event !== "string" || (event.resources as unknown[])?.length > 9) return wire;
  // So does what is too large for an event: it is kept as it was sent.
  if (typeof event.user === "string" && event.user.length > 10_000) return wire;
  if (chance.is(0.2)) { for (const name of MEMBERS) event[name] ??= null; }
  if (chance.is(0.2)) event.resources ??= chance.pick([null, []]);
  if (chance.is(0.2)) {
    for (const name of ["aid", "uid"]) {
      if (typeof event[name] === "string") event[name] = Number(event[name]);
    }
  }
  if (chance.is(0.3) && typeof event.date === "string") event.date = dateForm(event.date, chance);
  if (chance.is(0.3) && event.ipAddress === "2001:db8::7") {
    event.ipAddress = chance.pick(["2001:DB8::7", "2001:db8:0:0:0:0:0:7", "2001:0db8::0007"]);
  }
  if (chance.is(0.2)) event[`unknown${chance.int(1, 3)}`] = { deep: [true, null, 0.5] };
  if (chance.is(0.3) && Array.isArray(event.resources)) {
    event.resources = event.resources.map((one) => ({ ...one, id: chance.int(1, 9) })).reverse();
  }
  return event;
}

/**
 * Gives an event members of other types, as an API does that changes them: it is no valid event any
 * more, but everything can still be read. Each event has one such form.
 *
 * @param row The row of the API.
 * @returns The event, drifted; undefined if the row is no event that could be told by it.
 */
export function driftedOf({ wire, kind }: Pick<Published, "wire" | "kind">): unknown {
  const event = wire as Readonly<Record<string, unknown>>;
  if (kind !== "event" || String(event.user).length > 10_000) return undefined;
  const resources = event.resources as readonly { type: string; name: string }[] | undefined;
  return {
    ...event,
    event: { text: event.event },
    ...(typeof event.date === "string" && { date: Date.parse(event.date) }),
    ...(resources !== undefined && {
      resources: Object.fromEntries(resources.map(({ type, name }) => [type, name])),
    }),
  };
}

function dateForm(date: string, chance: Chance): string {
  const plain = date.replace("Z", "");
  return chance.pick([
    `${plain}.000Z`,
    `${new Date(Date.parse(date) + 7_200_000).toISOString().slice(0, 19)}+02:00`,
    plain.replace("T", " "),
    `${plain}.000000+0000`,
  ]);
}
