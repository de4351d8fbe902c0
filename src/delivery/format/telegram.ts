import * as v from "valibot";
import { jsonText } from "../../stream/json_text.ts";
import { escapeEntities } from "./escape_entities.ts";
import type { Format } from "./format.ts";
import { type PlainMessage, writeToFit } from "./plain_message.ts";

/**
 * The maximum length of a text, in UTF-16 units, as it reads without markup
 * (https://core.telegram.org/bots/api#sendmessage).
 */
const MAX_TEXT = 4_096;

/** What an endpoint of Telegram says. */
export interface TelegramOptions {
  /** The chat: its number, or the name of a public channel with `@`. */
  readonly chatId: number | string;
  /** The number of a topic in the chat; default none. */
  readonly threadId?: number | undefined;
}

const chat = "must be the number of a chat, or @ and the name of a public channel";
const topic = "must be the number of a topic";

/**
 * A message for the method `sendMessage` of the Bot API of Telegram, in its HTML.
 *
 * Telegram makes links of names, addresses and commands wherever it finds them, except in code. So
 * whatever others have chosen stands in code.
 */
export const telegram: Format<TelegramOptions> = {
  optionsSchema: v.strictObject({
    chatId: v.union([
      v.pipe(v.number(), v.safeInteger(chat)),
      v.pipe(v.string(), v.regex(/^(-?\d{1,15}|@[A-Za-z]\w{3,31})$/, chat)),
    ], chat),
    threadId: v.optional(v.pipe(v.number(topic), v.safeInteger(topic), v.minValue(1, topic))),
  }, "must be an object with chatId, and perhaps threadId"),
  signs: "never",
  closes: true,
  request: (content, { options: { chatId, threadId }, linkTo }) => ({
    headers: { "content-type": "application/json" },
    body: jsonText({
      chat_id: chatId,
      ...(threadId === undefined ? {} : { message_thread_id: threadId }),
      text: writeToFit(content, linkTo, htmlOf, (html) => readableLength(html) <= MAX_TEXT),
      parse_mode: "HTML",
      link_preview_options: { is_disabled: true },
    }),
  }),
  // https://core.telegram.org/bots/api#making-requests
  refusal: (answer) => {
    if (!/^\s*\{\s*"ok"\s*:\s*false/.test(answer)) return undefined;
    const code = Number(/"error_code"\s*:\s*(\d{3})/.exec(answer)?.[1]);
    return code === 429 ? "throttle" : code >= 500 ? "retry" : "permanent";
  },
};

function htmlOf({ state, title, summary, facts, events, advice, link }: PlainMessage): string {
  return [
    `<b>${state}</b>: ${code(title)}`,
    code(summary),
    "",
    ...facts.map(({ label, value }) => `${label}: ${code(value)}`),
    ...(events.length === 0 ? [] : ["", "Events:", ...events.map(code)]),
    ...advice.flatMap((
      { label, value },
    ) => ["", `${label}:`, `<pre>${escapeEntities(value)}</pre>`]),
    ...(link === undefined ? [] : ["", `<a href="${escapeEntities(link)}">Open the alert</a>`]),
  ].join("\n");
}

function code(text: string): string {
  return `<code>${escapeEntities(text)}</code>`;
}

function readableLength(html: string): number {
  return html.replace(/<[^>]*>/g, "").replace(/&\w+;/g, "&").length;
}
