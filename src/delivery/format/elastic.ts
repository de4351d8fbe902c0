import * as v from "valibot";
import type { AlertLevel } from "../../alert/alert.ts";
import { type Activity, activityOf } from "./activity.ts";
import { attackOf } from "./attack_tags.ts";
import { bodyWithin } from "./body_within.ts";
import { cutText } from "./cut_text.ts";
import { type Entities, entitiesOf, eventsOf, fieldsOf } from "./entities.ts";
import type { Format, FormatContext, MessageContent } from "./format.ts";
import { happenedAt, messageData } from "./message_data.ts";
import { readAnswer } from "./read_answer.ts";
import { wellFormedJson } from "./well_formed_json.ts";

/** What an endpoint says for this format. */
export interface ElasticOptions {
  /** The API key, as Kibana shows it encoded: a secret. */
  readonly apiKey: string;
  /** The data stream or index. */
  readonly dataStream: string;
}

/** Elasticsearch takes far more; a document of this size is still quick to show. */
const MAX_BODY_BYTES = 1_000_000;
/** A keyword is not indexed beyond this length. */
const MAX_KEYWORD = 1_024;
/** The version of the Elastic Common Schema. */
const ECS_VERSION = "8.11.0";

/** The levels as numbers, as the detection engine of Elastic scores them. */
const SEVERITIES: Readonly<Record<AlertLevel, number>> = {
  critical: 99,
  high: 73,
  medium: 47,
  low: 21,
  informational: 1,
};

const CATEGORIES: Readonly<Record<Activity["about"], string>> = {
  session: "authentication",
  user: "iam",
  token: "iam",
  entity: "configuration",
};

const TYPES: Readonly<Record<NonNullable<Activity["action"]>, string>> = {
  begin: "start",
  end: "end",
  create: "creation",
  read: "info",
  update: "change",
  delete: "deletion",
};

/**
 * Elasticsearch: one document of the Elastic Common Schema by the bulk API. Its id is that of the
 * message, so a message that arrives twice is stored once.
 *
 * No member of an event becomes a field: events may have any member of any type, and the first one
 * of another type would be refused. The whole alert is in `event.original`, as text.
 */
export const elastic: Format<ElasticOptions> = {
  optionsSchema: v.strictObject({
    apiKey: v.pipe(
      v.string("must be a string"),
      v.regex(/^[\w+/-]{16,512}={0,2}$/, "must be an API key as Kibana shows it encoded"),
    ),
    dataStream: v.optional(
      v.pipe(
        v.string("must be a string"),
        v.regex(/^[a-z0-9][a-z0-9._-]{0,199}$/, "must be the name of a data stream or index"),
      ),
      "logs-panoptes.alerts-default",
    ),
  }, "must be an object with apiKey, and dataStream"),
  signs: "never",
  closes: false,
  secretsOf: ({ apiKey }) => [apiKey],
  keyHeader: { name: "authorization", option: "apiKey" },
  request: (content, { options: { apiKey, dataStream }, linkTo }) => ({
    path: "/_bulk",
    headers: { "content-type": "application/x-ndjson", authorization: `ApiKey ${apiKey}` },
    body: bodyWithin(MAX_BODY_BYTES, content, (content) => {
      const { id } = content.type === "alert.folded" ? content.folded : content.alert;
      const action = { create: { _index: dataStream, _id: id } };
      return `${wellFormedJson(action)}\n${wellFormedJson(documentOf(content, linkTo))}\n`;
    }),
  }),
  refusal(answer) {
    // The answer may have been cut in the middle of a reason, after all that matters.
    const errors = /"errors"\s*:\s*(true|false)/.exec(answer)?.[1];
    if (errors === "false") return undefined;
    const status = Number(/"status"\s*:\s*(\d{3})/.exec(answer)?.[1]);
    if (errors === undefined || Number.isNaN(status)) {
      return readAnswer(answer).refusal ?? "permanent";
    }
    if (status === 409) return undefined; // this message is there already
    if (status === 429 || status === 503) return "throttle";
    return status >= 500 ? "retry" : "permanent";
  },
};

