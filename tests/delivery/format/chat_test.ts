import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as fc from "fast-check";
import * as v from "valibot";
import type { MessageContent } from "../../../src/delivery/format/format.ts";
import { formatOf } from "../../../src/delivery/format/formats.ts";
import type { ChatReceiver } from "../../support/receivers/chat_receiver.ts";
import { anyContent } from "../../support/receivers/any_content.ts";
import { closed, correlated, created, folded } from "../../support/receivers/contents.ts";
import { json, LINK, requestOf, send } from "../../support/receivers/http_receiver.ts";
import { CHAT_RECEIVERS } from "../../support/receivers/chat_receivers.ts";

const PRODUCTS = Object.entries(CHAT_RECEIVERS) as [
  keyof typeof CHAT_RECEIVERS,
  ChatReceiver,
][];

for (const [format, product] of PRODUCTS) {
  const bodyOf = (content: MessageContent) =>
    JSON.parse(requestOf(format, content).body) as unknown;

  Deno.test(`the receiver of ${format} refuses what its documentation says, in its words`, async () => {
    for (const { why, body, status, says } of product.refuses) {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const outcome = await send(format, created(), product.receiver, {
        path: product.path,
        change: () => text,
      });
      assertEquals([outcome.kind, outcome.status], ["permanent", status], why);
      assertStringIncludes(outcome.excerpt ?? "", says, why);
    }
  });

  Deno.test(`the format ${format} stays within the limits of ${format}, whatever an alert holds`, () => {
    fc.assert(
      fc.property(anyContent, (content) => {
        const { issues } = v.safeParse(product.schema, bodyOf(content));
        assertEquals(issues?.map(({ message }) => message), undefined);
      }),
      { numRuns: 100 },
    );
  });

  Deno.test(`the format ${format} links back to the alert, also of repeats, and says its id`, () => {
    const { alert } = created();
    for (const content of [created(), correlated(), folded(), closed()]) {
      const text = JSON.stringify(bodyOf(content));
      assertStringIncludes(text, LINK + alert.id);
      assertStringIncludes(text.replaceAll(LINK + alert.id, ""), alert.id);
    }
    assertStringIncludes(JSON.stringify(bodyOf(folded())), "12 more in 24 hours");
    assertStringIncludes(JSON.stringify(bodyOf(closed())), "Closed");
  });

  Deno.test(`the format ${format} says everything without a link where none is configured`, () => {
    const { body } = formatOf(format).request(created(), {
      options: v.parse(formatOf(format).optionsSchema, format === "telegram" ? { chatId: 1 } : {}),
      linkTo: () => undefined,
    });
    assert(v.is(product.schema, JSON.parse(body)));
    assert(!body.includes("Open the alert"));
  });
}

