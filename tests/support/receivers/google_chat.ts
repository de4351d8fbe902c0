import * as v from "valibot";
import { answering, type ChatReceiver, jsonBytes, stringsAt } from "./chat_receiver.ts";

/** https://developers.google.com/workspace/chat/format-messages#card-formatting */
const TAGS = ["b", "i", "u", "s", "strike", "font", "a", "br", "time", "code", "ul", "ol", "li"];

/** HTML of those tags, each closed; undefined if it is none. */
function tagsOf(html: string): string[] | undefined {
  const tags = html.match(/<\/?[a-z]+(?: [a-z]+="[^"]*")?>/g) ?? [];
  if (/[<>]/.test(tags.reduce((text, tag) => text.replace(tag, ""), html))) return undefined;
  const open: string[] = [];
  for (const tag of tags) {
    const name = /[a-z]+/.exec(tag)?.[0] ?? "";
    if (!TAGS.includes(name)) return undefined;
    if (name === "br") continue;
    if (!tag.startsWith("</")) open.push(name);
    else if (open.pop() !== name) return undefined;
  }
  return open.length === 0 ? tags : undefined;
}

const html = v.pipe(v.string(), v.minLength(1), v.check((text) => tagsOf(text) !== undefined));

// https://developers.google.com/workspace/chat/api/reference/rest/v1/cards#widget
const widget = v.union([
  v.strictObject({ textParagraph: v.strictObject({ text: html }) }),
  v.strictObject({
    decoratedText: v.strictObject({
      topLabel: v.optional(v.string()),
      text: html,
      wrapText: v.optional(v.boolean()),
    }),
  }),
  v.strictObject({
    buttonList: v.strictObject({
      buttons: v.pipe(
        v.array(v.strictObject({
          text: v.string(),
          onClick: v.strictObject({
            openLink: v.strictObject({ url: v.pipe(v.string(), v.url()) }),
          }),
        })),
        v.minLength(1),
      ),
    }),
  }),
]);

// https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages: 32,000 bytes;
// https://developers.google.com/workspace/chat/api/reference/rest/v1/cards: 100 widgets
const ChatMessageSchema = v.pipe(
  v.strictObject({
    text: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(4_096))),
    fallbackText: v.optional(v.string()),
    // https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages#thread
    thread: v.optional(v.strictObject({ threadKey: v.pipe(v.string(), v.maxLength(4_000)) })),
    cardsV2: v.optional(v.pipe(
      v.array(v.strictObject({
        cardId: v.string(),
        card: v.strictObject({
          sections: v.pipe(
            v.array(v.strictObject({
              widgets: v.pipe(v.array(widget), v.minLength(1), v.maxLength(100)),
            })),
            v.minLength(1),
          ),
        }),
      })),
      v.minLength(1),
    )),
  }),
  v.check(({ text, cardsV2 }) => text !== undefined || cardsV2 !== undefined),
  v.check((message) => jsonBytes(message) <= 32_000),
);

const refused = (message: string) => ({
  status: 400,
  body: { error: { code: 400, message, status: "INVALID_ARGUMENT" } },
});

const cardOf = (text: string) => ({
  cardsV2: [{ cardId: "x", card: { sections: [{ widgets: [{ textParagraph: { text } }] }] } }],
});

/** An incoming webhook of a space in Google Chat. */
export const googleChatReceiver: ChatReceiver = {
  path: "/v1/spaces/AAAAAAAAAAA/messages?key=AIzaSyEXAMPLEKEY0000&token=EXAMPLE-TOKEN-00000",
  schema: ChatMessageSchema,
  receiver: answering((body, { url }) => {
    // Without it, the thread is ignored.
    if (!url.includes("&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD")) {
      return refused("No reply option.");
    }
    if (v.is(ChatMessageSchema, body)) {
      return { status: 200, body: { name: "spaces/AAAAAAAAAAA/messages/x.x" } };
    }
    if (jsonBytes(body ?? null) > 32_000) return refused("Message is too long.");
    return refused("Invalid JSON payload received.");
  }),
  refuses: [
    {
      why: "a member that is unknown",
      body: { message: "x" },
      status: 400,
      says: "INVALID_ARGUMENT",
    },
    {
      why: "more than 32,000 bytes",
      body: cardOf("x".repeat(32_000)),
      status: 400,
      says: "Message is too long",
    },
    {
      why: "a tag that is unknown",
      body: cardOf("<p>x</p>"),
      status: 400,
      says: "INVALID_ARGUMENT",
    },
    { why: "a tag that is open", body: cardOf("<b>x"), status: 400, says: "INVALID_ARGUMENT" },
    { why: "no text", body: { fallbackText: "x" }, status: 400, says: "INVALID_ARGUMENT" },
  ],
  interprets: (body) => [
    ...stringsAt(body, "text").flatMap((text) => tagsOf(text) ?? ["not HTML"]),
    ...stringsAt(body, "text").flatMap((text) => text.match(/&(?!(?:amp|lt|gt);)/g) ?? []),
    // https://developers.google.com/workspace/chat/format-messages#messages-@mention
    ...stringsAt(body, "fallbackText").flatMap((text) =>
      text.match(/<(?:users\/|\w+:)[^>]*>/g) ?? []
    ),
    ...stringsAt(body, "url"),
  ],
};
