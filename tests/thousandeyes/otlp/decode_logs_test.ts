import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  decodeLogs,
  InvalidLogsError,
  MAX_RECORDS,
  type OtlpEncoding,
} from "../../../src/thousandeyes/otlp/decode_logs.ts";
import { pushedEvents } from "../../../src/thousandeyes/otlp/pushed_events.ts";
import { attribute, logsRequest, pushedRecord } from "../../support/otlp.ts";

const encoder = new TextEncoder();
const json = (value: unknown) => decodeLogs(encoder.encode(JSON.stringify(value)), "json");

const EVENT = {
  accountGroupName: "Main",
  aid: "75",
  date: "2026-11-22T10:00:00Z",
  event: "Test updated.",
  ipAddress: "192.0.2.7",
  uid: "245",
  user: "Ada Byron (ada@example.com)",
  resources: [{ type: "testName", name: "DNS" }],
};

Deno.test("a log record as ThousandEyes documents it is the event of the API", async () => {
  const records = await decodeLogs(
    encoder.encode(logsRequest([pushedRecord(EVENT, 1e9 - 1)])),
    "json",
  );
  assertEquals(pushedEvents(records, "75"), { events: [EVENT], invalid: [] });
});

Deno.test("resources are read as maps, as JSON, and as a list of JSON; any other form is set aside", () => {
  const { resources: _, ...event } = EVENT;
  const read = (value: unknown) => {
    const { resource, record } = pushedRecord(event);
    const { attributes } = record as { attributes: unknown[] };
    const more = { key: "thousandeyes.activitylog.resources", value };
    return pushedEvents([{
      resource,
      record: { ...record as object, attributes: [...attributes, more] },
    }]);
  };
  const one = JSON.stringify(EVENT.resources[0]);
  const map = { values: [...attribute("type", "testName"), ...attribute("name", "DNS")] };
  for (
    const value of [
      { arrayValue: { values: [{ kvlistValue: map }] } },
      { stringValue: `[${one}]` },
      { arrayValue: { values: [{ stringValue: one }] } },
    ]
  ) assertEquals(read(value).events, [EVENT]);
  assertEquals(read({ arrayValue: {} }).events, [event]);
  for (
    const value of [
      { stringValue: "test:50001" },
      { arrayValue: { values: [{ stringValue: "test:50001" }] } },
      { arrayValue: { values: [{}] } },
      { kvlistValue: map },
    ]
  ) assertEquals(read(value).invalid.length, 1);
});

Deno.test("what is no request for logs is refused, and an empty one is not", async () => {
  assertEquals(await json({}), []);
  assertEquals(await decodeLogs(new Uint8Array(), "protobuf"), []);
  const odd = [7, null, [], { resource_logs: [] }, { resourceSpans: [] }, { resourceLogs: {} }];
  for (const value of odd) await assertRejects(() => json(value), InvalidLogsError);
  const many = { resourceLogs: [{ scopeLogs: [{ logRecords: Array(MAX_RECORDS + 1).fill({}) }] }] };
  await assertRejects(() => json(many), RangeError);
});

Deno.test("a value that is nested too deeply is set aside in JSON, and refused in protobuf", async () => {
  let value: unknown = { stringValue: "deep" };
  for (let depth = 0; depth < 10_000; depth++) value = { arrayValue: { values: [value] } };
  const { invalid } = pushedEvents([{ resource: [], record: { body: value } }]);
  assertEquals(invalid[0]?.issues, ["An attribute is nested too deeply"]);
  // A body that is a list in a list: each level is two messages.
  let bytes: number[] = [];
  for (let depth = 0; depth < 60; depth++) bytes = message(5, message(1, bytes));
  const request = message(1, message(2, message(2, message(5, bytes))));
  const error = await assertRejects(() => decodeLogs(new Uint8Array(request), "protobuf"));
  assert(error instanceof InvalidLogsError);
});

/** A field of protobuf that holds a message. */
function message(field: number, body: readonly number[]): number[] {
  const length: number[] = [];
  for (let left = body.length; left > 127; left >>= 7) length.push(left & 127 | 128);
  length.push(body.length >> 7 * length.length);
  return [field << 3 | 2, ...length, ...body];
}

Deno.test("random bytes are read or refused, and never fail otherwise", async () => {
  const good = encoder.encode(logsRequest([pushedRecord(EVENT)]));
  const parts = fc.uint8Array({ maxLength: 40 });
  const nested = parts.map((bytes) => message(1, message(2, message(2, [...bytes]))));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<OtlpEncoding>("json", "protobuf"),
      fc.oneof(
        parts.map((bytes) => [...bytes]),
        nested,
        fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, byte]) => good.with(at, byte)),
        fc.jsonValue().map((value) => encoder.encode(JSON.stringify({ resourceLogs: value }))),
        fc.jsonValue().map((record) => encoder.encode(logsRequest([{ resource: record, record }]))),
      ),
      async (encoding, bytes) => {
        const body = new Uint8Array(bytes);
        try {
          pushedEvents(await decodeLogs(body, encoding));
        } catch (error) {
          assert(error instanceof InvalidLogsError, String(error));
        }
      },
    ),
    { numRuns: 2_000 },
  );
});
