import * as v from "valibot";
import type { AlertEvent, AlertLevel } from "../../alert/alert.ts";
import { fieldTexts } from "../../alert/field_texts.ts";
import { parseDate } from "../../thousandeyes/event/parse_date.ts";
import { type Activity, activityOf } from "./activity.ts";
import { attackOf } from "./attack_tags.ts";
import { bodyWithin } from "./body_within.ts";
import { cutText } from "./cut_text.ts";
import { entitiesOf, entitiesOfEvent, type Entity, eventsOf, fieldsOf } from "./entities.ts";
import type { Format, FormatContext, MessageContent } from "./format.ts";
import { alertIdOf, messageData } from "./message_data.ts";
import { MAX_BODY_BYTES } from "./standard.ts";
import { wellFormedJson } from "./well_formed_json.ts";

/** The versions of the schema that a finding can be made for. */
const VERSIONS = ["1.8.0", "1.9.0"] as const;

/** What an endpoint says for this format. */
export interface OcsfOptions {
  /** The version of the schema. */
  readonly version: typeof VERSIONS[number];
}

type Context = FormatContext<OcsfOptions>;
type Members = Readonly<Record<string, unknown>>;

/** How many events are described one by one; `unmapped` has as many as fit. */
const MAX_EVENTS = 20;

/** The attributes `severity_id` and `severity`. */
const SEVERITIES: Readonly<Record<AlertLevel, readonly [id: number, caption: string]>> = {
  informational: [1, "Informational"],
  low: [2, "Low"],
  medium: [3, "Medium"],
  high: [4, "High"],
  critical: [5, "Critical"],
};

/** What becomes of the finding: its activity and its status. */
const ACTIVITIES = {
  "alert.created": { id: 1, name: "Create", status: { status_id: 1, status: "New" } },
  // Whoever reviews the finding knows its status better.
  "alert.folded": { id: 2, name: "Update", status: {} },
  "alert.closed": { id: 3, name: "Close", status: { status_id: 4, status: "Resolved" } },
} as const satisfies Record<MessageContent["type"], Members>;

/** An activity of a class of events: its id and its caption. */
type EventActivity = readonly [id: number, caption: string];

/** A class of events, and the activities of it that we can tell. */
interface EventClass {
  readonly uid: number;
  readonly name: string;
  readonly activities: { readonly [Name in NonNullable<Activity["action"]>]?: EventActivity };
}

const UNKNOWN: EventActivity = [0, "Unknown"];
const OTHER: EventActivity = [99, "Other"];
const CRUD: EventClass["activities"] = {
  create: [1, "Create"],
  read: [2, "Read"],
  update: [3, "Update"],
  delete: [4, "Delete"],
};
const CLASSES: Readonly<Record<Exclude<Activity["about"], "user">, EventClass>> = {
  session: {
    uid: 3002,
    name: "Authentication",
    activities: { begin: [1, "Logon"], end: [2, "Logoff"] },
  },
  token: { uid: 6003, name: "API Activity", activities: CRUD },
  entity: { uid: 3004, name: "Entity Management", activities: CRUD },
};
/** Version 1.9 has replaced the class. */
const USER_CLASS: Readonly<Record<OcsfOptions["version"], EventClass>> = {
  "1.8.0": {
    uid: 3001,
    name: "Account Change",
    activities: { create: [1, "Create"], delete: [6, "Delete"] },
  },
  "1.9.0": {
    uid: 3007,
    name: "User Management",
    activities: { create: [1, "Create"], update: [2, "Update"], delete: [3, "Delete"] },
  },
};

/**
 * The Open Cybersecurity Schema Framework: a Detection Finding (2004), which is created, updated by
 * the count of its repeats, and closed. Its events are related events of the classes 3002, 3001 or
 * 3007, 3004 and 6003; `unmapped` has the whole alert.
 */
export const ocsf: Format<OcsfOptions> = {
  optionsSchema: v.optional(
    v.strictObject({
      version: v.optional(v.picklist(VERSIONS, `must be one of ${VERSIONS.join(", ")}`), "1.8.0"),
    }, "must be an object with the member version"),
    {},
  ),
  signs: "if-secret",
  closes: true,
  request: (content, context) => ({
    headers: { "content-type": "application/json" },
    body: bodyWithin(
      MAX_BODY_BYTES,
      content,
      (content) => wellFormedJson(findingOf(content, context)),
    ),
  }),
};