/** What others may write into an event, and whose markup it is. */
const INJECTIONS: readonly (readonly [what: string, text: string, source: string])[] = [
  ["a mention of all", "<!channel>", "https://docs.slack.dev/messaging/formatting-message-text"],
  ["a mention of those who are here", "<!here|x>", "the same"],
  ["a mention of a user", "<@U024BE7LH>", "the same"],
  ["a mention of a group", "<!subteam^SAZ94GDB8>", "the same"],
  ["a channel", "<#C123ABC456>", "the same"],
  ["a link with another name", "<https://evil.example|Open the alert>", "the same"],
  ["an escaped mention", "&lt;!channel&gt;", "the same"],
  ["an entity", "&#60;!channel&#62; & &amp;", "the same"],
  ["Slack's formatting", "*b* _i_ ~s~ `c` ```p``` :tada:", "the same"],
  ["a date", "<!date^1392734382^{date}|x>", "the same"],
  [
    "Discord's everyone",
    "@everyone @here",
    "https://discord.com/developers/docs/resources/message",
  ],
  [
    "Discord's user",
    "<@80351110224678912> <@!80351110224678912>",
    "https://discord.com/developers/docs/reference#message-formatting",
  ],
  ["Discord's role", "<@&165511591545143296>", "the same"],
  ["Discord's channel", "<#103735883630395392> <id:customize>", "the same"],
  ["Discord's command", "</airhorn:816437322781949972>", "the same"],
  ["Discord's emoji", "<:mmLol:216154654256398347> <a:b1nzy:392938283556143104>", "the same"],
  ["Discord's time", "<t:1618953630:R>", "the same"],
  [
    "Discord's spoiler and quotes",
    "||s|| > q\n>>> q\n-# small",
    "https://support.discord.com/hc/en-us/articles/210298617",
  ],
  ["a masked link", "[Open the alert](https://evil.example)", "the same"],
  [
    "a masked link with a title",
    '[a](<https://evil.example> "t")',
    "https://spec.commonmark.org/0.31.2/#links",
  ],
  ["an image", "![x](https://evil.example/x.png)", "https://spec.commonmark.org/0.31.2/#images"],
  ["an autolink", "<https://evil.example>", "https://spec.commonmark.org/0.31.2/#autolinks"],
  [
    "an address",
    "https://evil.example/login http://evil.example",
    "https://github.github.com/gfm/#autolinks-extension-",
  ],
  ["an address without a scheme", "www.evil.example evil.example/login", "the same"],
  ["a heading", "# Heading\n## Heading", "https://spec.commonmark.org/0.31.2/#atx-headings"],
  ["a list", "- a\n+ b\n1. c", "https://spec.commonmark.org/0.31.2/#list-items"],
  ["a fence", "```\nx\n```", "https://spec.commonmark.org/0.31.2/#fenced-code-blocks"],
  ["a code span that ends ours", "a` @all `b", "https://spec.commonmark.org/0.31.2/#code-spans"],
  ["more backticks", "``a``` @all ````b`", "the same"],
  ["a backtick at the end", "@all `", "the same"],
  ["a backtick at the start", "` @all", "the same"],
  ["a backslash at the end", "x\\", "https://spec.commonmark.org/0.31.2/#backslash-escapes"],
  ["an escaped escape", "\\*b\\* \\\\[x](https://evil.example)", "the same"],
  [
    "a table",
    "| a | b |\n|---|---|\n| c | d |",
    "https://github.github.com/gfm/#tables-extension-",
  ],
  [
    "Mattermost's channel",
    "@channel @all @here",
    "https://developers.mattermost.com/integrate/webhooks/incoming/",
  ],
  [
    "Mattermost's Slack mentions",
    "<!all> <5fb5f7iw8tfrfcwssd1xmx3j7y>",
    "the same, Slack compatibility",
  ],
  [
    "Mattermost's channel link",
    "~town-square #hashtag :tada:",
    "https://docs.mattermost.com/collaborate/format-messages.html",
  ],
  [
    "Google Chat's all",
    "<users/all>",
    "https://developers.google.com/workspace/chat/format-messages",
  ],
  ["Google Chat's user", "<users/123456789012345678901>", "the same"],
  [
    "Google Chat's tags",
    '<b>x</b><a href="https://evil.example">x</a><br><font color="#ff0000">',
    "the same, card formatting",
  ],
  ["a tag that is open", "<b>x", "the same"],
  [
    "a tag that closes ours",
    "</b></code></pre>@all",
    "https://core.telegram.org/bots/api#html-style",
  ],
  [
    "Telegram's tags",
    '<tg-spoiler>x</tg-spoiler><a href="tg://user?id=123456789">x</a>',
    "the same",
  ],
  ["Telegram's emoji", '<tg-emoji emoji-id="5368324170671202286">x</tg-emoji>', "the same"],
  ["Telegram's mention", "@durov", "https://core.telegram.org/bots/api#messageentity"],
  ["Telegram's command", "/start /ban@bot", "the same"],
  ["Telegram's tags and money", "#hashtag $USD +1-212-555-0123", "the same"],
  ["Telegram's link", "t.me/joinchat/AAAA tg://resolve?domain=x", "the same"],
  [
    "Teams' mention",
    "<at>Everyone</at>",
    "https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format",
  ],
  [
    "Teams' Markdown",
    "**b** _i_ [x](https://evil.example)\r- a\r1. b",
    "https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features",
  ],
  [
    "Teams' date",
    "{{DATE(2017-02-14T06:00:00Z, SHORT)}} {{TIME(2017-02-14T06:00:00Z)}}",
    "the same",
  ],
  ["Teams' date in more braces", "{{{DATE(2017-02-14T06:00:00Z)}}}", "the same"],
  [
    "a card's template",
    "${$root.secret} ${if(true, 'x', 'y')}",
    "https://learn.microsoft.com/adaptive-cards/templating/language",
  ],
  [
    "a workflow's expression",
    "@{triggerBody()} @triggerBody()",
    "https://learn.microsoft.com/azure/logic-apps/workflow-definition-language-functions-reference",
  ],
  ["a placeholder of a template", "{{rule.title}} {{events.0.event.user}}", "docs/formats.md"],
  [
    "JSON",
    '"},"blocks":[{"type":"divider"}],"x":{"y":"',
    "https://www.rfc-editor.org/rfc/rfc8259#section-7",
  ],
  ["line ends", "a\r\nb\u2028c\u2029d\u0085e", "https://unicode.org/reports/tr14/#BK"],
  [
    "marks that reorder",
    "a\u202etxt.exe\u202c \u2066b\u2069",
    "https://www.unicode.org/reports/tr9/",
  ],
  ["marks that hide", "a\u200bb\u200d@\u200ball\ufeff", "https://www.unicode.org/reports/tr36/"],
  [
    "control characters",
    "\u0000\u0007\u001b[2J\u007f",
    "https://www.rfc-editor.org/rfc/rfc8259#section-7",
  ],
  ["half a character", "\ud83d x \ude00", "https://www.rfc-editor.org/rfc/rfc8259#section-8.2"],
  [
    "script",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "https://cheatsheetseries.owasp.org/",
  ],
];

