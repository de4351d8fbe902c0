import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { EndpointSchema } from "../../src/delivery/endpoint.ts";
import { FORMAT_NAMES } from "../../src/delivery/format/formats.ts";
import { RETRY_SCHEDULE } from "../../src/delivery/retry_schedule.ts";
import { CONTENTS } from "../support/receivers/contents.ts";
import { requestOf } from "../support/receivers/http_receiver.ts";
import { SAMPLE_OPTIONS } from "../support/receivers/sample_options.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const good = { name: "siem", url: "https://siem.example.com/hook", secret };

Deno.test("EndpointSchema fills in every default", () => {
  assertEquals(v.parse(EndpointSchema, good), {
    ...good,
    previousSecrets: [],
    minLevel: "medium",
    backfilled: false,
    operational: true,
    testOnly: false,
    digestMs: 0,
    format: "standard",
    options: {},
    headers: {},
    retryScheduleMs: [...RETRY_SCHEDULE],
    timeoutMs: 15_000,
    allowedPorts: [],
    allowHttpLoopback: false,
  });
});

const wrong: [path: string, change: Record<string, unknown>][] = [
  ["name", { name: "Not A Slug" }],
  ["name", { name: undefined }],
  ["name", { name: "a".repeat(64) }],
  ["url", { url: "http://siem.example.com/S3CRET" }],
  ["url", { url: "http://127.0.0.1/S3CRET" }],
  ["url", { url: "S3CRET" }],
  ["url", { url: 5 }],
  ["url", { url: `https://siem.example.com/${"S3CRET".repeat(500)}` }],
  ["secret", { secret: "S3CRET" }],
  ["secret", { secret: "whsec_S3CRET==" }],
  ["secret", { secret: ["S3CRET"] }],
  ["previousSecrets.0", { previousSecrets: ["whsec_S3CRET"] }],
  ["previousSecrets", { previousSecrets: [secret, secret, secret] }],
  ["secret", { secret: `whsk_${btoa("S3CRET".padEnd(31))}` }],
  ["secret", { secret: `whpk_${btoa("S3CRET".padEnd(32))}` }],
  ["minLevel", { minLevel: "S3CRET" }],
  ["backfilled", { backfilled: "S3CRET" }],
  ["rules", { rules: "S3CRET" }],
  ["rules", { rules: [] }],
  ["rules.0", { rules: [" "] }],
  ["rules.0", { rules: ["S3CRET".repeat(50)] }],
  ["tags", { tags: Array.from({ length: 101 }, () => "S3CRET") }],
  ["where", { where: "S3CRET" }],
  ["where", { where: {} }],
  ["where", { where: { "event contains": "S3CRET" } }],
  ["where", { where: { "|contains": "S3CRET" } }],
  ["where", { where: { "resources[any].name": "S3CRET" } }],
  ["where", {
    where: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`f${n}`, "S3CRET"])),
  }],
  ["where.event|contain", { where: { "event|contain": "S3CRET" } }],
  ["where.event|re", { where: { "event|re": "S3CRET.*" } }],
  ["where.user|expand", { where: { "user|expand": "%S3CRET%" } }],
  ["where.ipAddress|cidr", { where: { "ipAddress|cidr": "S3CRET" } }],
  ["where.event.0", { where: { event: ["S3CRET".repeat(200)] } }],
  ["where.event", { where: { event: { S3CRET: "" } } }],
  ["where.event", { where: { event: [] } }],
  ["quietHours", { quietHours: "S3CRET" }],
  ["quietHours.from", { quietHours: { from: "24:00", to: "06:00" } }],
  ["quietHours.to", { quietHours: { from: "22:00", to: "6:00 S3CRET" } }],
  ["quietHours", { quietHours: { from: "22:00", to: "22:00" } }],
  ["quietHours.timeZone", { quietHours: { from: "22:00", to: "06:00", timeZone: "S3CRET" } }],
  ["quietHours.minLevel", { quietHours: { from: "22:00", to: "06:00", minLevel: "S3CRET" } }],
  ["testOnly", { testOnly: "S3CRET" }],
  ["format", { format: "S3CRET" }],
  ["format", { format: "constructor" }],
  ["secret", { secret: undefined }],
  ["options.key", { options: { key: "S3CRET" } }],
  ["options", { options: "S3CRET" }],
  ["headers", { headers: ["S3CRET"] }],
  ["headers.x-key", { headers: { "x-key": "S3CRET\n" } }],
  ["headers.x-key", { headers: { "x-key": " S3CRET" } }],
  ["headers.x-key", { headers: { "x-key": "" } }],
  ["headers", {
    headers: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`x-${n}`, "S3CRET"])),
  }],
  ...[
    "Webhook-Id",
    "content-type",
    "Host",
    "User-Agent",
    "cookie",
    "x key",
    "x:y",
    "",
    "transfer-encoding",
  ].map((name): [string, Record<string, unknown>] => ["headers", {
    headers: { [name]: "S3CRET" },
  }]),
  ["retryScheduleMs", { retryScheduleMs: [] }],
  ["retryScheduleMs.0", { retryScheduleMs: [-1] }],
  ["timeoutMs", { timeoutMs: 30_001 }],
  ["timeoutMs", { timeoutMs: 0 }],
  ["timeoutMs", { timeoutMs: NaN }],
  ["timeoutMs", { timeoutMs: "15000" }],
  ["allowedPorts.0", { allowedPorts: [0] }],
  ["allowHttpLoopback", { allowHttpLoopback: "yes" }],
  ["webhookUrl", { webhookUrl: "S3CRET" }],
];

for (const [path, change] of wrong) {
  Deno.test(`EndpointSchema refuses ${JSON.stringify(change).slice(0, 60)} at ${path}, without quoting it`, () => {
    const { success, issues } = v.safeParse(EndpointSchema, { ...good, ...change });
    assertEquals(success, false);
    assertEquals(issues?.map((issue) => v.getDotPath(issue)), [path]);
    assert(!issues?.some(({ message }) => message.includes("S3CRET")));
  });
}

Deno.test("EndpointSchema refuses a header that the format sets from its options, and names the option", () => {
  const refused = FORMAT_NAMES.flatMap((format) => {
    const { "content-type": _, ...set } = requestOf(format, CONTENTS["created"]!).headers;
    return Object.keys(set).map((name) => {
      const { name: of, url } = good;
      const headers = { [name.toUpperCase()]: "S3CRET" };
      const endpoint = { name: of, url, format, options: SAMPLE_OPTIONS[format], headers };
      const { issues } = v.safeParse(EndpointSchema, endpoint);
      return issues?.map((issue) => [v.getDotPath(issue), issue.message]);
    });
  });
  const refusal = (name: string, format: string, option: string) => [[
    "headers",
    `must not have ${name}: the format ${format} sets it; the key belongs in options.${option}`,
  ]];
  assertEquals(refused, [
    refusal("authorization", "jsm", "apiKey"),
    refusal("authorization", "splunk-hec", "token"),
    refusal("dd-api-key", "datadog", "apiKey"),
    refusal("authorization", "elastic", "apiKey"),
  ]);
});

Deno.test("EndpointSchema accepts http to loopback if it is allowed", () => {
  const development = { ...good, url: "http://127.0.0.1:8788/hook", allowHttpLoopback: true };
  assert(v.is(EndpointSchema, development));
});
