/** One value of the `event` member, and what it is about. */
export interface CatalogueEntry {
  readonly event: string;
  /**
   * Whether Cisco's specification or documentation shows this exact value. Cisco publishes no list
   * of event names: every other value here is invented in the same style.
   */
  readonly documented: boolean;
  /** The types of its resources, in order; types that are not documented are invented as well. */
  readonly resources: readonly string[];
  /** How often it occurs in ordinary activity, relative to the others; zero means never. */
  readonly weight: number;
}

/** The resource types in Cisco's documentation; the others below are invented in their style. */
export const DOCUMENTED_RESOURCE_TYPES: readonly string[] = [
  "testName",
  "reportTitle",
  "userDisplayName",
  "alertRuleName",
];

/** What can happen in the emulated organisation. */
export const EVENT_CATALOGUE = {
  loginFailed: entry("Login failed.", [], 0.5, true),
  reportCreated: entry("Report created.", ["reportTitle", "testName"], 6, true),
  login: entry("Login succeeded.", [], 30),
  logout: entry("Logout.", [], 18),
  testCreated: entry("Test created.", ["testName"], 6),
  testUpdated: entry("Test updated.", ["testName"], 14),
  testEnabled: entry("Test enabled.", ["testName"], 2),
  testDeleted: entry("Test deleted.", ["testName"], 1),
  reportUpdated: entry("Report updated.", ["reportTitle"], 6),
  reportViewed: entry("Report viewed.", ["reportTitle"], 10),
  dashboardUpdated: entry("Dashboard updated.", ["dashboardTitle"], 8),
  dashboardShared: entry("Dashboard shared.", ["dashboardTitle"], 0.5),
  dashboardPublished: entry("Dashboard made public.", ["dashboardTitle"], 0),
  labelAssigned: entry("Label assigned to test.", ["labelName", "testName"], 4),
  agentAdded: entry("Agent added.", ["agentName"], 1),
  agentDeleted: entry("Agent deleted.", ["agentName"], 0),
  alertRuleUpdated: entry("Alert rule updated.", ["alertRuleName"], 4),
  alertRuleDisabled: entry("Alert rule disabled.", ["alertRuleName"], 0),
  roleAssigned: entry("Role assigned.", ["userDisplayName", "roleName"], 0),
  userCreated: entry("User created.", ["userDisplayName"], 0),
  userDeleted: entry("User deleted.", ["userDisplayName"], 0),
  tokenGenerated: entry("API token generated.", ["userDisplayName"], 0),
  integrationCreated: entry("Webhook integration created.", ["integrationName"], 0),
  accountGroupUpdated: entry("Account group updated.", ["accountGroupName"], 0),
  ssoDisabled: entry("SSO settings disabled.", [], 0),
} as const satisfies Record<string, CatalogueEntry>;

function entry(
  event: string,
  resources: readonly string[],
  weight: number,
  documented = false,
): CatalogueEntry {
  return { event, documented, resources, weight };
}
