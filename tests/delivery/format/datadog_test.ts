import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { ALERT_LEVELS } from "../../../src/alert/alert.ts";
import { datadog } from "../../../src/delivery/format/datadog.ts";
import type { MessageContent } from "../../../src/delivery/format/format.ts";
import { created, HOSTILE } from "../../support/receivers/contents.ts";
import { datadogReceiver } from "../../support/receivers/datadog.ts";
import { requestOf, send } from "../../support/receivers/http_receiver.ts";

const logOf = (content: MessageContent) => JSON.parse(requestOf("datadog", content).body)[0];

Deno.test("no text makes a second tag, an attribute or another status for Datadog", () => {
  const rule = { title: HOSTILE, level: "low" } as const;
  const { alert, ...content } = created({ user: '{"status":"ok"}' }, rule);
  const log = logOf({ ...content, alert: { ...alert, rule: { ...alert.rule, id: HOSTILE } } });
  assertEquals(log.ddtags.split(",").length, 2);
  assertEquals(log.status, "notice");
  const summary = '{"status":"ok","ddtags":"a:b"}';
  assertEquals(logOf({ ...content, alert: { ...alert, summary } }).message, `low: ${summary}`);
});

Deno.test("the format datadog has a status for every level", () => {
  assertEquals(
    ALERT_LEVELS.map((level) => logOf(created({}, { level })).status),
    ["info", "notice", "warning", "error", "critical"],
  );
});

Deno.test("the receiver of datadog refuses a wrong key, a date and a body that is too large", async () => {
  const status = async (change: (body: string) => string, apiKey = "0123456789abcdef".repeat(2)) =>
    (await send("datadog", created(), datadogReceiver, {
      path: "/api/v2/logs",
      options: { apiKey },
      change,
    })).status;
  assertEquals(await status((body) => body), 202);
  assertEquals(await status((body) => body, "f".repeat(32)), 403);
  assertEquals(await status((body) => body.replace("{", '{"timestamp":1,')), 400);
  assertEquals(await status((body) => body + " ".repeat(5_000_000)), 413);
});

Deno.test("the format datadog takes only a key that is one", () => {
  for (const options of [{}, { apiKey: "short" }, { apiKey: `${"a".repeat(32)}\n` }]) {
    assert(!v.is(datadog.optionsSchema, options));
  }
});
