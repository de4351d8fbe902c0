import * as v from "valibot";
import type { AlertLevel } from "../../alert/alert.ts";
import { cutText } from "./cut_text.ts";
import type { Format } from "./format.ts";
import { alertIdOf } from "./message_data.ts";
import { type PlainMessage, writeToFit } from "./plain_message.ts";
import { readAnswer } from "./read_answer.ts";
import { wellFormedJson } from "./well_formed_json.ts";

/** What an endpoint says for this format. */
export interface JsmOptions {
  /** The key of the API integration: a secret. */
  readonly apiKey: string;
}

/** Limits of an alert in Jira Service Management, in characters. */
const MAX = { message: 130, description: 15_000, details: 8_000, tag: 50, tags: 20 };

/** How Jira Service Management calls the levels. */
const PRIORITIES: Readonly<Record<AlertLevel, string>> = {
  critical: "P1",
  high: "P2",
  medium: "P3",
  low: "P4",
  informational: "P5",
};

/**
 * Alerts of Jira Service Management and Opsgenie. The count of repeats is counted as a repeat of
 * the open alert, and closing the alert closes it: all have its id as their alias.
 */
export const jsm: Format<JsmOptions> = {
  optionsSchema: v.strictObject({
    apiKey: v.pipe(
      v.string("must be a string"),
      v.regex(/^[\w-]{16,128}$/, "must be the key of an API integration"),
    ),
  }, "must be an object with the member apiKey"),
  signs: "never",
  closes: true,
  secretsOf: ({ apiKey }) => [apiKey],
  keyHeader: { name: "authorization", option: "apiKey" },
  request(content, { options: { apiKey }, linkTo }) {
    const headers = { "content-type": "application/json", authorization: `GenieKey ${apiKey}` };
    const alias = alertIdOf(content);
    if (content.type === "alert.closed") {
      return {
        path: `/${alias}/close`,
        query: { identifierType: "alias" },
        headers,
        body: wellFormedJson({ source: "Panoptes", note: "Closed in Panoptes" }),
      };
    }
    const { rule } = content.type === "alert.folded" ? content.folded : content.alert;
    const tags = "tags" in rule ? rule.tags.filter((tag) => tag.trim() !== "") : [];
    const alert = writeToFit(content, linkTo, (message) => ({
      message: cutText(plain(message.summary || message.heading), MAX.message),
      alias,
      description: plain(linesOf(message).join("\n")),
      priority: PRIORITIES[message.level],
      source: "Panoptes",
      entity: "ThousandEyes",
      tags: tags.slice(0, MAX.tags).map((tag) => cutText(plain(tag.toWellFormed()), MAX.tag)),
      details: detailsOf(message),
    }), ({ description, details }) =>
      description.length <= MAX.description &&
      Object.entries(details).join("").length <= MAX.details);
    return { headers, body: wellFormedJson(alert) };
  },
  refusal(answer) {
    const { json, refusal } = readAnswer(answer);
    if (json === undefined) return refusal;
    return typeof json.requestId === "string" ? undefined : "permanent";
  },
};

function linesOf({ heading, summary, events, advice, link }: PlainMessage): string[] {
  return [
    heading,
    summary,
    ...events.map((event) => `- ${event}`),
    ...advice.map(({ label, value }) => `${label}: ${value}`),
    ...(link === undefined ? [] : [link]),
  ];
}

function detailsOf({ facts, link }: PlainMessage): Record<string, string> {
  return {
    ...Object.fromEntries(facts.map(({ label, value }) => [label, plain(value)])),
    ...(link !== undefined && { Link: link }),
  };
}

/**
 * A text without HTML, which is interpreted in some places and shown as it is in others, so that
 * escaping it would be wrong in one of them.
 */
function plain(text: string): string {
  return text.replaceAll("<", "‹").replaceAll(">", "›");
}
