import * as v from "valibot";
import type { AlertLevel } from "../../alert/alert.ts";
import { bodyWithin } from "./body_within.ts";
import { cutText } from "./cut_text.ts";
import { entitiesOf } from "./entities.ts";
import type { Format } from "./format.ts";
import { alertIdOf, happenedAt, messageData } from "./message_data.ts";
import { plainMessage } from "./plain_message.ts";
import { readAnswer } from "./read_answer.ts";
import { wellFormedJson } from "./well_formed_json.ts";

/** What an endpoint says for this format. */
export interface PagerdutyOptions {
  /** The integration key: a secret. */
  readonly routingKey: string;
}

/** PagerDuty's limits: of an event in bytes, ... */
const MAX_EVENT_BYTES = 512_000;
/** ... and of a summary in characters. */
const MAX_SUMMARY = 1_024;

/** How PagerDuty calls the levels. */
const SEVERITIES: Readonly<Record<AlertLevel, "critical" | "error" | "warning" | "info">> = {
  critical: "critical",
  high: "error",
  medium: "warning",
  low: "info",
  informational: "info",
};

/**
 * PagerDuty's Events API v2. An alert triggers, the count of its repeats is added to it (or opens it
 * again if it has been resolved meanwhile), and its closing resolves it: all have its id as their
 * `dedup_key`.
 */
export const pagerduty: Format<PagerdutyOptions> = {
  optionsSchema: v.strictObject({
    routingKey: v.pipe(
      v.string("must be a string"),
      v.regex(/^[0-9a-zA-Z]{32}$/, "must be an integration key: 32 letters and digits"),
    ),
  }, "must be an object with the member routingKey"),
  signs: "never",
  closes: true,
  secretsOf: ({ routingKey }) => [routingKey],
  request: (content, { options: { routingKey }, linkTo }) => ({
    headers: { "content-type": "application/json" },
    body: bodyWithin(MAX_EVENT_BYTES, content, (content) => {
      const key = { routing_key: routingKey, dedup_key: alertIdOf(content) };
      if (content.type === "alert.closed") {
        return wellFormedJson({ ...key, event_action: "resolve" });
      }
      const { rule } = content.type === "alert.folded" ? content.folded : content.alert;
      const { level, summary, heading, facts, advice, link } = plainMessage(content, linkTo);
      const { accountGroups: [group, ...others] } = entitiesOf(content);
      return wellFormedJson({
        ...key,
        event_action: "trigger",
        client: "Panoptes",
        ...(link !== undefined && {
          client_url: link,
          links: [{ href: link, text: "The alert in Panoptes" }],
        }),
        payload: {
          summary: cutText(summary || heading, MAX_SUMMARY),
          source: "ThousandEyes",
          severity: SEVERITIES[level],
          timestamp: new Date(happenedAt(content)).toISOString(),
          ...(others.length === 0 && group?.name !== undefined && { group: group.name }),
          class: cutText(rule.title.toWellFormed(), MAX_SUMMARY),
          custom_details: {
            ...Object.fromEntries([...facts, ...advice].map(({ label, value }) => [label, value])),
            message: messageData(content, linkTo),
          },
        },
      });
    }),
  }),
  refusal(answer) {
    const { json, refusal } = readAnswer(answer);
    if (json === undefined) return refusal;
    return json.status === "success" ? undefined : "permanent";
  },
};
