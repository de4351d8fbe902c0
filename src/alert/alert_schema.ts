/**
 * What an alert may contain, and what each member means: `docs/alerts.md` and the OpenAPI document
 * are made from these schemas. The types are written out in `alert.ts`, since JSR shows no inferred
 * ones; `MembersOf` holds each schema to its type.
 *
 * @module
 */
import * as v from "valibot";
import type {
  Alert,
  AlertEvent,
  AlertField,
  AlertGroup,
  AlertPart,
  AlertRule,
  AlertSilence,
  FoldedAlerts,
} from "./alert.ts";
import type { UserEvent } from "../thousandeyes/event/user_event.ts";
import { LEVELS } from "../sigma/vocabulary.ts";

/** A schema for each member of a type and for nothing else; optional where the member is. */
type MembersOf<T> = {
  readonly [Name in keyof T]-?: Record<never, never> extends Pick<T, Name>
    ? v.OptionalSchema<v.GenericSchema<Exclude<T[Name], undefined>>, undefined>
    : v.GenericSchema<T[Name]>;
};

/** The version of the schema: it goes up when a member is removed or changes its meaning. */
const ALERT_VERSION = 1;

/**
 * A schema with a description, which the documents made from it show.
 *
 * @typeParam S The schema.
 * @param schema The schema.
 * @param text What it is, without a full stop; Markdown.
 */
export function described<const S extends v.GenericSchema>(schema: S, text: string) {
  return v.pipe(schema, v.description(text));
}

const levels = Object.keys(LEVELS) as (keyof typeof LEVELS)[];

/** A level of alerts. */
export const AlertLevelSchema = v.picklist(levels, `must be one of ${levels.join(", ")}`);

const texts = v.pipe(v.array(v.string()), v.readonly());
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const time = v.nullable(v.pipe(v.string(), v.isoTimestamp()));

/** What an alert carries of its rule. */
export const AlertRuleSchema = v.strictObject(
  {
    id: described(v.string(), "the rule's `id`, or its title if it has none"),
    title: described(v.string(), "what is detected, in a few words"),
    status: v.optional(described(v.string(), "how far the rule has matured, such as `stable`")),
    description: v.optional(described(v.string(), "what the rule detects, and why it matters")),
    author: v.optional(described(v.string(), "who wrote the rule")),
    runbook: v.optional(
      described(v.string(), "what to do about it: the rule's `panoptes.runbook`"),
    ),
    tags: described(texts, "the rule's tags, such as `attack.t1078`"),
    references: described(texts, "further reading"),
    falsepositives: described(texts, "what else may cause this match"),
  } satisfies MembersOf<AlertRule>,
);

/** One of the events that caused an alert. */
export const AlertEventSchema = v.strictObject(
  {
    id: described(
      v.nullable(v.string()),
      "the event's id at `/v1/events`; null for an item that is not a valid event",
    ),
    occurrence: described(count, "which of the equal events (twins) it is, from 1"),
    event: described(
      v.custom<UserEvent>((value) => typeof value === "object" && value !== null, "an event"),
      "the event as recorded, members that Panoptes does not know included",
    ),
  } satisfies MembersOf<AlertEvent>,
);

/** One reason for a match. */
export const AlertFieldSchema = v.strictObject(
  {
    field: described(
      v.nullable(v.string()),
      "the event's field, such as `resources.name`; null for a keyword, which may be in any field",
    ),
    value: described(v.unknown(), "the event's value that matched"),
    item: described(
      v.string(),
      "the item as the rule states it, such as `event|contains: login failed`",
    ),
  } satisfies MembersOf<AlertField>,
);

/** One field that the events have in common. */
export const AlertGroupSchema = v.strictObject(
  {
    field: described(v.string(), "the field, as `group-by` names it, or that has a new value"),
    value: described(v.string(), "its value in every event; the network where networks are new"),
  } satisfies MembersOf<AlertGroup>,
);

/** What one rule contributed to a correlation. */
export const AlertPartSchema = v.strictObject(
  {
    ruleId: described(v.string(), "the rule's `id`, or its title"),
    title: described(v.string(), "the rule's title"),
    count: described(count, "how many matches it had"),
    firstAt: described(time, "the date of the first"),
    lastAt: described(time, "the date of the last"),
  } satisfies MembersOf<AlertPart>,
);

/** What has held back the notification of an alert. */
export const AlertSilenceSchema = v.strictObject(
  {
    id: described(v.string(), "the id of the silence"),
    by: described(v.string(), "the name of the token that made it"),
    reason: described(v.string(), "why"),
    until: described(v.pipe(v.string(), v.isoTimestamp()), "until when it was meant to last"),
  } satisfies MembersOf<AlertSilence>,
);

