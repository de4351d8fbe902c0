import { jsonText } from "../../stream/json_text.ts";
import { isLarger } from "../../alert/shorten.ts";
import { type Format, NO_OPTIONS } from "./format.ts";
import { type PlainMessage, writeToFit } from "./plain_message.ts";

/**
 * The maximum size of a body, in bytes: 28 KB, of 1,000 bytes to be safe
 * (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook).
 */
const MAX_BODY_BYTES = 28_000;

/** How a card looks for each level. */
const STYLES: Readonly<Record<PlainMessage["level"], string>> = {
  critical: "attention",
  high: "attention",
  medium: "warning",
  low: "accent",
  informational: "default",
};

/**
 * A message with an Adaptive Card, for a workflow of Microsoft Teams ("When a Teams webhook request
 * is received").
 *
 * All text is in text runs, in which cards know no Markdown, and so neither links nor mentions
 * (https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features).
 */
export const teams: Format<Record<string, never>> = {
  optionsSchema: NO_OPTIONS,
  signs: "never",
  closes: true,
  request: (content, { linkTo }) => ({
    headers: { "content-type": "application/json" },
    body: writeToFit(
      content,
      linkTo,
      (message) => jsonText(teamsMessage(message)),
      (body) => !isLarger(body, MAX_BODY_BYTES),
    ),
  }),
  // Connectors answer 200 and say in the body which status they mean
  // (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using).
  refusal: (answer) => {
    const status = Number(/endpoint returned HTTP error (\d{3})/.exec(answer)?.[1]);
    if (Number.isNaN(status)) return undefined;
    return status === 429 ? "throttle" : status >= 500 ? "retry" : "permanent";
  },
};

function teamsMessage(
  { type, level, heading, summary, facts, events, advice, link }: PlainMessage,
) {
  return {
    type: "message",
    attachments: [{
      contentType: "application/vnd.microsoft.card.adaptive",
      content: {
        $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
        type: "AdaptiveCard",
        version: "1.4",
        msteams: { width: "Full" },
        body: [
          {
            type: "Container",
            style: type === "alert.closed" ? "good" : STYLES[level],
            bleed: true,
            items: [text({ text: heading, size: "large", weight: "bolder" })],
          },
          text({ text: summary }),
          ...facts.map(({ label, value }) => labelled(label, value)),
          ...(events.length === 0 ? [] : [labelled("Events", `\n${events.join("\n")}`)]),
          ...advice.map(({ label, value }) => labelled(label, value)),
        ],
        ...(link === undefined
          ? {}
          : { actions: [{ type: "Action.OpenUrl", title: "Open the alert", url: link }] }),
      },
    }],
  };
}

interface Run {
  readonly text: string;
  readonly size?: "large";
  readonly weight?: "bolder";
}

function labelled(label: string, value: string) {
  return text({ text: `${label}: `, weight: "bolder" }, { text: value });
}

function text(...runs: readonly Run[]) {
  return {
    type: "RichTextBlock",
    inlines: runs.map((run) => ({ type: "TextRun", ...run, text: literal(run.text) })),
  };
}

/** Cards replace `{{DATE(…)}}` and `{{TIME(…)}}` also in text runs. */
function literal(text: string): string {
  return text.replace(/\{(?=\{)/g, "{\u200b");
}
