import * as v from "valibot";
import { answering, type ChatReceiver, stringsAt } from "./chat_receiver.ts";

// https://docs.slack.dev/reference/block-kit/composition-objects/text-object: 1 to 3,000 characters
function plainText(max: number) {
  return v.strictObject({
    type: v.literal("plain_text"),
    text: v.pipe(v.string(), v.minLength(1), v.maxLength(max)),
    emoji: v.optional(v.boolean()),
  });
}
function text(max: number) {
  return v.variant("type", [
    plainText(max),
    v.strictObject({
      type: v.literal("mrkdwn"),
      text: v.pipe(v.string(), v.minLength(1), v.maxLength(max)),
      verbatim: v.optional(v.boolean()),
    }),
  ]);
}

const block = v.variant("type", [
  // https://docs.slack.dev/reference/block-kit/blocks/header-block
  v.strictObject({ type: v.literal("header"), text: plainText(150) }),
  // https://docs.slack.dev/reference/block-kit/blocks/section-block
  v.pipe(
    v.strictObject({
      type: v.literal("section"),
      text: v.optional(text(3_000)),
      fields: v.optional(v.pipe(v.array(text(2_000)), v.minLength(1), v.maxLength(10))),
    }),
    v.check(({ text, fields }) => text !== undefined || fields !== undefined),
  ),
]);

// https://docs.slack.dev/reference/block-kit/blocks: at most 50 in a message; their length in all
// is not documented (https://github.com/slackapi/bolt-js/issues/2509)
const blocks = v.pipe(
  v.array(block),
  v.minLength(1),
  v.maxLength(50),
  v.check((blocks) => JSON.stringify(blocks).length <= 13_172),
);

// https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
const SlackMessageSchema = v.pipe(
  v.strictObject({
    text: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(40_000))),
    blocks: v.optional(blocks),
    unfurl_links: v.optional(v.boolean()),
    unfurl_media: v.optional(v.boolean()),
  }),
  v.check(({ text, blocks }) => text !== undefined || blocks !== undefined),
);

const header = { type: "header", text: { type: "plain_text", text: "x" } };

/** An incoming webhook of Slack. */
export const slackReceiver: ChatReceiver = {
  path: "/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
  schema: SlackMessageSchema,
  receiver: answering((body) => {
    if (typeof body !== "object" || body === null) return { status: 400, body: "invalid_payload" };
    if (!("text" in body) && !("blocks" in body)) return { status: 400, body: "no_text" };
    return v.is(SlackMessageSchema, body)
      ? { status: 200, body: "ok" }
      : { status: 400, body: "blocks" in body ? "invalid_blocks" : "invalid_payload" };
  }),
  refuses: [
    { why: "not JSON", body: "payload", status: 400, says: "invalid_payload" },
    { why: "no text", body: { message: "x" }, status: 400, says: "no_text" },
    {
      why: "a header of 151 characters",
      body: { blocks: [{ ...header, text: { ...header.text, text: "x".repeat(151) } }] },
      status: 400,
      says: "invalid_blocks",
    },
    {
      why: "51 blocks",
      body: { blocks: Array(51).fill(header) },
      status: 400,
      says: "invalid_blocks",
    },
    {
      why: "an empty text",
      body: { blocks: [{ ...header, text: { ...header.text, text: "" } }] },
      status: 400,
      says: "invalid_blocks",
    },
  ],
  // https://docs.slack.dev/messaging/formatting-message-text: <…> are links and mentions, & starts
  // an entity
  interprets: (body) =>
    stringsAt(body, "text").flatMap((text) => text.match(/<[^>]*>?|>|&(?!(?:amp|lt|gt);)/g) ?? []),
};
