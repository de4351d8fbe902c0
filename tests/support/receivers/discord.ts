import * as v from "valibot";
import { answering, type ChatReceiver, stringsAt } from "./chat_receiver.ts";

function text(max: number) {
  return v.pipe(
    v.string(),
    v.check((text) => text.trim() !== "", "This field is required"),
    v.check((text) => text.trim().length <= max, `Must be ${max} or fewer in length.`),
  );
}

// https://discord.com/developers/docs/resources/message#embed-object-embed-limits
const embed = v.strictObject({
  title: v.optional(text(256)),
  description: v.optional(text(4_096)),
  url: v.optional(v.pipe(v.string(), v.url(), v.maxLength(2_048))),
  color: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffffff))),
  fields: v.optional(v.pipe(
    v.array(v.strictObject({
      name: text(256),
      value: text(1_024),
      inline: v.optional(v.boolean()),
    })),
    v.maxLength(25),
  )),
});

// https://discord.com/developers/docs/resources/webhook#execute-webhook
const DiscordMessageSchema = v.pipe(
  v.strictObject({
    content: v.optional(text(2_000)),
    embeds: v.optional(v.pipe(v.array(embed), v.maxLength(10))),
    allowed_mentions: v.optional(v.strictObject({
      parse: v.array(v.picklist(["roles", "users", "everyone"])),
    })),
  }),
  v.check(({ embeds = [] }) => {
    const texts = embeds.flatMap(({ title = "", description = "", fields = [] }) => [
      title,
      description,
      ...fields.flatMap(({ name, value }) => [name, value]),
    ]);
    return texts.reduce((sum, text) => sum + text.trim().length, 0) <= 6_000;
  }, "Embed size exceeds maximum size of 6000"),
);

/** A webhook of Discord. */
export const discordReceiver: ChatReceiver = {
  path: "/api/webhooks/100000000000000000/EXAMPLE-token-EXAMPLE-token-EXAMPLE",
  schema: DiscordMessageSchema,
  receiver: answering((body, { url }) => {
    if (typeof body !== "object" || body === null) {
      return {
        status: 400,
        body: { message: "The request body contains invalid JSON.", code: 50_109 },
      };
    }
    const { issues } = v.safeParse(DiscordMessageSchema, body);
    if (issues !== undefined) {
      const errors = issues.map(({ message }) => ({ code: "BASE_TYPE_BAD", message }));
      return {
        status: 400,
        body: { message: "Invalid Form Body", code: 50_035, errors: { _errors: errors } },
      };
    }
    if (!("content" in body) && !("embeds" in body)) {
      return { status: 400, body: { message: "Cannot send an empty message", code: 50_006 } };
    }
    // Without `wait`, a message that is not saved is no error.
    return new URL(url).searchParams.get("wait") === "true"
      ? { status: 200, body: { id: "1", type: 0 } }
      : { status: 204 };
  }),
  refuses: [
    { why: "not JSON", body: "content=x", status: 400, says: "50109" },
    { why: "nothing", body: {}, status: 400, says: "50006" },
    {
      why: "a title of 257 characters",
      body: { embeds: [{ title: "x".repeat(257) }] },
      status: 400,
      says: "Must be 256 or fewer in length",
    },
    {
      why: "a value of 1,025 characters",
      body: { embeds: [{ fields: [{ name: "x", value: "x".repeat(1_025) }] }] },
      status: 400,
      says: "Must be 1024 or fewer in length",
    },
    {
      why: "an empty value",
      body: { embeds: [{ fields: [{ name: "x", value: " " }] }] },
      status: 400,
      says: "This field is required",
    },
    {
      why: "more than 6,000 characters",
      body: { embeds: Array(2).fill({ description: "x".repeat(3_001) }) },
      status: 400,
      says: "6000",
    },
    {
      why: "11 embeds",
      body: { embeds: Array(11).fill({ title: "x" }) },
      status: 400,
      says: "50035",
    },
  ],
  // https://support.discord.com/hc/en-us/articles/210298617: a backslash takes the meaning of what
  // follows; and https://discord.com/developers/docs/reference#message-formatting
  interprets: (body) => [
    ...["title", "description", "value", "content"].flatMap((name) => stringsAt(body, name))
      .map((text) => text.replace(/\\[^0-9A-Za-z\s]/g, "·"))
      .flatMap((text) =>
        text.match(/https?:\/\/[^\s)]+|[*_~`|<>[\]#@\\]|^\s*(?:[-+]|\d+\.)(?=\s)/gm) ?? []
      ),
    ...(JSON.stringify((body as { allowed_mentions?: unknown }).allowed_mentions) ===
        '{"parse":[]}'
      ? []
      : ["mentions are allowed"]),
  ],
};
