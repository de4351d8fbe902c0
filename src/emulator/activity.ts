import { EVENT_CATALOGUE } from "./event_catalogue.ts";
import type { NewEvent } from "./api_event.ts";
import type { Organisation, OrganisationUser } from "./organisation.ts";
import { pick } from "./random.ts";

/** The name of an entry of the catalogue. */
export type CatalogueName = keyof typeof EVENT_CATALOGUE;

const ORDINARY = Object.entries(EVENT_CATALOGUE).filter(([, entry]) => entry.weight > 0) as [
  CatalogueName,
  { weight: number },
][];
const TOTAL_WEIGHT = ORDINARY.reduce((sum, [, entry]) => sum + entry.weight, 0);

/**
 * An event of one kind by one person, with resources of the organisation; without a date.
 *
 * @param organisation Whose names it uses.
 * @param random Gives [0, 1).
 * @param kind The entry of the catalogue.
 * @param user Who did it.
 * @param address Where from; without it, where the person works.
 */
export function activity(
  organisation: Organisation,
  random: () => number,
  kind: CatalogueName,
  user: OrganisationUser,
  address: string = user.address,
): NewEvent {
  const { event, resources } = EVENT_CATALOGUE[kind];
  return {
    aid: user.homeAid,
    event,
    ipAddress: address,
    uid: user.uid,
    user: user.user,
    ...(resources.length === 0 ? {} : {
      resources: resources.map((type) => ({
        type,
        // A token is its own user's.
        name: kind === "tokenGenerated"
          ? user.displayName
          : pick(random, organisation.names[type] ?? ["unnamed"]),
      })),
    }),
  };
}

/**
 * An event of an ordinary working day; a mistyped password now and then is part of it.
 *
 * @param organisation Whose day it is.
 * @param random Gives [0, 1).
 */
export function ordinaryActivity(organisation: Organisation, random: () => number): NewEvent {
  let weight = random() * TOTAL_WEIGHT;
  const [kind] = ORDINARY.find(([, entry]) => (weight -= entry.weight) < 0) ?? ORDINARY[0]!;
  return activity(organisation, random, kind, pick(random, organisation.users));
}