/** The shape of an alert, for valibot; `docs/alerts.md` is made from it. */
export const AlertSchema = v.strictObject(
  {
    version: described(v.literal(ALERT_VERSION), "the version of this schema"),
    id: described(
      v.string(),
      "computed from the rule, the event and its occurrence, so always the same; also the " +
        "`webhook-id` of its deliveries",
    ),
    source: v.optional(
      described(
        v.string(),
        "the name of the [source](configuration.md#sources) whose activity log the events are from; " +
          "`default` if only one is configured. Absent outside a deployment",
      ),
    ),
    level: described(AlertLevelSchema, "the rule's level; `informational` if it states none"),
    summary: described(
      v.pipe(v.string(), v.maxLength(300)),
      "what happened, in one line: the rule's `panoptes.summary` with the event's values, or its " +
        "title with who acted, on what and from where. Values are cut, and control characters replaced",
    ),
    backfilled: described(
      v.boolean(),
      "whether it is about the past: the event was older than `ALERT_MAX_AGE` when it was recorded, " +
        "or happened before the log began. Such an alert is not delivered, except to endpoints with " +
        "`backfilled: true`",
    ),
    foldedInto: v.optional(
      described(
        v.string(),
        "the id of the alert that it repeats: its rule [suppresses](tuning.md#suppression) it, and " +
          "only a count of it is delivered. Absent if it is no such repeat",
      ),
    ),
    silencedBy: v.optional(
      described(
        AlertSilenceSchema,
        "the [silence](tuning.md#silences) that held back its notification; absent if none did",
      ),
    ),
    firstAt: described(time, "the date of the first event; null if it has none"),
    lastAt: described(
      time,
      "the date of the last event; for an absence, when its time was over",
    ),
    rule: described(AlertRuleSchema, "the rule, in the words of its author"),
    group: v.optional(
      described(
        v.pipe(v.array(AlertGroupSchema), v.readonly()),
        "what the events of a correlation have in common; for a rule with `new_value` or " +
          "`absence`, its group, and the new value. Absent for other rules",
      ),
    ),
    parts: v.optional(
      described(
        v.pipe(v.array(AlertPartSchema), v.readonly()),
        "what each rule contributed to a correlation; absent for other rules",
      ),
    ),
    eventCount: described(
      v.pipe(v.number(), v.integer(), v.minValue(0)),
      "how many events caused it; 0 if it is about Panoptes itself",
    ),
    events: described(
      v.pipe(v.array(AlertEventSchema), v.maxLength(100), v.readonly()),
      "those events, oldest first: the first 100, or as many as a row can hold",
    ),
    matched: described(
      v.pipe(v.array(AlertFieldSchema), v.readonly()),
      "the fields that made the rule match, at most 32",
    ),
    rulesRevision: v.optional(
      described(
        v.string(),
        "the revision of the rules that were in force; [`GET /v1/rules`](http.md#rules) says which " +
          "are now. Absent where rules have none, as outside a deployment",
      ),
    ),
  } satisfies MembersOf<Alert>,
);

/** What closes a window in which repeats were folded: the `data` of `alert.folded`. */
export const FoldedAlertsSchema = v.strictObject(
  {
    version: described(v.literal(ALERT_VERSION), "the version of this schema"),
    id: described(v.string(), "the `webhook-id` of the message, the same on every attempt"),
    source: v.optional(
      described(v.string(), "the name of the source of these alerts; as for an alert"),
    ),
    level: described(AlertSchema.entries.level, "the level of the rule"),
    summary: described(
      AlertSchema.entries.summary,
      "one line: the rule's title, how many repeats there were, in what time, and of what",
    ),
    rule: described(
      v.pick(AlertRuleSchema, ["id", "title"]),
      "the rule: its `id` and `title`",
    ),
    group: described(
      v.pipe(v.array(AlertGroupSchema), v.readonly()),
      "what the alerts have in common; values are cut after 200 characters",
    ),
    count: described(
      count,
      "how many alerts were folded: those that the endpoint would have received otherwise",
    ),
    first: described(v.string(), "the id of the alert whose message opened the window"),
    last: described(v.string(), "the id of the last alert that was folded"),
    from: described(v.pipe(v.string(), v.isoTimestamp()), "when the window was opened"),
    until: described(v.pipe(v.string(), v.isoTimestamp()), "when it was closed"),
  } satisfies MembersOf<FoldedAlerts>,
);