function findingOf(content: MessageContent, { options, linkTo }: Context): Members {
  const { id, level, summary } = content.type === "alert.folded" ? content.folded : content.alert;
  const { id: activity, name, status } = ACTIVITIES[content.type];
  const [severityId, severity] = SEVERITIES[level];
  const data = messageData(content, linkTo);
  const evidences = eventsOf(content).slice(0, MAX_EVENTS).map(evidenceOf);
  const resources = resourcesOf(entitiesOf(content).resources);
  const { from, until } = rangeOf(content);
  const { runbook, references = [] } = content.type === "alert.folded"
    ? { runbook: undefined }
    : content.alert.rule;
  return {
    activity_id: activity,
    activity_name: name,
    category_uid: 2,
    category_name: "Findings",
    class_uid: 2004,
    class_name: "Detection Finding",
    type_uid: 200_400 + activity,
    type_name: `Detection Finding: ${name}`,
    severity_id: severityId,
    severity,
    ...status,
    time: content.at,
    ...(from !== undefined && { start_time: from }),
    ...(until !== undefined && { end_time: until }),
    ...(content.type === "alert.folded" && { count: content.folded.count }),
    is_alert: content.type === "alert.created",
    message: summary,
    metadata: {
      version: options.version,
      // Of this event about the finding; that of the finding is in finding_info.
      uid: content.type === "alert.closed" ? `${id}.closed` : id,
      product: { name: "Panoptes", vendor_name: "Panoptes" },
      log_name: "ThousandEyes activity log",
      ...("cut" in data && { is_truncated: true }),
    },
    finding_info: findingInfoOf(content, options, data),
    ...(evidences.length > 0 && { evidences }),
    ...(resources.length > 0 && { resources }),
    ...(runbook !== undefined && { remediation: { desc: runbook, references } }),
    unmapped: { panoptes: data },
  };
}

function findingInfoOf(content: MessageContent, { version }: OcsfOptions, data: Members): Members {
  const alert = content.type === "alert.folded" ? undefined : content.alert;
  const { id, title } = content.type === "alert.folded" ? content.folded.rule : content.alert.rule;
  const attacks = attacksOf(alert?.rule.tags ?? []);
  const events = eventsOf(content).slice(0, MAX_EVENTS)
    .flatMap((event) => relatedEventOf(event, version));
  const { from, until } = rangeOf(content);
  return {
    uid: alertIdOf(content),
    title,
    ...(alert?.rule.description !== undefined && { desc: alert.rule.description }),
    ...(content.type === "alert.created" && { created_time: content.at }),
    ...(content.type !== "alert.created" && { modified_time: content.at }),
    ...(from !== undefined && { first_seen_time: from }),
    ...(until !== undefined && { last_seen_time: until }),
    analytic: { type_id: 1, type: "Rule", uid: id, name: title },
    ...(attacks.length > 0 && { attacks }),
    data_sources: ["ThousandEyes activity log"],
    ...(events.length > 0 && { related_events: events }),
    ...(alert !== undefined && { related_events_count: alert.eventCount }),
    ...("link" in data && { src_url: data["link"] }),
  };
}

/** The dates of the first and the last event, in milliseconds since the Unix epoch. */
function rangeOf(content: MessageContent): { from?: number; until?: number } {
  const [from, until] = content.type === "alert.folded"
    ? [content.folded.from, content.folded.until]
    : [content.alert.firstAt, content.alert.lastAt];
  return {
    ...(from !== null && { from: Date.parse(from) }),
    ...(until !== null && { until: Date.parse(until) }),
  };
}

function attacksOf(tags: readonly string[]): Members[] {
  const { techniques, tactics } = attackOf(tags);
  return [
    ...techniques.map((uid) => ({
      technique: { uid: uid.slice(0, 5) },
      ...(uid.length > 5 && { sub_technique: { uid } }),
    })),
    ...tactics.map((name) => ({ tactic: { name } })),
  ];
}

/** An event that has an id, as an event of its class. */
function relatedEventOf(event: AlertEvent, version: OcsfOptions["version"]): Members[] {
  if (event.id === null) return [];
  const fields = fieldsOf(event);
  const { about, action } = activityOf(fields);
  const { uid, name, activities } = about === "user" ? USER_CLASS[version] : CLASSES[about];
  const [activity, caption] = action === undefined ? UNKNOWN : activities[action] ?? OTHER;
  const title = fieldTexts(fields, "event")[0]?.slice(0, 1_000).toWellFormed().trim();
  const at = parseDate(fieldTexts(fields, "date")[0] ?? "");
  return [{
    uid: event.id,
    type_uid: uid * 100 + activity,
    type_name: `${name}: ${caption}`,
    ...(title && { title: cutText(title, 256) }),
    ...(at !== undefined && at >= 0 && { created_time: at }),
    product: { name: "ThousandEyes", vendor_name: "Cisco" },
  }];
}

/** Who was where and did what to what; the event itself if nothing of that is known. */
function evidenceOf(event: AlertEvent): Members {
  const { users: [user], places: [place], addresses: [address], resources: all } = entitiesOfEvent(
    event,
  );
  const resources = resourcesOf(all);
  const known = {
    ...(user !== undefined && { actor: { user: userOf(user) } }),
    ...(place !== undefined && {
      src_endpoint: address === undefined ? { name: place } : { ip: address },
    }),
    ...(resources.length > 0 && { resources }),
  };
  return {
    ...(event.id !== null && { uid: event.id }),
    ...(Object.keys(known).length > 0 ? known : { data: event.event }),
  };
}

function userOf({ id, name, email }: Entity<"id" | "name" | "email">): Members {
  return {
    ...(id !== undefined && { uid: id }),
    // One of uid and name is required.
    ...((name ?? (id === undefined ? email : undefined)) !== undefined && { name: name ?? email }),
    ...(email !== undefined && { email_addr: email }),
  };
}

/** Those that have a name, which is required. */
function resourcesOf(resources: readonly Entity<"type" | "name">[]): Members[] {
  return resources.filter(({ name }) => name !== undefined);
}
