import type { Random } from "./random.ts";

/** An activity log entry as the API sends it. */
export interface SyntheticEvent {
  accountGroupName: string;
  aid: string;
  date: string;
  event: string;
  ipAddress: string;
  uid: string;
  user: string;
  resources: { type: string; name: string }[];
}

/** What events are about. */
export const OBJECTS = (
  "Test,Account Group,User,Role,Alert Rule,Dashboard,Agent,Label,Report,Integration,Token,Share," +
  "Snapshot,BGP Monitor,Endpoint Agent"
).split(",");
/** What events do. */
export const ACTIONS = "Create,Update,Delete,Login,Logout,View,Enable,Disable,Export,Invite".split(
  ",",
);
/** The words of resource names. */
export const WORDS = (
  "prod,staging,edge,core,dns,vpn,retail,emea,apac,payments,login,portal,api,gateway,sso,admin,backup," +
  "legacy,mobile,search,checkout,mail,crm,wiki,build"
).split(",");
/** The first names of users. */
export const FIRST_NAMES = ["Ann", "Bob", "Cy"];
/** Every event name. */
export const EVENT_NAMES = OBJECTS.flatMap((object) =>
  ACTIONS.map((action) => `${object} ${action}`)
);

const GROUPS = ["ACME Prod", "ACME Staging", "Network Ops EMEA", "Security Ops", "Retail US"];
const DOMAINS = ["example.com", "acme.example", "contractor.example"];
const TYPES = ["test", "accountGroup", "user", "role", "token"];

/** Events of 800 users, a few of them much busier than the others. */
export function syntheticEvents(count: number, random: Random): SyntheticEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const person = Math.floor(random.next() * random.next() * 800);
    const octet = (limit: number) => random.below(limit);
    return {
      accountGroupName: random.pick(GROUPS),
      aid: String(1000 + random.below(50)),
      date: new Date(1.7e12 + index * 1000).toISOString(),
      event: random.pick(EVENT_NAMES),
      ipAddress: random.next() < 0.8
        ? `10.${person & 63}.${person >> 6}.${person & 31}`
        : `${octet(223)}.${octet(255)}.${octet(255)}.${octet(255)}`,
      uid: String(100_000 + person),
      user: `${random.pick(FIRST_NAMES)} Person${person} (user.${person}@${random.pick(DOMAINS)})`,
      resources: Array.from({ length: 1 + random.below(2) }, () => ({
        type: random.pick(TYPES),
        name: `${random.pick(WORDS)}-${random.pick(WORDS)}-${random.below(3000)}`,
      })),
    };
  });
}
