import { jsonText } from "../../stream/json_text.ts";
import { cutText } from "./cut_text.ts";
import { type Format, NO_OPTIONS } from "./format.ts";
import { type PlainMessage, writeToFit } from "./plain_message.ts";

/**
 * The maximum length of the texts of an embed, and of all of them together, in UTF-16 units, escapes
 * included (https://discord.com/developers/docs/resources/message#embed-object-embed-limits).
 */
const MAX = { title: 256, description: 4_096, value: 1_024, all: 6_000 };

const COLOURS: Readonly<Record<PlainMessage["level"], number>> = {
  critical: 0xd92d20,
  high: 0xf79009,
  medium: 0xfac515,
  low: 0x2e90fa,
  informational: 0x98a2b3,
};
const CLOSED = 0x12b76a;

/** A value up to this length stands beside another. */
const SHORT_VALUE = 40;

/**
 * A message with an embed for a webhook of Discord. Nobody is mentioned, whatever the text says
 * (`allowed_mentions`), and what Discord takes for Markdown is escaped.
 */
export const discord: Format<Record<string, never>> = {
  optionsSchema: NO_OPTIONS,
  signs: "never",
  closes: true,
  request: (content, { linkTo }) => {
    const embed = writeToFit(
      content,
      linkTo,
      embedOf,
      (embed) => embed.description.length <= MAX.description && lengthOf(embed) <= MAX.all,
    );
    return {
      // Without this, Discord answers before it knows whether the message can be saved
      // (https://discord.com/developers/docs/resources/webhook#execute-webhook).
      query: { wait: "true" },
      headers: { "content-type": "application/json" },
      body: jsonText({ embeds: [embed], allowed_mentions: { parse: [] } }),
    };
  },
};

interface Embed {
  readonly title: string;
  readonly description: string;
  readonly color: number;
  readonly fields: readonly { name: string; value: string; inline: boolean }[];
}

function embedOf(
  { type, level, heading, summary, facts, events, advice, link }: PlainMessage,
): Embed {
  const paragraphs = [
    escapeMarkdown(summary),
    ...(events.length === 0 ? [] : [`**Events**\n${events.map(escapeMarkdown).join("\n")}`]),
    ...advice.map(({ label, value }) => `**${label}**\n${escapeMarkdown(value)}`),
    ...(link === undefined ? [] : [`[Open the alert](${link})`]),
  ];
  return {
    title: cutText(heading, MAX.title, { write: escapeMarkdown }),
    description: paragraphs.join("\n\n"),
    color: type === "alert.closed" ? CLOSED : COLOURS[level],
    fields: facts.map(({ label, value }) => ({
      name: label,
      value: cutText(value, MAX.value, { write: escapeMarkdown }),
      inline: value.length <= SHORT_VALUE,
    })),
  };
}

function lengthOf({ title, description, fields }: Embed): number {
  const texts = [title, description, ...fields.flatMap(({ name, value }) => [name, value])];
  return texts.reduce((sum, { length }) => sum + length, 0);
}

/** Also the colon that makes a link of an address, and what starts a list. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\*_~`|<>[\]@#]|:(?=\/)/g, "\\$&")
    .replace(/^(\s*\d*)([-+.])(?=\s|$)/gm, "$1\\$2");
}
