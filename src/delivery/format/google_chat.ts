import { jsonText } from "../../stream/json_text.ts";
import { isLarger } from "../../alert/shorten.ts";
import { escapeEntities } from "./escape_entities.ts";
import { type Format, NO_OPTIONS } from "./format.ts";
import { alertIdOf } from "./message_data.ts";
import { type PlainMessage, writeToFit } from "./plain_message.ts";

/**
 * The maximum size of a body, in bytes
 * (https://developers.google.com/workspace/chat/create-messages).
 */
const MAX_BODY_BYTES = 32_000;

/**
 * A card for an incoming webhook of a space in Google Chat. Its texts are HTML of a few tags
 * (https://developers.google.com/workspace/chat/format-messages), so `&`, `<` and `>` are escaped.
 * Repeats and the closing of an alert are replies in its thread, where the space has threads.
 */
export const googleChat: Format<Record<string, never>> = {
  optionsSchema: NO_OPTIONS,
  signs: "never",
  closes: true,
  request: (content, { linkTo }) => ({
    query: { messageReplyOption: "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD" },
    headers: { "content-type": "application/json; charset=utf-8" },
    body: writeToFit(
      content,
      linkTo,
      (message) => jsonText({ ...chatMessage(message), thread: { threadKey: alertIdOf(content) } }),
      (body) => !isLarger(body, MAX_BODY_BYTES),
    ),
  }),
};

function chatMessage({ heading, summary, facts, events, advice, link }: PlainMessage) {
  const widgets = [
    paragraph(`<b>${escapeEntities(heading)}</b>`, escapeEntities(summary)),
    ...facts.map(({ label, value }) => ({
      decoratedText: { topLabel: label, text: escapeEntities(value), wrapText: true },
    })),
    ...(events.length === 0 ? [] : [paragraph("<b>Events</b>", ...events.map(escapeEntities))]),
    ...advice.map(({ label, value }) =>
      paragraph(`<b>${label}</b>`, ...value.split("\n").map(escapeEntities))
    ),
    ...(link === undefined ? [] : [{
      buttonList: { buttons: [{ text: "Open the alert", onClick: { openLink: { url: link } } }] },
    }]),
  ];
  return {
    // Notifications show only this. It is plain text; `<users/all>` is taken apart all the same.
    fallbackText: `${heading}: ${summary}`.replaceAll("<", "<\u200b"),
    cardsV2: [{ cardId: "alert", card: { sections: [{ widgets }] } }],
  };
}

function paragraph(...lines: readonly string[]) {
  return { textParagraph: { text: lines.join("<br>") } };
}
