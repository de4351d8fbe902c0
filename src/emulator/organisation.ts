import { pick } from "./random.ts";

/** A person with a login. */
export interface OrganisationUser {
  readonly uid: string;
  /** As the API writes it: the display name, followed by the e-mail address in parentheses. */
  readonly user: string;
  readonly displayName: string;
  readonly homeAid: string;
  /** Where the person works from. */
  readonly address: string;
}

/** A part of the organisation with its own tests and people. */
export interface AccountGroup {
  readonly aid: string;
  readonly accountGroupName: string;
}

/** A made-up organisation; all IP addresses are from the ranges reserved for documentation. */
export interface Organisation {
  readonly accountGroups: readonly AccountGroup[];
  readonly users: readonly OrganisationUser[];
  /** Names of resources by their type. */
  readonly names: Readonly<Record<string, readonly string[]>>;
}

const GROUPS = ["Retail Europe", "Retail Americas", "Payments", "Network Lab"];
const FIRST =
  "Ana Bram Chidi Dalia Emre Freya Goran Hana Ines Jonas Kofi Lena Mateo Noor Olga Priya"
    .split(" ");
const LAST = "Alvarez Bianchi Chen Dvorak Eriksen Fofana García Hassan Ito Jansen Kovač Lindqvist"
  .split(" ");
const SITES = ["Lisbon", "Oslo", "Denver", "Osaka", "Nairobi", "Porto", "Gent", "Austin"];
const SERVICES = ["Checkout", "Search", "Login", "Catalogue", "Payments API", "DNS", "VPN", "Mail"];

/**
 * Makes an organisation.
 *
 * @param random Gives [0, 1); equal sequences make equal organisations.
 * @param userCount The number of people, at least 1.
 */
export function makeOrganisation(random: () => number, userCount = 24): Organisation {
  const firstAid = 2_000_000 + Math.floor(random() * 90_000);
  const accountGroups = GROUPS.map((accountGroupName, index) => ({
    aid: String(firstAid + index * 37),
    accountGroupName,
  }));
  const firstUid = 300_000 + Math.floor(random() * 90_000);
  const users = Array.from({ length: userCount }, (_, index): OrganisationUser => {
    // Every pair occurs once before any occurs twice.
    const first = FIRST[index % FIRST.length]!;
    const last = LAST[(index * 5 + Math.floor(index / LAST.length)) % LAST.length]!;
    const displayName = `${first} ${last}`;
    const mail = `${first}.${last}`.toLowerCase().normalize("NFD").replace(/[^a-z.]/g, "");
    return {
      uid: String(firstUid + index * 3),
      user: `${displayName} (${mail}@example.com)`,
      displayName,
      homeAid: pick(random, accountGroups).aid,
      address: random() < 0.2
        ? `2001:db8:${(0x100 + index).toString(16)}::${1 + Math.floor(random() * 9)}`
        : `198.51.100.${10 + index % 240}`,
    };
  });
  const combine = (suffix: string) =>
    SERVICES.map((service) => `${service} ${suffix} ${pick(random, SITES)}`);
  return {
    accountGroups,
    users,
    names: {
      testName: combine("from"),
      reportTitle: SERVICES.map((service) => `${service}, last week`),
      dashboardTitle: SITES.map((site) => `${site} overview`),
      labelName: ["critical", "customer-facing", "experiment"],
      agentName: SITES.map((site) => `${site.toLowerCase()}-dc-${1 + Math.floor(random() * 3)}`),
      alertRuleName: SERVICES.map((service) => `${service} availability`),
      roleName: ["Organization Admin", "Account Admin", "Regular User"],
      userDisplayName: users.map((user) => user.displayName),
      integrationName: ["On-call pager", "Chat room", "Ticket desk"],
      accountGroupName: GROUPS,
    },
  };
}
