import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { ALERT_LEVELS } from "../../../src/alert/alert.ts";
import type { MessageContent } from "../../../src/delivery/format/format.ts";
import { ocsf } from "../../../src/delivery/format/ocsf.ts";
import { closed, correlated, created, folded, hostile } from "../../support/receivers/contents.ts";
import { ocsfReceiver } from "../../support/receivers/ocsf.ts";
import { requestOf, send } from "../../support/receivers/http_receiver.ts";

const findingOf = (content: MessageContent, options = {}) =>
  JSON.parse(requestOf("ocsf", content, options).body);

Deno.test("an alert, its repeats and its closing are one finding, and three events about it", () => {
  const findings = [created(), folded(), closed()].map((content) => findingOf(content));
  assertEquals(
    findings.map(({ type_uid, activity_name, status_id }) => [type_uid, activity_name, status_id]),
    [[200401, "Create", 1], [200402, "Update", undefined], [200403, "Close", 4]],
  );
  assertEquals(new Set(findings.map(({ finding_info }) => finding_info.uid)).size, 1);
  assertEquals(new Set(findings.map(({ metadata }) => metadata.uid)).size, 3);
});

Deno.test("the format ocsf has a severity for every level", () => {
  assertEquals(
    ALERT_LEVELS.map((level) => findingOf(created({}, { level })).severity_id),
    [1, 2, 3, 4, 5],
  );
});

const events: [event: string, type: Record<string, number>][] = [
  ["Login failed.", { "1.8.0": 300201, "1.9.0": 300201 }],
  ["Logout.", { "1.8.0": 300202, "1.9.0": 300202 }],
  ["User created.", { "1.8.0": 300101, "1.9.0": 300701 }],
  ["Role assigned.", { "1.8.0": 300199, "1.9.0": 300702 }],
  ["User deleted.", { "1.8.0": 300106, "1.9.0": 300703 }],
  ["API token generated.", { "1.8.0": 600301, "1.9.0": 600301 }],
  ["Test deleted.", { "1.8.0": 300404, "1.9.0": 300404 }],
  ["Report viewed.", { "1.8.0": 300402, "1.9.0": 300402 }],
  ["Something else.", { "1.8.0": 300400, "1.9.0": 300400 }],
];

for (const [event, types] of events) {
  Deno.test(`the format ocsf relates "${event}" as ${JSON.stringify(types)}`, () => {
    for (const [version, type] of Object.entries(types)) {
      const { related_events } = findingOf(created({ event }), { version }).finding_info;
      assertEquals(related_events.map(({ type_uid }: { type_uid: number }) => type_uid), [type]);
    }
  });
}

Deno.test("the format ocsf keeps every event whole in unmapped, and describes who did what from where", () => {
  const { alert } = hostile();
  assertEquals(
    findingOf(hostile()).unmapped.panoptes.events[0].event,
    JSON.parse(JSON.stringify(alert.events[0]!.event).replaceAll("\\ud800", "\\ufffd")),
  );
  const { evidences, resources } = findingOf(correlated());
  assertEquals(evidences, [
    {
      uid: "0mwtoidzxqilknq.74",
      actor: { user: { name: "Ben Ode", email_addr: "ben@example.org" } },
      src_endpoint: { ip: "2001:db8::7" },
      resources: [{ type: "testName", name: "payments-api" }],
    },
    {
      uid: "0mwtoidzxqilknq.75",
      actor: { user: { uid: "245", name: "Ana Diaz", email_addr: "ana@example.org" } },
      src_endpoint: { ip: "192.0.2.44" },
    },
  ]);
  assertEquals(resources, [{ type: "testName", name: "payments-api" }]);
  const { alert: bare, ...content } = created();
  const [{ event: _, ...about }] = bare.events as [typeof bare.events[number]];
  const odd = { ...bare, events: [{ ...about, event: { note: "odd" } }] };
  assertEquals(findingOf({ ...content, alert: odd }).evidences[0].data, { note: "odd" });
});

Deno.test("the receiver of ocsf refuses a finding without what the schema requires", async () => {
  const status = async (from: string | RegExp, to: string) =>
    (await send("ocsf", created(), ocsfReceiver, { change: (body) => body.replace(from, to) }))
      .status;
  assertEquals(await status("", ""), 200);
  for (const member of ["class_uid", "severity_id", "time", "metadata", "finding_info"]) {
    assertEquals(await status(`"${member}":`, `"${member}_":`), 400, member);
  }
  assertEquals(await status('"type_uid":200401', '"type_uid":200402'), 400);
  assertEquals(await status('"type_uid":300201', '"type_uid":300701'), 400);
  assertEquals(await status('"ip":"192.0.2.44"', '"ip":"192.0.2.0/24"'), 400);
  assertEquals(await status('"src_endpoint":{"ip"', '"src_endpoint":{"address"'), 400);
});

Deno.test("the format ocsf takes only versions whose classes it knows", () => {
  assert(v.is(ocsf.optionsSchema, { version: "1.9.0" }));
  for (const options of [{ version: "1.0.0" }, { version: 1.8 }, { schema: "1.8.0" }]) {
    assert(!v.is(ocsf.optionsSchema, options));
  }
});
