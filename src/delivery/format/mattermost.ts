import { jsonText } from "../../stream/json_text.ts";
import { type Format, NO_OPTIONS } from "./format.ts";
import { type PlainMessage, writeToFit } from "./plain_message.ts";

/**
 * The maximum length of a text, in UTF-16 units; Mattermost makes several posts of a longer one
 * (https://developers.mattermost.com/integrate/webhooks/incoming/).
 */
const MAX_TEXT = 16_383;

/**
 * A message in Markdown for an incoming webhook of Mattermost.
 *
 * Mattermost finds mentions, links, hashtags and emoji names also in escaped text, except in code.
 * So whatever others have chosen stands in code.
 */
export const mattermost: Format<Record<string, never>> = {
  optionsSchema: NO_OPTIONS,
  signs: "never",
  closes: true,
  request: (content, { linkTo }) => ({
    headers: { "content-type": "application/json" },
    body: jsonText({
      text: writeToFit(content, linkTo, markdownOf, ({ length }) => length <= MAX_TEXT),
    }),
  }),
};

function markdownOf({ state, title, summary, facts, events, advice, link }: PlainMessage): string {
  return [
    `#### ${state}: ${code(title)}`,
    code(summary),
    "",
    ...facts.map(({ label, value }) => `- ${label}: ${code(value)}`),
    ...(events.length === 0 ? [] : ["- Events:", ...events.map((event) => `  - ${code(event)}`)]),
    ...advice.flatMap(({ label, value }) => ["", `${label}:`, codeBlock(value)]),
    ...(link === undefined ? [] : ["", `[Open the alert](${link})`]),
  ].join("\n");
}

/** Code ends with as many backticks as it starts with, so there is one more than in the text. */
function code(text: string): string {
  const fence = "`".repeat(longestRun(text) + 1);
  const room = text.startsWith("`") || text.endsWith("`") ? " " : "";
  return `${fence}${room}${text}${room}${fence}`;
}

function codeBlock(text: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, { length }) => Math.max(longest, length), 0);
}
