import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import * as v from "valibot";
import { AlertSchema, FoldedAlertsSchema } from "../../../src/alert/alert_schema.ts";
import { EndpointSchema } from "../../../src/delivery/endpoint.ts";
import type { MessageContent } from "../../../src/delivery/format/format.ts";
import { template } from "../../../src/delivery/format/template.ts";
import { anyContent } from "../../support/receivers/any_content.ts";
import {
  closed,
  correlated,
  created,
  folded,
  HOSTILE,
  hostile,
} from "../../support/receivers/contents.ts";
import { bytesOf, LINK, requestOf } from "../../support/receivers/http_receiver.ts";

const fill = (of: unknown, content: MessageContent = created()) =>
  JSON.parse(requestOf("template", content, { template: of }).body);

Deno.test("a template has values in place of placeholders, at any depth", () => {
  assertEquals(
    fill({
      a: ["{{ summary }}", { b: "{{rule.title}} by {{events.0.event.user}}!" }],
      c: "no placeholder, { } and }}",
      d: 5,
      e: [true, null],
    }),
    {
      a: [
        "ThousandEyes Login Failed: Ana Diaz, from 192.0.2.44",
        { b: "ThousandEyes Login Failed by Ana Diaz (ana@example.org)!" },
      ],
      c: "no placeholder, { } and }}",
      d: 5,
      e: [true, null],
    },
  );
});

Deno.test("a string that is one placeholder keeps the type of the value", () => {
  const { alert } = created();
  assertEquals(
    fill({
      count: "{{eventCount}}",
      backfilled: "{{backfilled}}",
      tags: "{{rule.tags}}",
      rule: "{{rule}}",
      data: "{{data}}",
      group: "{{group}}",
      text: "{{eventCount}} of {{rule.tags}}, {{group}}",
    }),
    {
      count: 1,
      backfilled: false,
      tags: alert.rule.tags,
      rule: alert.rule,
      data: alert,
      group: null,
      text: '1 of ["attack.t1110","attack.credential-access"], ',
    },
  );
});

Deno.test("a template can tell what a message is, when, in words, and where to read on", () => {
  const of = { type: "{{type}}", at: "{{timestamp}}", link: "{{link}}", heading: "{{heading}}" };
  const { alert } = created();
  const at = "2026-11-22T10:00:05.250Z";
  const link = LINK + alert.id;
  const title = "ThousandEyes Login Failed";
  assertEquals(fill(of), { type: "alert.created", at, link, heading: `🟠 High: ${title}` });
  assertEquals(fill(of, folded()), {
    type: "alert.folded",
    at,
    link,
    heading: `🟠 High, repeated: ${title}`,
  });
  assertEquals(fill(of, closed()).heading, `✅ Closed: ${title}`);
  assertEquals(fill({ n: "{{count}}", of: "{{group.0.value}}" }, folded()), {
    n: 12,
    of: "Ana Diaz (ana@example.org)",
  });
  const { text } = fill({ text: "{{text}}" }, correlated());
  for (const part of ["Alerts disabled", "User: Ben Ode", "Test deleted", "What to do", link]) {
    assert(text.includes(part), part);
  }
});

Deno.test("a placeholder in the text of an event stays text, whatever surrounds it", () => {
  const user = "{{rule.title}} {{data}} {{{summary}}} $& $1 $`";
  assertEquals(
    fill({ only: "{{events.0.event.user}}", in: "<{{events.0.event.user}}>" }, created({ user })),
    {
      only: user,
      in: `<${user}>`,
    },
  );
});

Deno.test("hostile text stays in its string, as it is", () => {
  const { user } = hostile().alert.events[0]!.event;
  const { body } = requestOf("template", hostile(), {
    template: { a: "{{events.0.event.user}}", b: "x {{events.0.event.user}}", c: "{{data}}" },
  });
  const read = JSON.parse(body);
  assertEquals([Object.keys(read), read.a, read.b], [
    ["a", "b", "c"],
    user!.toWellFormed(),
    `x ${user}`.toWellFormed(),
  ]);
  assert(HOSTILE.includes("{{7*7}}") && !/[\u2028\u2029\u0085]/.test(body) && body.isWellFormed());
});

