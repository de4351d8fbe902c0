import * as v from "valibot";
import { answering, type ChatReceiver, jsonBytes, stringsAt } from "./chat_receiver.ts";

const nonEmpty = v.pipe(v.string(), v.minLength(1));

// https://adaptivecards.io/explorer/RichTextBlock.html
const richTextBlock = v.strictObject({
  type: v.literal("RichTextBlock"),
  // https://adaptivecards.io/explorer/TextRun.html
  inlines: v.array(v.strictObject({
    type: v.literal("TextRun"),
    text: nonEmpty,
    size: v.optional(v.picklist(["default", "small", "medium", "large", "extraLarge"])),
    weight: v.optional(v.picklist(["default", "lighter", "bolder"])),
  })),
});

// https://adaptivecards.io/explorer/TextBlock.html
const textBlock = v.strictObject({
  type: v.literal("TextBlock"),
  text: v.string(),
  wrap: v.optional(v.boolean()),
});

// https://adaptivecards.io/explorer/Container.html
const container = v.strictObject({
  type: v.literal("Container"),
  style: v.optional(
    v.picklist(["default", "emphasis", "good", "attention", "warning", "accent"]),
  ),
  bleed: v.optional(v.boolean()),
  items: v.pipe(v.array(v.variant("type", [richTextBlock, textBlock])), v.minLength(1)),
});

// https://adaptivecards.io/explorer/AdaptiveCard.html
const card = v.strictObject({
  $schema: v.optional(v.literal("http://adaptivecards.io/schemas/adaptive-card.json")),
  type: v.literal("AdaptiveCard"),
  // https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
  version: v.picklist(["1.0", "1.1", "1.2", "1.3", "1.4", "1.5"]),
  msteams: v.optional(v.strictObject({ width: v.literal("Full") })),
  body: v.pipe(v.array(v.variant("type", [richTextBlock, textBlock, container])), v.minLength(1)),
  // https://adaptivecards.io/explorer/Action.OpenUrl.html
  actions: v.optional(v.array(v.strictObject({
    type: v.literal("Action.OpenUrl"),
    title: v.string(),
    url: v.pipe(v.string(), v.url()),
  }))),
});

// https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
// and, for 28 KB, https://learn.microsoft.com/connectors/teams/
const TeamsMessageSchema = v.pipe(
  v.strictObject({
    type: v.literal("message"),
    attachments: v.pipe(
      v.array(v.strictObject({
        contentType: v.literal("application/vnd.microsoft.card.adaptive"),
        contentUrl: v.optional(v.null()),
        content: card,
      })),
      v.minLength(1),
    ),
  }),
  v.check((message) => jsonBytes(message) <= 28 * 1_024),
);

const element = { type: "RichTextBlock", inlines: [{ type: "TextRun", text: "x" }] };
const messageOf = (body: unknown[]) => ({
  type: "message",
  attachments: [{
    contentType: "application/vnd.microsoft.card.adaptive",
    content: { type: "AdaptiveCard", version: "1.4", body },
  }],
});

/** A workflow of Teams that starts when a webhook request is received. */
export const teamsReceiver: ChatReceiver = {
  path:
    "/workflows/0123456789abcdef/triggers/manual/paths/invoke?api-version=1&sig=c2lnbmF0dXJlLXg",
  schema: TeamsMessageSchema,
  receiver: answering((body) => {
    if (jsonBytes(body ?? null) > 28 * 1_024) {
      return { status: 413, body: { error: { code: "RequestEntityTooLarge" } } };
    }
    if (v.is(TeamsMessageSchema, body)) return { status: 202 };
    return {
      status: 400,
      body: {
        error: {
          code: "TriggerInputSchemaMismatch",
          message: "The input body for trigger 'manual' did not match its schema definition.",
        },
      },
    };
  }),
  refuses: [
    {
      why: "no attachments",
      body: { type: "message", text: "x" },
      status: 400,
      says: "TriggerInputSchemaMismatch",
    },
    {
      why: "the old message card",
      body: { "@type": "MessageCard", text: "x" },
      status: 400,
      says: "TriggerInputSchemaMismatch",
    },
    {
      why: "an element that is none",
      body: messageOf([{ type: "Paragraph", text: "x" }]),
      status: 400,
      says: "TriggerInputSchemaMismatch",
    },
    {
      why: "more than 28 KB",
      body: messageOf(Array(500).fill(element)),
      status: 413,
      says: "RequestEntityTooLarge",
    },
  ],
  // https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features: only text blocks know
  // Markdown; dates and times are replaced everywhere
  interprets: (body) => [
    ...stringsAt(body, "text").flatMap((text) =>
      text.match(/\{\{(?:DATE|TIME)\([^)]*\)\}\}/g) ?? []
    ),
    ...stringsAt(body, "url"),
    ...stringsAt(body, "type").filter((type) => type === "TextBlock"),
  ],
};
