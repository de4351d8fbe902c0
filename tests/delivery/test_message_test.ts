import { assert, assertEquals } from "@std/assert";
import { parse } from "valibot";
import { ALERT_LEVELS } from "../../src/alert/alert.ts";
import { AlertSchema } from "../../src/alert/alert_schema.ts";
import { attempt } from "../../src/delivery/attempt.ts";
import { FORMAT_NAMES, type FormatName } from "../../src/delivery/format/formats.ts";
import { sendTestMessage } from "../../src/delivery/test_message.ts";
import { systemClock } from "../../src/stream/clock.ts";
import { CHAT_RECEIVERS } from "../support/receivers/chat_receivers.ts";
import { endpointAt, type HttpReceiver } from "../support/receivers/http_receiver.ts";
import { SIEM_RECEIVERS } from "../support/receivers/siem_receivers.ts";
import { ticketReceiver } from "../support/receivers/ticket.ts";

const RECEIVERS: Readonly<Record<string, { receiver: HttpReceiver; path?: string }>> = {
  ...CHAT_RECEIVERS,
  ...SIEM_RECEIVERS,
  template: ticketReceiver,
  standard: {
    receiver: async (request) => {
      parse(AlertSchema, (await request.json()).data);
      return new Response(null, { status: 204 });
    },
  },
};

/** Sends a test through all of the sender to a receiver that is called as a function. */
function tested(format: FormatName, receiver: HttpReceiver, level: typeof ALERT_LEVELS[number]) {
  const endpoint = endpointAt("http://127.0.0.1:1", format, RECEIVERS[format]);
  const fetch = (url: URL, init: RequestInit) => receiver(new Request(url, init));
  return sendTestMessage(endpoint, { level, by: "ana" }, {
    clock: systemClock,
    attempt: (message, endpoint) => attempt(message, endpoint, { clock: systemClock, fetch }),
  });
}

for (const format of FORMAT_NAMES) {
  Deno.test(`the receiver of ${format} accepts a test message of every level, which says what it is`, async () => {
    const { receiver: strict } = RECEIVERS[format] ?? {};
    if (strict === undefined) throw new Error(`There is no strict receiver of ${format}`);
    for (const level of ALERT_LEVELS) {
      let sent = "";
      const { outcome, hint } = await tested(format, async (request) => {
        sent = await request.clone().text();
        return await strict(request);
      }, level);
      assertEquals([outcome.kind, hint], ["ok", null], outcome.excerpt);
      assert(/test/i.test(sent));
    }
  });

  Deno.test(`a test of ${format} that is refused says what to do`, async () => {
    const gone: HttpReceiver = () => Promise.resolve(new Response("no such hook", { status: 404 }));
    const { outcome, hint } = await tested(format, gone, "medium");
    assertEquals([outcome.status, outcome.excerpt], [404, "no such hook"]);
    assert(hint?.includes("url"));
  });
}

Deno.test("sendTestMessage() never throws because of a format, and posts nothing then", async () => {
  const endpoint = { ...endpointAt("http://127.0.0.1:1", "telegram"), options: undefined };
  const { outcome } = await sendTestMessage(endpoint, { level: "low", by: "" }, {
    clock: systemClock,
    attempt: () => Promise.reject(new Error("It must not be posted")),
  });
  assertEquals(outcome.code, "body_failed");
});
