import { activity, type CatalogueName } from "./activity.ts";
import type { NewEvent } from "./api_event.ts";
import type { Organisation, OrganisationUser } from "./organisation.ts";
import { pick } from "./random.ts";

/** A suspicious sequence of events, each a few seconds after the previous one. */
export interface Story {
  readonly title: string;
  readonly events: readonly NewEvent[];
}

type Plot = (actors: Actors) => NewEvent[];

interface Actors {
  /** What the owner of the account does, from the usual place of work. */
  readonly own: (kind: CatalogueName) => NewEvent;
  /** What somebody else does with that account, from a network where nobody works. */
  readonly foreign: (kind: CatalogueName) => NewEvent;
}

/** The story that a live scenario begins with. */
export const ACCOUNT_TAKEOVER = "An account taken over by password guessing";

const PLOTS: Readonly<Record<string, Plot>> = {
  [ACCOUNT_TAKEOVER]: ({ foreign }) => {
    const failed = foreign("loginFailed");
    // Equal neighbours are published within one second: true duplicates, and two events each.
    return [failed, failed, failed, failed, foreign("login"), foreign("tokenGenerated")];
  },
  "A token created for later use": ({ own }) => [own("login"), own("tokenGenerated")],
  "Privileges extended, then alerts disabled": ({ own }) => [
    own("roleAssigned"),
    own("alertRuleDisabled"),
    own("alertRuleDisabled"),
  ],
  "Tests deleted from an unusual network": ({ foreign }) => [
    foreign("login"),
    ...Array.from({ length: 5 }, () => foreign("testDeleted")),
    foreign("agentDeleted"),
  ],
  "A dashboard made public": ({ own }) => [own("dashboardPublished")],
  "Single sign-on switched off": ({ foreign }) => [
    foreign("login"),
    foreign("ssoDisabled"),
    foreign("userCreated"),
  ],
  "Data sent elsewhere": ({ own }) => [own("integrationCreated"), own("accountGroupUpdated")],
};

/** The titles of all stories. */
export const STORY_TITLES: readonly string[] = Object.keys(PLOTS);

/**
 * Makes one suspicious story about one person of the organisation.
 *
 * @param organisation Where it happens.
 * @param random Gives [0, 1).
 * @param title Which story; any by default.
 */
export function tellStory(
  organisation: Organisation,
  random: () => number,
  title: string = pick(random, STORY_TITLES),
): Story {
  const plot = PLOTS[title];
  if (plot === undefined) throw new RangeError(`Unknown story "${title}"`);
  const victim: OrganisationUser = pick(random, organisation.users);
  const unusual = `192.0.2.${1 + Math.floor(random() * 254)}`;
  const events = plot({
    own: (kind) => activity(organisation, random, kind, victim),
    foreign: (kind) => activity(organisation, random, kind, victim, unusual),
  });
  return { title, events };
}
