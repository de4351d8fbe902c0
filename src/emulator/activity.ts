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
 * Makes an event of one kind by one person, with resources of the organisation and no date.
 *
 * @param organisation Where the names come from.
 * @param random Gives [0, 1).
 * @param kind The entry of the catalogue.
 * @param user The person.
 * @param address The IP address; by default the one where the person works.
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
        // A token belongs to its user.
        name: kind === "tokenGenerated"
          ? user.displayName
          : pick(random, organisation.names[type] ?? ["unnamed"]),
      })),
    }),
  };
}

/**
 * Makes an event of an ordinary working day, which includes a mistyped password now and then.
 *
 * @param organisation Where it happens.
 * @param random Gives [0, 1).
 */
export function ordinaryActivity(organisation: Organisation, random: () => number): NewEvent {
  let weight = random() * TOTAL_WEIGHT;
  const [kind] = ORDINARY.find(([, entry]) => (weight -= entry.weight) < 0) ?? ORDINARY[0]!;
  return activity(organisation, random, kind, pick(random, organisation.users));
}
