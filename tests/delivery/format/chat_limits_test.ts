import { assert, assertEquals } from "@std/assert";
import type { MessageContent } from "../../../src/delivery/format/format.ts";
import { assertGolden } from "../../support/golden.ts";
import { jsonBytes, stringsAt } from "../../support/receivers/chat_receiver.ts";
import { created } from "../../support/receivers/contents.ts";
import { requestOf } from "../../support/receivers/http_receiver.ts";
import type { CHAT_RECEIVERS } from "../../support/receivers/chat_receivers.ts";

/** What fills an alert besides the text that grows. */
interface Filled {
  /** How often a letter stands in the fields of the event, and which. */
  readonly event?: string;
  /** The runbook and the first false positive. */
  readonly advice?: string;
}

interface Limit extends Filled {
  readonly format: keyof typeof CHAT_RECEIVERS;
  readonly limit: string;
  readonly max: number;
  /** Which text grows; default the description of the rule. */
  readonly grows?: "title" | "user";
  /** The size that the limit is about. */
  readonly size: (body: unknown) => number;
}

const longest = (texts: readonly string[]) => Math.max(...texts.map(({ length }) => length));
const readable = (html: string) => html.replace(/<[^>]*>/g, "").replace(/&\w+;/g, "&").length;
const embedSize = (body: unknown) =>
  ["title", "description", "name", "value"].flatMap((name) => stringsAt(body, name))
    .reduce((sum, { length }) => sum + length, 0);
const [x1000, x2900] = ["x".repeat(1_000), "x".repeat(2_900)];

const LIMITS: readonly Limit[] = [
  {
    format: "slack",
    limit: "header",
    max: 150,
    grows: "title",
    size: (body) => (body as { blocks: [{ text: { text: string } }] }).blocks[0].text.text.length,
  },
  {
    format: "slack",
    limit: "section",
    max: 3_000,
    size: (body) => stringsAt(body, "text").find((text) => text.startsWith("About"))?.length ?? 0,
  },
  {
    format: "slack",
    limit: "body",
    max: 12_000,
    event: x1000,
    advice: x2900,
    size: (body) => JSON.stringify(body).length,
  },
  { format: "teams", limit: "body", max: 28_000, advice: "漢".repeat(4_000), size: jsonBytes },
  {
    format: "google-chat",
    limit: "body",
    max: 32_000,
    advice: "漢".repeat(4_000),
    event: "漢".repeat(500),
    size: jsonBytes,
  },
  {
    format: "discord",
    limit: "title",
    max: 256,
    grows: "title",
    size: (body) => longest(stringsAt(body, "title")),
  },
  {
    format: "discord",
    limit: "description",
    max: 4_096,
    size: (body) => longest(stringsAt(body, "description")),
  },
  { format: "discord", limit: "embed", max: 6_000, event: x1000, size: embedSize },
  {
    format: "telegram",
    limit: "text",
    max: 4_096,
    size: (body) => readable(stringsAt(body, "text")[0] ?? ""),
  },
  {
    format: "mattermost",
    limit: "text",
    max: 16_383,
    advice: "x".repeat(4_000),
    event: x1000,
    size: (body) => longest(stringsAt(body, "text")),
  },
];

const HOSTILE =
  '<!channel> @all **b** [x](https://evil.example) {{DATE(2017-02-14T06:00:00Z)}} & "\u202e' +
  "\u0000\ud83d é😀 e\u0301 שלום 👩‍👩‍👧 `code` <b>x</b> ";

/** An alert with a text of a length in it. */
function alertWith(text: string, { grows, event, advice }: Partial<Limit>): MessageContent {
  const content = created(
    event === undefined ? {} : {
      user: event,
      ipAddress: event,
      accountGroupName: event,
      resources: [{ type: "x", name: event }],
    },
  );
  const rule = {
    ...content.alert.rule,
    description: grows === undefined ? text : "About",
    ...(grows === "title" && { title: text }),
    ...(advice !== undefined && { runbook: advice, falsepositives: [advice] }),
  };
  return { ...content, alert: { ...content.alert, summary: "Somebody failed to log in", rule } };
}

for (const row of LIMITS) {
  const { format, limit, max, size } = row;
  const bodyOf = (text: string) =>
    JSON.parse(requestOf(format, alertWith(text, row)).body) as unknown;
  const isCut = (body: unknown) => JSON.stringify(body).includes("… cut");

  Deno.test(`the format ${format} keeps its ${limit} of ${max} whole, and cuts visibly above it`, () => {
    const length = 140 + max - size(bodyOf("x".repeat(140)));
    const sizes = [-1, 0, 1].map((more) => {
      const body = bodyOf("x".repeat(length + more));
      assert(size(body) <= max);
      assertEquals(isCut(body), more === 1, `${length + more}: ${size(body)}`);
      return size(body);
    });
    assertEquals(sizes.slice(0, 2), [max - 1, max]);
  });

  Deno.test(`the format ${format} fills its ${limit} with hostile text as in limits/${format}-${limit}.json`, async () => {
    const textOf = (length: number) =>
      HOSTILE.repeat(Math.ceil(length / HOSTILE.length)).slice(0, length);
    let [whole, cut] = [0, 4_000];
    while (cut - whole > 1) {
      const middle = (whole + cut) >> 1;
      if (isCut(bodyOf(textOf(middle)))) cut = middle;
      else whole = middle;
    }
    const bodies = [whole - 1, whole, cut].map((length) => bodyOf(textOf(length)));
    for (const body of bodies) assert(size(body) <= max);
    assertEquals(bodies.map(isCut), [false, false, true]);
    await assertGolden(`limits/${format}-${limit}`, bodies);
  });
}