Deno.test("every member that docs/alerts.md lists is a placeholder, and nothing else is", () => {
  const paths = [
    ...Object.keys(AlertSchema.entries),
    ...Object.keys(FoldedAlertsSchema.entries),
    "rule.runbook",
    "events.0",
    "events.99.event.resources.0.name",
    "events.0.event.a member of the future".replaceAll(" ", "_"),
    "matched.3.value.anything",
    "parts.1.count",
    "silencedBy.reason",
  ];
  for (const path of paths) {
    assert(v.is(template.optionsSchema, { template: [`{{${path}}}`] }), path);
  }
  const wrong = [
    "titel",
    "rule.titel",
    "rule.title.x",
    "events.user",
    "events.-1.event",
    "events.100.event",
    "alert.id",
    "link.x",
    "constructor",
    "__proto__",
    "rule.__proto__",
    "",
    " ",
    "a b",
  ];
  for (const path of wrong) {
    assert(!v.is(template.optionsSchema, { template: [`x {{${path}}}`] }), path);
  }
});

Deno.test("a template is checked when it is loaded, and no message quotes it", () => {
  let deep: unknown = "S3CRET";
  for (let depth = 0; depth < 100_000; depth++) deep = [deep];
  const wrong: unknown[] = [
    undefined,
    {},
    { template: "S3CRET" },
    { template: null },
    { template: 5 },
    { template: { S3CRET: "{{S3CRET}}" } },
    { template: { "{{summary}}": "S3CRET" } },
    { template: { a: "S3CRET {{summary}" } },
    { template: { a: "S3CRET {{" } },
    { template: { a: "{{{{summary}}}}" } },
    { template: deep },
    { template: { a: "S3CRET".repeat(3_000) } },
    { template: Array(101).fill("{{id}}") },
    { template: {}, contentType: "S3CRET" },
    { template: {}, contentType: "application/json\r\nS3CRET: x" },
    { template: {}, S3CRET: 1 },
  ];
  for (const options of wrong) {
    const { issues = [] } = v.safeParse(EndpointSchema, {
      name: "x",
      url: "https://x.example.com/",
      format: "template",
      options,
    });
    assertEquals(issues.length, 1, String(wrong.indexOf(options)));
    assert(issues.every(({ message }) => !message.includes("S3CRET")));
  }
});

Deno.test("a template may have another media type of JSON, is signed if it has a secret, and its keys are secrets", () => {
  const options = v.parse(template.optionsSchema, {
    template: {
      key: "0123456789abcdef",
      text: "not a key, but {{summary}}",
      id: "x-{{id}}-0123456789",
    },
    contentType: "application/vnd.example.v1+json",
  });
  assertEquals(template.secretsOf?.(options), ["0123456789abcdef"]);
  const { headers } = template.request(created(), { options, linkTo: () => undefined });
  assertEquals(headers, { "content-type": "application/vnd.example.v1+json" });
  const entry = { name: "x", url: "https://x.example.com/", format: "template", options };
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  assert(v.is(EndpointSchema, entry) && v.is(EndpointSchema, { ...entry, secret }));
});

Deno.test("a body of 64 KiB is whole, and one byte more is cut visibly, evenly among its placeholders", () => {
  const of = { id: "{{id}}", user: "{{events.0.event.user}}", data: "{{data}}" };
  const bodyOf = (length: number) =>
    requestOf("template", created({ user: "é".repeat(8_000), event: "x".repeat(length) }), {
      template: of,
    }).body;
  const length = 65_536 - bytesOf(bodyOf(0));
  assertEquals([bytesOf(bodyOf(length - 1)), bytesOf(bodyOf(length))], [65_535, 65_536]);
  assert(!bodyOf(length).includes("… cut"));
  const { id, user, data } = JSON.parse(bodyOf(length + 1));
  assertEquals([id, user], [created().alert.id, "é".repeat(8_000)]);
  assert(data.events[0].event.event.endsWith("more characters"));
});

Deno.test("a body is JSON of at most 64 KiB, whatever an alert holds and however often it is told", () => {
  const name = fc.constantFrom("data", "text", "events", "summary", "events.0.event.user", "group");
  const string = fc.array(name, { maxLength: 5 }).map((names) =>
    names.map((name) => `{{${name}}}`).join(" ")
  );
  const any = fc.array(fc.oneof(string, name.map((name) => `{{${name}}}`)), { maxLength: 15 });
  fc.assert(
    fc.property(anyContent, any, (content, of) => {
      const { body } = requestOf("template", content, { template: of });
      assert(bytesOf(body) <= 65_536, `${bytesOf(body)}`);
      assertEquals(JSON.parse(body).length, of.length);
    }),
    { numRuns: 60 },
  );
});
