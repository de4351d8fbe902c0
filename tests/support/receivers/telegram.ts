import * as v from "valibot";
import { answering, type ChatReceiver } from "./chat_receiver.ts";

/** A message as it reads: what stands in code, and what does not. */
interface ReadMessage {
  readonly text: string;
  /** The text outside of code, where Telegram looks for names, addresses and commands. */
  readonly searched: string;
  readonly links: readonly string[];
}

const TAGS =
  /^(b|strong|i|em|u|ins|s|strike|del|tg-spoiler|code|pre|blockquote|a href="[^"<>]*"|\/[a-z-]+)$/;
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"' };

/** Reads HTML as https://core.telegram.org/bots/api#html-style says; undefined if it is none. */
function readHtml(html: string): ReadMessage | undefined {
  const open: string[] = [];
  const links: string[] = [];
  let [text, searched] = ["", ""];
  for (const [token] of html.matchAll(/<[^>]*>?|[^<]+/g)) {
    if (token.startsWith("<")) {
      const tag = /^<(.*)>$/s.exec(token)?.[1];
      if (tag === undefined || !TAGS.test(tag)) return undefined;
      const name = tag.split(" ")[0] ?? "";
      if (name.startsWith("/")) {
        if (open.pop() !== name.slice(1)) return undefined;
        continue;
      }
      // Code can be in no other entity, and have no other in it.
      if (open.some((tag) => tag === "code" || tag === "pre")) return undefined;
      if (/^(code|pre)$/.test(name) && open.length > 0) return undefined;
      open.push(name);
      if (name === "a") links.push(tag.slice(8, -1));
      continue;
    }
    if (/>|&(?!(?:lt|gt|amp|quot|#\d+|#x[0-9a-f]+);)/.test(token)) return undefined;
    const read = token.replace(/&(\w+);/g, (_, name: string) => ENTITIES[name] ?? "?");
    text += read;
    searched += open.some((tag) => tag === "code" || tag === "pre") ? " " : read;
  }
  return open.length === 0 ? { text, searched, links } : undefined;
}

// https://core.telegram.org/bots/api#sendmessage
const TelegramMessageSchema = v.strictObject({
  chat_id: v.union([v.pipe(v.number(), v.safeInteger()), v.pipe(v.string(), v.minLength(1))]),
  message_thread_id: v.optional(v.pipe(v.number(), v.integer())),
  text: v.pipe(
    v.string(),
    v.check((html) => readHtml(html) !== undefined, "can't parse entities"),
    v.check((html) => (readHtml(html)?.text.trim() ?? "") !== "", "message text is empty"),
    v.check((html) => (readHtml(html)?.text.length ?? 0) <= 4_096, "message is too long"),
  ),
  parse_mode: v.literal("HTML"),
  link_preview_options: v.optional(v.strictObject({ is_disabled: v.boolean() })),
});

const refused = (code: number, description: string) => ({
  status: code,
  body: { ok: false, error_code: code, description },
});
const messageOf = (text: string) => ({ chat_id: 1, text, parse_mode: "HTML" });

/** The Bot API of Telegram. */
export const telegramReceiver: ChatReceiver = {
  path: "/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/sendMessage",
  schema: TelegramMessageSchema,
  receiver: answering((body, { url }) => {
    if (!/^\/bot\d+:[\w-]{30,}\/sendMessage$/.test(new URL(url).pathname)) {
      return refused(404, "Not Found");
    }
    const { issues, output } = v.safeParse(TelegramMessageSchema, body);
    if (issues !== undefined) return refused(400, `Bad Request: ${issues[0].message}`);
    return {
      status: 200,
      body: { ok: true, result: { message_id: 1, text: readHtml(output.text)?.text } },
    };
  }),
  refuses: [
    {
      why: "4,097 characters",
      body: messageOf("x".repeat(4_097)),
      status: 400,
      says: "message is too long",
    },
    { why: "an open tag", body: messageOf("<b>x"), status: 400, says: "can't parse entities" },
    { why: "a tag that is unknown", body: messageOf("<p>x</p>"), status: 400, says: "can't parse" },
    {
      why: "code in bold",
      body: messageOf("<b><code>x</code></b>"),
      status: 400,
      says: "can't parse",
    },
    { why: "no text", body: messageOf("<b></b>"), status: 400, says: "message text is empty" },
    { why: "no chat", body: { text: "x", parse_mode: "HTML" }, status: 400, says: "Bad Request" },
  ],
  // https://core.telegram.org/bots/api#messageentity: mentions, hashtags, commands and addresses
  // are found in the text
  interprets: (body) => {
    const read = readHtml((body as { text: string }).text);
    if (read === undefined) return ["not HTML"];
    const found = /[@#$]\w+|(?<!\w)\/\w+|\w+:\/\/\S+|\w+\.[a-z]{2,}|\+?\d[\d -]{6,}\d/gi;
    return [...read.searched.match(found) ?? [], ...read.links];
  },
};