/** Contents with a text wherever others can write one. */
function contentsWith(text: string): MessageContent[] {
  const event = {
    event: text,
    user: text,
    uid: text,
    ipAddress: text,
    accountGroupName: text,
    resources: [{ type: text, name: text }],
  };
  const { alert } = correlated();
  const group = [{ field: "user", value: text }];
  const parts = [{ ruleId: "a", title: text, count: 1, firstAt: null, lastAt: null }];
  const events = alert.events.map((one) => ({ ...one, event: { ...one.event, ...event } }));
  const rule = { ...alert.rule, title: text, description: text, runbook: text };
  const full = { ...alert, summary: text, rule, group, parts, events };
  const count = folded() as Extract<MessageContent, { type: "alert.folded" }>;
  return [
    { ...created(), alert: full },
    { ...closed(), alert: full } as MessageContent,
    { ...count, folded: { ...count.folded, summary: text, group } },
  ];
}

for (const [format, product] of PRODUCTS) {
  Deno.test(`the format ${format} makes nothing of hostile text that ${format} would act on`, () => {
    assertEquals(new Set(INJECTIONS.map(([what]) => what)).size, INJECTIONS.length);
    const interpreted = (text: string) =>
      contentsWith(text).map((content) => {
        const body = JSON.parse(requestOf(format, content).body);
        assert(v.is(product.schema, body), text);
        return product.interprets(body);
      });
    for (const [what, text, source] of INJECTIONS) {
      // What a rule's author writes may have lines, which are ours.
      const harmless = text.split(/\r\n|[\r\n]/).map(() => "harmless").join("\n");
      assertEquals(interpreted(text), interpreted(harmless), `${what} (${source}): ${text}`);
    }
  });

  Deno.test(`the receiver of ${format} would act on such text if it were not escaped`, () => {
    // Else the test above could not fail.
    const [content] = contentsWith("harmless");
    const template = requestOf(format, content!).body.replace(/<\/?(?:code|pre)>|`+/g, "");
    const unescaped = (text: string) =>
      product.interprets(
        JSON.parse(template.replaceAll("harmless", () => JSON.stringify(text).slice(1, -1))),
      );
    const found = INJECTIONS.filter(([_, text]) =>
      unescaped(text).length !== unescaped("harmless").length
    );
    assert(found.length >= (format === "teams" ? 2 : 15), `${found.length}`);
  });
}

const REFUSALS: readonly [keyof typeof CHAT_RECEIVERS, string, string | undefined][] = [
  // https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
  ["slack", "ok", "ok"],
  ["slack", '{"ok":true}', "ok"],
  ["slack", "", "ok"],
  ["slack", '{"ok":false,"error":"invalid_blocks"}', "permanent"],
  ["slack", '{"ok": false, "error": "ratelimited"}', "throttle"],
  // https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
  ["teams", "1", "ok"],
  ["teams", "", "ok"],
  [
    "teams",
    "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 " +
    "with ContextId tcid=0",
    "throttle",
  ],
  [
    "teams",
    "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 403",
    "permanent",
  ],
  [
    "teams",
    "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 500",
    "retry",
  ],
  // https://core.telegram.org/bots/api#making-requests
  ["telegram", '{"ok":true,"result":{"message_id":1}}', "ok"],
  ["telegram", '{"ok":false,"error_code":403,"description":"Forbidden"}', "permanent"],
  ["telegram", '{"ok":false,"error_code":429,"parameters":{"retry_after":5}}', "throttle"],
  ["telegram", '{"ok":false,"error_code":500}', "retry"],
  ["telegram", `{"ok":true,"result":{"text":"${"x".repeat(5_000)}\\"ok\\":false"}}`, "ok"],
];

Deno.test("the format discord waits until its message is saved", async () => {
  const { path, receiver } = CHAT_RECEIVERS.discord;
  assertEquals((await send("discord", created(), receiver, { path })).status, 200);
  const thread = await send("discord", created(), receiver, { path: `${path}?thread_id=1` });
  assertEquals(thread.status, 200);
});

Deno.test("the format google-chat replies in the thread of the alert", () => {
  const threads = [created(), folded(), closed()].map((content) =>
    JSON.parse(requestOf("google-chat", content).body).thread
  );
  assertEquals(threads, Array(3).fill({ threadKey: created().alert.id }));
});

Deno.test("a chat that refuses with 200 is understood", async () => {
  for (const [format, answer, kind] of REFUSALS) {
    const outcome = await send(format, created(), () => Promise.resolve(new Response(answer)));
    assertEquals(outcome.kind, kind, `${format}: ${answer.slice(0, 100)}`);
  }
});

Deno.test("a chat's options name no value when they are wrong", () => {
  const wrong: [keyof typeof CHAT_RECEIVERS, unknown][] = [
    ["slack", { S3CRET: "S3CRET" }],
    ["telegram", undefined],
    ["telegram", { chatId: "S3CRET" }],
    ["telegram", { chatId: 1.5 }],
    ["telegram", { chatId: 1, threadId: 0 }],
    ["telegram", { chatId: 1, token: "S3CRET" }],
  ];
  for (const [format, options] of wrong) {
    const { issues = [] } = v.safeParse(formatOf(format).optionsSchema, options);
    assert(issues.length > 0, `${format}: ${JSON.stringify(options)}`);
    assert(!issues.some(({ message }) => message.includes("S3CRET")));
  }
  for (const chatId of [-1001234567890, "-1001234567890", "@panoptes_alerts"]) {
    assert(v.is(formatOf("telegram").optionsSchema, { chatId }));
  }
});

Deno.test("a chat that is throttled is asked again later, and its key is not in what is kept", async () => {
  for (const [format, { path }] of PRODUCTS) {
    const receiver = (request: Request) =>
      Promise.resolve(json(429, { description: `Too Many Requests: ${request.url}` }));
    const { kind, excerpt = "" } = await send(format, created(), receiver, { path });
    assertEquals(kind, "throttle");
    const keys = path.split(/[/?&=]/).filter(({ length }) => length >= 16);
    assert(keys.length > 0 && keys.every((key) => !excerpt.includes(key)), `${format}: ${excerpt}`);
  }
});
