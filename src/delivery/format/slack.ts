import { jsonText } from "../../stream/json_text.ts";
import { cutText } from "./cut_text.ts";
import { escapeEntities } from "./escape_entities.ts";
import { type Format, NO_OPTIONS } from "./format.ts";
import { type PlainMessage, writeToFit } from "./plain_message.ts";

/**
 * The maximum length of a body, in UTF-16 units. Slack documents no limit of the whole, but refuses
 * about 13,200 characters of blocks with `msg_blocks_too_long` (slackapi/bolt-js#2509).
 */
const MAX_BODY = 12_000;

/**
 * The maximum length of texts, in UTF-16 units, escapes included.
 *
 * - https://docs.slack.dev/reference/block-kit/blocks/header-block
 * - https://docs.slack.dev/reference/block-kit/blocks/section-block
 */
const MAX = { header: 150, section: 3_000, field: 2_000 };

/**
 * A message of Block Kit for an incoming webhook of Slack.
 *
 * All but the link is `plain_text`, in which Slack knows no formatting, no links and no emoji names;
 * `&`, `<` and `>` are escaped everywhere, so nobody is mentioned.
 */
export const slack: Format<Record<string, never>> = {
  optionsSchema: NO_OPTIONS,
  signs: "never",
  closes: true,
  request: (content, { linkTo }) => ({
    headers: { "content-type": "application/json" },
    body: writeToFit(
      content,
      linkTo,
      (message) => jsonText(slackMessage(message)),
      (body) => body.length <= MAX_BODY,
    ),
  }),
  // A webhook answers `ok`, or an error with its status; the Web API refuses with 200.
  refusal: (answer) =>
    /^\s*\{\s*"ok"\s*:\s*false/.test(answer)
      ? /rate_?limited/.test(answer) ? "throttle" : "permanent"
      : undefined,
};

function slackMessage({ heading, summary, facts, events, advice, link }: PlainMessage) {
  const texts = [
    summary,
    ...(events.length === 0 ? [] : [`Events:\n${events.join("\n")}`]),
    ...advice.map(({ label, value }) => `${label}: ${value}`),
  ];
  const [said, ...more] = texts.map((text) => ({
    type: "section",
    text: plainText(text, MAX.section),
  }));
  return {
    // Notifications show only this.
    text: cutText(`${heading}\n${summary}`, MAX.section, { write: escapeEntities }),
    blocks: [
      { type: "header", text: plainText(heading, MAX.header) },
      said,
      {
        type: "section",
        fields: facts.map(({ label, value }) => plainText(`${label}\n${value}`, MAX.field)),
      },
      ...more,
      ...(link === undefined ? [] : [{
        type: "section",
        text: { type: "mrkdwn", text: `<${escapeEntities(link)}|Open the alert>` },
      }]),
    ],
    unfurl_links: false,
    unfurl_media: false,
  };
}

function plainText(text: string, max: number) {
  return {
    type: "plain_text",
    text: cutText(text, max, { write: escapeEntities }),
    emoji: false,
  };
}