function documentOf(
  content: MessageContent,
  linkTo: FormatContext<unknown>["linkTo"],
): Readonly<Record<string, unknown>> {
  const { id, level, rule, summary } = content.type === "alert.folded"
    ? content.folded
    : content.alert;
  const data = messageData(content, linkTo);
  const { firstAt, lastAt } = content.type === "alert.folded"
    ? { firstAt: content.folded.from, lastAt: content.folded.until }
    : content.alert;
  const activities = eventsOf(content).map((event) => activityOf(fieldsOf(event)));
  const outcomes = distinct(activities.map(({ failed }) => failed ? "failure" : "success"));
  const entities = entitiesOf(content);
  return {
    "@timestamp": new Date(happenedAt(content)).toISOString(),
    ecs: { version: ECS_VERSION },
    message: summary,
    log: { level },
    event: {
      kind: "alert",
      module: "panoptes",
      dataset: "panoptes.alerts",
      provider: "thousandeyes",
      action: content.type,
      id,
      severity: SEVERITIES[level],
      created: new Date(content.at).toISOString(),
      ...(firstAt !== null && { start: firstAt }),
      ...(lastAt !== null && { end: lastAt }),
      ...(activities.length > 0 && {
        category: distinct(activities.map(({ about }) => CATEGORIES[about])),
        type: distinct(
          activities.map(({ action }) => action === undefined ? "info" : TYPES[action]),
        ),
        ...(outcomes.length === 1 && { outcome: outcomes[0] }),
      }),
      ...("link" in data && { url: data["link"] }),
      original: wellFormedJson(data),
    },
    ...ruleOf(rule),
    ...entityFieldsOf(entities),
    observer: { vendor: "Panoptes", product: "Panoptes" },
  };
}

function ruleOf(
  rule: Partial<Extract<MessageContent, { type: "alert.created" }>["alert"]["rule"]>,
): Readonly<Record<string, unknown>> {
  const { id = "", title = "", description, author, tags = [], references = [] } = rule;
  const { techniques, tactics } = attackOf(tags);
  const reference = references.find((text) => /^https?:\/\//.test(text));
  return {
    rule: {
      id: keyword(id),
      name: keyword(title),
      ...(description !== undefined && { description: keyword(description) }),
      ...(author !== undefined && { author: [keyword(author)] }),
      ...(reference !== undefined && { reference: keyword(reference) }),
    },
    ...(tags.length > 0 && { tags: tags.slice(0, 50).map(keyword) }),
    ...(techniques.length + tactics.length > 0 && {
      threat: {
        framework: "MITRE ATT&CK",
        ...(techniques.length > 0 && { technique: { id: techniques } }),
        ...(tactics.length > 0 && { tactic: { name: tactics } }),
      },
    }),
  };
}

/** Fields for one user, place or account group only where there is just one; `related` has all. */
function entityFieldsOf(
  { users, places, addresses, accountGroups }: Entities,
): Readonly<Record<string, unknown>> {
  const [user, accountGroup] = [users, accountGroups].map((all) => all.length === 1 ? all[0] : {});
  const named = distinct(users.flatMap((user) => Object.values(user)));
  return {
    ...(isKnown(user) && { user }),
    ...(isKnown(accountGroup) && { organization: accountGroup }),
    ...(places.length === 1 && {
      source: { address: places[0], ...(addresses.length === 1 && { ip: addresses[0] }) },
    }),
    ...(named.length + addresses.length > 0 && {
      related: {
        ...(named.length > 0 && { user: named }),
        ...(addresses.length > 0 && { ip: addresses }),
      },
    }),
  };
}

function isKnown(members: object | undefined): boolean {
  return members !== undefined && Object.keys(members).length > 0;
}

function keyword(text: string): string {
  return cutText(text.toWellFormed(), MAX_KEYWORD);
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
