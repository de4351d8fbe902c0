import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { splunkHec } from "../../../src/delivery/format/splunk_hec.ts";
import { created } from "../../support/receivers/contents.ts";
import { send } from "../../support/receivers/http_receiver.ts";
import { splunkHecReceiver } from "../../support/receivers/splunk_hec.ts";

const token = "00000000-made-up00-0000-000000000000";
const path = "/services/collector/event";

Deno.test("the format splunk-hec goes by the code of the answer, not by its status", () => {
  const refusal = (answer: unknown) => splunkHec.refusal!(JSON.stringify(answer));
  assertEquals(refusal({ text: "Success", code: 0 }), undefined);
  assertEquals(refusal({ text: "Server is busy", code: 9 }), "throttle");
  assertEquals(refusal({ text: "Internal server error", code: 8 }), "retry");
  assertEquals(refusal({ text: "HEC is healthy", code: 17 }), "permanent");
  assertEquals(refusal({}), "permanent");
  assertEquals(splunkHec.refusal!(""), "retry");
  assertEquals(splunkHec.refusal!("<html>Log in to Splunk"), "permanent");
});

Deno.test("the receiver of splunk-hec refuses what Splunk refuses", async () => {
  const answer = async (options: Record<string, string>, change?: (body: string) => string) => {
    const { status, excerpt } = await send("splunk-hec", created(), splunkHecReceiver, {
      path,
      options: { token, ...options },
      ...(change && { change }),
    });
    return [status, JSON.parse(excerpt!).code];
  };
  assertEquals(await answer({}), [200, 0]);
  assertEquals(await answer({ index: "security" }), [200, 0]);
  assertEquals(await answer({ index: "other" }), [400, 7]);
  assertEquals(await answer({ token: token.replace("0", "1") }), [403, 4]);
  assertEquals(await answer({}, () => ""), [400, 5]);
  assertEquals(await answer({}, (body) => body.replace('"event":{', '"evnt":{')), [400, 12]);
  assertEquals(await answer({}, (body) => body.replace('"time":', '"date":')), [400, 6]);
});

Deno.test("the format splunk-hec refuses options that would make another request, without quoting them", () => {
  const wrong: [path: string, options: Record<string, unknown>][] = [
    ["token", {}],
    ["token", { token: "S3CRET\r\nx-forged: 1" }],
    ["token", { token: 5 }],
    ["index", { token, index: "S3CRET index" }],
    ["sourcetype", { token, sourcetype: "" }],
    ["index_name", { token, index_name: "S3CRET" }],
  ];
  for (const [path, options] of wrong) {
    const { issues = [] } = v.safeParse(splunkHec.optionsSchema, options);
    assertEquals(issues.map((issue) => v.getDotPath(issue)), [path]);
    assert(!issues.some(({ message }) => message.includes("S3CRET")));
  }
});
