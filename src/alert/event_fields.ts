/** What is known of a field of an event. */
interface EventFieldFacts {
  /** What it says, in one sentence without a full stop. */
  readonly meaning: string;
  /** A value, as the API writes it or as it is derived. */
  readonly example?: string;
  /** Whether it is not sent by the API but derived from another field. */
  readonly isDerived?: true;
}

/**
 * Every field of a ThousandEyes event that a rule can use. Lint, the JSON schema of rules,
 * `docs/fields.md` and the placeholders of summaries are made from this table or held to it.
 */
export const EVENT_FIELDS = {
  event: {
    meaning: "What happened: free text of which the API publishes no list",
    example: "Login failed.",
  },
  user: {
    meaning: "The display name of the user, followed by the e-mail address in brackets",
    example: "Ana Diaz (ana@example.org)",
  },
  "user.name": {
    meaning: "The display name in 'user', which the user chooses",
    example: "Ana Diaz",
    isDerived: true,
  },
  "user.email": {
    meaning: "The e-mail address in 'user': what the last pair of brackets holds",
    example: "ana@example.org",
    isDerived: true,
  },
  uid: { meaning: "The id of the user", example: "245" },
  ipAddress: {
    meaning: "Where the user was: IPv4, IPv6 or a network",
    example: "192.0.2.44",
  },
  date: { meaning: "When it happened, in UTC", example: "2026-11-22T10:00:00Z" },
  aid: { meaning: "The id of the account group", example: "75" },
  accountGroupName: { meaning: "The name of the account group", example: "Network operations" },
  resources: {
    meaning: "What the event was about: a list, whose members a block such as 'resources[any]:' " +
      "looks at one by one",
  },
  "resources.type": {
    meaning: "The kinds of these resources: an open set of names",
    example: "testName",
  },
  "resources.name": { meaning: "The names of these resources, not ids", example: "payments-api" },
} as const satisfies Readonly<Record<string, EventFieldFacts>>;

/** A field of a ThousandEyes event. */
export type EventField = keyof typeof EVENT_FIELDS;

/** The fields with their meaning alone. */
export const EVENT_FIELD_MEANINGS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(EVENT_FIELDS).map(([name, { meaning }]) => [name, meaning]),
);
