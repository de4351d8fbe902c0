import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { elastic } from "../../../src/delivery/format/elastic.ts";
import type { MessageContent } from "../../../src/delivery/format/format.ts";
import { correlated, created, folded, hostile } from "../../support/receivers/contents.ts";
import { createElasticReceiver } from "../../support/receivers/elastic.ts";
import { requestOf, send } from "../../support/receivers/http_receiver.ts";
import { SAMPLE_OPTIONS } from "../../support/receivers/sample_options.ts";

const documentOf = (content: MessageContent) =>
  JSON.parse(requestOf("elastic", content).body.split("\n")[1]!);

Deno.test("Elasticsearch stores a message once, however often it arrives", async () => {
  const ids = new Set<string>();
  const receiver = createElasticReceiver(ids);
  const kinds = [];
  for (const content of [created(), created(), folded(), folded()]) {
    kinds.push((await send("elastic", content, receiver)).kind);
  }
  assertEquals(kinds, ["ok", "ok", "ok", "ok"]);
  assertEquals(ids.size, 2);
});

Deno.test("the format elastic keeps every event whole, as text, and makes no field of its members", () => {
  const content = hostile();
  const { event } = documentOf(content);
  assertEquals(JSON.parse(event.original).events[0].event, {
    ...JSON.parse(JSON.stringify(content.alert.events[0]!.event).replaceAll("\\ud800", "\\ufffd")),
  });
});

Deno.test("the format elastic names a user or place only if there is one, and relates all of them", () => {
  const { user, source, organization, related } = documentOf(created());
  assertEquals(user, { id: "245", name: "Ana Diaz", email: "ana@example.org" });
  assertEquals(source, { address: "192.0.2.44", ip: "192.0.2.44" });
  assertEquals(organization, { id: "75", name: "Network operations" });
  const both = documentOf(correlated());
  assertEquals([both.user, both.source], [undefined, undefined]);
  assertEquals(both.related.ip, ["2001:db8::7", "192.0.2.44"]);
  assertEquals(related.user, ["245", "Ana Diaz", "ana@example.org"]);
  assertEquals(both.event.category, ["configuration", "authentication"]);
  assertEquals(documentOf(created({ ipAddress: "99.128.0.0/11" })).source, {
    address: "99.128.0.0/11",
  });
});

const item = (status: number) =>
  `{"errors":true,"took":1,"items":[{"create":{"_index":"i","_id":"a","status":${status},"error":{`;

const answers: [answer: string, kind: string | undefined][] = [
  ['{"errors":false,"took":1,"items":[{"create":{"status":201}}]}', undefined],
  ['{"took":1,"errors":false,"items":[]}', undefined],
  [item(409), undefined],
  [item(429), "throttle"],
  [item(503), "throttle"],
  [item(500), "retry"],
  [item(400), "permanent"],
  [item(403), "permanent"],
  ['{"took":1,"errors":true', "retry"], // broke off
  ["", "retry"],
  ['{"name":"node-1","tagline":"You Know, for Search"}', "permanent"], // another path
  ["<!DOCTYPE html>", "permanent"],
];

for (const [answer, kind] of answers) {
  Deno.test(`the format elastic takes ${answer.slice(0, 90) || "an empty answer"} for ${kind ?? "success"}`, () => {
    assertEquals(elastic.refusal!(answer), kind);
  });
}

Deno.test("the receiver of elastic refuses another key, an index without privilege, and a field that is not mapped", async () => {
  const answer = async (options = {}, change = (body: string) => body) => {
    const { kind, status } = await send("elastic", created(), createElasticReceiver(), {
      options: { ...SAMPLE_OPTIONS.elastic, ...options },
      change,
    });
    return [kind, status];
  };
  assertEquals(await answer(), ["ok", 200]);
  assertEquals(await answer({ apiKey: "VGhpcyBpcyBub3QgYSBrZXk=" }), ["permanent", 401]);
  assertEquals(await answer({ dataStream: "metrics-other" }), ["permanent", 200]);
  assertEquals(await answer({}, (body) => body.replace("{", '{"x":1,')), ["permanent", 400]);
  assertEquals(await answer({}, (body) => body.replace('"ip":"192', '"ip":"net 192')), [
    "permanent",
    200,
  ]);
  assertEquals(await answer({}, (body) => body.trimEnd()), ["permanent", 400]);
});

Deno.test("the format elastic takes only names that cannot leave their place", () => {
  const { apiKey } = SAMPLE_OPTIONS.elastic;
  for (
    const options of [
      {},
      { apiKey: "a b" },
      { apiKey: `${apiKey}\n` },
      { apiKey, dataStream: "Logs" },
      { apiKey, dataStream: '"},"_id":"' },
      { apiKey, dataStream: "" },
    ]
  ) assert(!v.is(elastic.optionsSchema, options), JSON.stringify(options));
});
