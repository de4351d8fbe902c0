import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { ALERT_LEVELS } from "../../../src/alert/alert.ts";
import type { MessageContent } from "../../../src/delivery/format/format.ts";
import { jsm } from "../../../src/delivery/format/jsm.ts";
import { closed, created, folded, hostile } from "../../support/receivers/contents.ts";
import { jsmReceiver } from "../../support/receivers/jsm.ts";
import { requestOf, send } from "../../support/receivers/http_receiver.ts";

const path = "/jsm/ops/integration/v2/alerts";
const alertOf = (content: MessageContent) => JSON.parse(requestOf("jsm", content).body);

function summed(summary: string): MessageContent {
  const { alert, ...content } = created();
  return { ...content, alert: { ...alert, summary } };
}

Deno.test("an alert, its repeats and its closing have one alias in Jira Service Management", () => {
  const { alias } = alertOf(created());
  assertEquals(alertOf(folded()).alias, alias);
  const { path, query } = requestOf("jsm", closed());
  assertEquals([path, query], [`/${alias}/close`, { identifierType: "alias" }]);
});

Deno.test("the format jsm has a priority for every level", () => {
  assertEquals(
    ALERT_LEVELS.map((level) => alertOf(created({}, { level })).priority),
    ["P5", "P4", "P3", "P2", "P1"],
  );
});

Deno.test("the format jsm cuts nothing up to 130 characters, and visibly cuts one above it", () => {
  for (const length of [129, 130]) {
    assertEquals(alertOf(summed("é".repeat(length))).message, "é".repeat(length));
  }
  assertEquals(alertOf(summed("é".repeat(131))).message, `${"é".repeat(125)}… cut`);
  assertEquals(alertOf(summed("😀".repeat(65))).message, "😀".repeat(65));
  const { message, description } = alertOf(summed("😀".repeat(66)));
  assertEquals(message, `${"😀".repeat(62)}… cut`);
  assert(description.includes("😀".repeat(66)));
});

Deno.test("the format jsm says less where a description or the details would be too long", () => {
  const alert = alertOf(created({ user: "x".repeat(5_000), accountGroupName: "y".repeat(5_000) }, {
    description: "z".repeat(50_000),
  }));
  assert(alert.description.length <= 15_000);
  assert(alert.description.includes("… cut"));
  assert(alert.details.User.endsWith("… cut"));
  assertEquals(alert.details.Link, `https://panoptes.example.com/#${alert.alias}`);
});

Deno.test("no text of an event is HTML in Jira Service Management", () => {
  const body = requestOf("jsm", hostile()).body;
  assert(!/[<>]/.test(body));
  assert(body.includes("‹script›alert(1)‹/script›"));
});

Deno.test("the receiver of jsm refuses another key, an alias that is taken for an id, and long texts", async () => {
  const status = async (content: MessageContent, change = (body: string) => body, key?: string) =>
    (await send("jsm", content, jsmReceiver, {
      path,
      change,
      ...(key !== undefined && { options: { apiKey: key } }),
    })).status;
  assertEquals(await status(created()), 202);
  assertEquals(await status(closed()), 202);
  assertEquals(await status(created(), undefined, "another-key-of-somebody"), 401);
  const longer = (body: string) => body.replace('"message":"', `"message":"${"x".repeat(130)}`);
  assertEquals(await status(created(), longer), 422);
  const answer = await jsmReceiver(
    new Request(`http://127.0.0.1${path}/some-alias/close`, {
      method: "POST",
      headers: requestOf("jsm", closed()).headers,
      body: "{}",
    }),
  );
  assertEquals(answer.status, 422);
  await answer.body?.cancel();
});

Deno.test("the format jsm takes only a key that cannot make another header", () => {
  for (const options of [{}, { apiKey: "short" }, { apiKey: "a".repeat(32) + "\r\nx: y" }]) {
    assert(!v.is(jsm.optionsSchema, options));
  }
  assertEquals(jsm.refusal!('{"result":"Request will be processed","requestId":"a"}'), undefined);
  assertEquals(jsm.refusal!('{"message":"Log in"}'), "permanent");
});
