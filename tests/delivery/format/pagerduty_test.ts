import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { ALERT_LEVELS } from "../../../src/alert/alert.ts";
import type { MessageContent } from "../../../src/delivery/format/format.ts";
import { pagerduty } from "../../../src/delivery/format/pagerduty.ts";
import { closed, created, folded } from "../../support/receivers/contents.ts";
import { pagerdutyReceiver } from "../../support/receivers/pagerduty.ts";
import { requestOf, send } from "../../support/receivers/http_receiver.ts";

const path = "/v2/enqueue";
const eventOf = (content: MessageContent) => JSON.parse(requestOf("pagerduty", content).body);

Deno.test("an alert, its repeats and its closing have one dedup_key for PagerDuty", () => {
  const events = [created(), folded(), closed()].map(eventOf);
  assertEquals(events.map(({ event_action }) => event_action), ["trigger", "trigger", "resolve"]);
  assertEquals(new Set(events.map(({ dedup_key }) => dedup_key)).size, 1);
});

Deno.test("the format pagerduty has a severity for every level", () => {
  assertEquals(
    ALERT_LEVELS.map((level) => eventOf(created({}, { level })).payload.severity),
    ["info", "info", "warning", "error", "critical"],
  );
});

Deno.test("the receiver of pagerduty refuses what PagerDuty refuses, and the excerpt says why", async () => {
  const answer = async (change: (body: string) => string) => {
    const { kind, status, excerpt = "" } = await send("pagerduty", created(), pagerdutyReceiver, {
      path,
      change,
    });
    return [kind, status, JSON.parse(excerpt).errors?.[0]];
  };
  assertEquals(await answer((body) => body), ["ok", 202, undefined]);
  const missing = (member: string) => (body: string) => body.replace(`"${member}":`, '"other":');
  assertEquals((await answer(missing("routing_key"))).slice(0, 2), ["permanent", 400]);
  assertEquals((await answer(missing("summary"))).slice(0, 2), ["permanent", 400]);
  assertEquals((await answer(missing("source"))).slice(0, 2), ["permanent", 400]);
  assertEquals((await answer((body) => body.replace('"error"', '"high"')))[0], "permanent");
  assertEquals(
    (await answer((body) => body.replace("R01MADEUP", "R0")))[2],
    "routing_key: Length of 'routing_key' is incorrect (should be 32 characters)",
  );
});

Deno.test("the format pagerduty counts only PagerDuty's own answer as success", () => {
  assertEquals(pagerduty.refusal!('{"status":"success","dedup_key":"a"}'), undefined);
  assertEquals(pagerduty.refusal!('{"status":"invalid event"}'), "permanent");
  assertEquals(pagerduty.refusal!("<html>"), "permanent");
  assertEquals(pagerduty.refusal!(""), "retry");
});

Deno.test("the format pagerduty takes only a key of 32 letters and digits", () => {
  for (const options of [{}, { routingKey: "R01" }, { routingKey: "é".repeat(32) }, undefined]) {
    assert(!v.is(pagerduty.optionsSchema, options));
  }
});
