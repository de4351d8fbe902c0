import * as v from "valibot";
import { answering, type ChatReceiver } from "./chat_receiver.ts";

// https://developers.mattermost.com/integrate/webhooks/incoming/#parameters; a longer text becomes
// several posts
const MattermostMessageSchema = v.strictObject({
  text: v.pipe(v.string(), v.minLength(1), v.check((text) => [...text].length <= 16_383)),
  channel: v.optional(v.string()),
  username: v.optional(v.string()),
  icon_url: v.optional(v.string()),
  props: v.optional(v.record(v.string(), v.unknown())),
});

/** The text outside of code (https://spec.commonmark.org/0.31.2/#code-spans, #fenced-code-blocks). */
function outsideOfCode(markdown: string): string {
  const lines: string[] = [];
  let fence = "";
  for (const line of markdown.split("\n")) {
    const run = /^ {0,3}(`{3,})/.exec(line)?.[1] ?? "";
    if (fence !== "") {
      if (run.length >= fence.length && /^ {0,3}`+\s*$/.test(line)) fence = "";
    } else if (run !== "" && !line.slice(line.indexOf(run) + run.length).includes("`")) {
      fence = run;
    } else lines.push(line.replace(/(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)/g, " "));
  }
  return fence === "" ? lines.join("\n") : "a fence is open";
}

/** An incoming webhook of Mattermost. */
export const mattermostReceiver: ChatReceiver = {
  path: "/hooks/exampleexampleexampleexample",
  schema: MattermostMessageSchema,
  receiver: answering((body) => {
    if (typeof body !== "object" || body === null) {
      return {
        status: 400,
        body: {
          id: "web.incoming_webhook.parse.app_error",
          message: "Unable to parse incoming data.",
          status_code: 400,
        },
      };
    }
    return v.is(MattermostMessageSchema, body) ? { status: 200, body: "ok" } : {
      status: 400,
      body: {
        id: "web.incoming_webhook.text.app_error",
        message: "No text specified.",
        status_code: 400,
      },
    };
  }),
  refuses: [
    { why: "not JSON", body: "text", status: 400, says: "Unable to parse incoming data" },
    { why: "no text", body: { message: "x" }, status: 400, says: "No text specified" },
    { why: "an empty text", body: { text: "" }, status: 400, says: "No text specified" },
    {
      why: "16,384 characters",
      body: { text: "x".repeat(16_384) },
      status: 400,
      says: "No text specified",
    },
  ],
  // Mentions, hashtags, addresses and emoji names are found outside of code
  // (https://github.com/mattermost/mattermost/pull/8139)
  interprets: (body) =>
    outsideOfCode((body as { text: string }).text).match(
      /\w+:\/\/[^\s)]+|:\w+:|[*_~`|<>[\]@#\\]|^\s*(?:[-+]|\d+\.)(?=\s)/gm,
    ) ?? [],
};
