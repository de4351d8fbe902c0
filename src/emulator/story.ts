import { activity, type CatalogueName } from "./activity.ts";
import type { NewEvent } from "./api_event.ts";
import type { Organisation, OrganisationUser } from "./organisation.ts";
import { pick } from "./random.ts";

/** A suspicious course of events, each a few seconds after the one before. */
export interface Story {
  readonly title: string;
  readonly events: readonly NewEvent[];
}

type Teller = (tell: Telling) => NewEvent[];

interface Telling {
  /** What the person whose account it is does, from where the person works. */
  readonly own: (kind: CatalogueName) => NewEvent;
  /** What somebody else does with that account, from a network that nobody works from. */
  readonly foreign: (kind: CatalogueName) => NewEvent;
}

const TELLERS: Readonly<Record<string, Teller>> = {
  "An account taken over by guessing": ({ foreign }) => {
    const failed = foreign("loginFailed");
    // The second and third are twins: equal events of one second are two events.
    return [failed, failed, failed, failed, foreign("login"), foreign("tokenGenerated")];
  },
  "A token made for keeping": ({ own }) => [own("login"), own("tokenGenerated")],
  "Rights widened, then alerting silenced": ({ own }) => [
    own("roleAssigned"),
    own("alertRuleDisabled"),
    own("alertRuleDisabled"),
  ],
  "Tests deleted from an odd network": ({ foreign }) => [
    foreign("login"),
    foreign("testDeleted"),
    foreign("testDeleted"),
    foreign("agentDeleted"),
  ],
  "A dashboard shown to the world": ({ own }) => [own("dashboardShared")],
  "Single sign-on switched off": ({ foreign }) => [
    foreign("login"),
    foreign("ssoDisabled"),
    foreign("userCreated"),
  ],
  "Data led elsewhere": ({ own }) => [own("integrationCreated"), own("accountGroupUpdated")],
};

/** The titles of all stories. */
export const STORY_TITLES: readonly string[] = Object.keys(TELLERS);

/**
 * Tells one suspicious story about one person of the organisation.
 *
 * @param organisation Where it happens.
 * @param random Gives [0, 1).
 * @param title Which story; without it, any.
 */
export function tellStory(
  organisation: Organisation,
  random: () => number,
  title: string = pick(random, STORY_TITLES),
): Story {
  const teller = TELLERS[title];
  if (teller === undefined) throw new RangeError(`Cannot tell story "${title}": no such story`);
  const victim: OrganisationUser = pick(random, organisation.users);
  const odd = `192.0.2.${1 + Math.floor(random() * 254)}`;
  const events = teller({
    own: (kind) => activity(organisation, random, kind, victim),
    foreign: (kind) => activity(organisation, random, kind, victim, odd),
  });
  return { title, events };
}
