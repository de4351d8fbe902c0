import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { matchRules } from "../../src/alert/match_rules.ts";
import { EventSummary } from "../../src/cli/commands/event_summary.ts";
import { createEmulator } from "../../src/emulator/create_emulator.ts";
import { folder, panoptes } from "./run_panoptes.ts";

const RULE = `title: Failed login
id: 929a690e-bef0-4204-a928-ef5e620d6fcc
status: test
logsource: { product: thousandeyes, service: audit }
detection:
  selection:
    event|startswith: login failed
    ipAddress|cidr: 192.0.2.0/24
  condition: selection
level: medium
`;

const EVENTS = [
  {
    date: "2026-11-22T10:00:00Z",
    event: "Login failed.",
    user: "Ana (a@x)",
    ipAddress: "192.0.2.1",
  },
  {
    date: "2026-11-21T09:30:00Z",
    event: "Login failed.",
    user: "Bo (b@x)",
    ipAddress: "192.0.2.2",
  },
  {
    date: "2026-11-23T10:00:00Z",
    event: "Login failed.",
    user: "Ana (a@x)",
    ipAddress: "10.0.0.1",
  },
  { event: "Test deleted.", uid: "7", resources: [{ type: "testName", name: "payments" }] },
];
const lines = (events: readonly unknown[]) =>
  events.map((event) => JSON.stringify(event)).join("\n");

Deno.test("panoptes events summarize lists texts with counts, dates, actors and the rules they match", async () => {
  await using files = await folder({ "rules/failed.yml": RULE, "events.ndjson": lines(EVENTS) });
  const { code, out, err } = await panoptes(["events", "summarize", "events.ndjson"], {
    cwd: files.path,
  });
  assertEquals(out.split("\n"), [
    "events  first seen        last seen         event          actors   rules",
    "     3  2026-11-21 09:30  2026-11-23 10:00  Login failed.  Ana, Bo  Failed login (2)",
    "     1  no date           no date           Test deleted.  7        no rule",
    "",
  ]);
  assertEquals(err, "4 events with 2 texts; no rule matches 1 text\n");
  assertEquals(code, 0);
});

Deno.test("panoptes events summarize --format json gives the same facts, and more, as one object", async () => {
  await using files = await folder({ "failed.yml": RULE });
  const { code, out } = await panoptes(
    ["events", "summarize", "--rules", "failed.yml", "--format", "json"],
    { cwd: files.path, stdin: `${lines(EVENTS)}\nnot JSON\n` },
  );
  assertEquals(code, 3);
  const summary = JSON.parse(out);
  assertEquals([summary.events, summary.skipped, summary.otherTexts], [4, 1, 0]);
  assertEquals(summary.texts[0], {
    event: "Login failed.",
    count: 3,
    firstAt: "2026-11-21T09:30:00.000Z",
    lastAt: "2026-11-23T10:00:00.000Z",
    actors: {
      different: 2,
      more: false,
      top: [{ value: "Ana", count: 2 }, { value: "Bo", count: 1 }],
    },
    resourceTypes: { different: 0, more: false, top: [] },
    rules: [{
      id: "929a690e-bef0-4204-a928-ef5e620d6fcc",
      title: "Failed login",
      level: "medium",
      count: 2,
    }],
  });
  assertEquals(summary.texts[1].resourceTypes.top, [{ value: "testName", count: 1 }]);
});

Deno.test("panoptes events summarize writes nothing that a terminal obeys", async () => {
  const hostile = "\u001b]0;owned\u0007\u202egnip\r\n\u009b31m\u200b";
  const event = { event: hostile, user: `${hostile} (a@x)`, resources: [{ type: hostile }] };
  await using files = await folder({ "events.ndjson": lines([event]) });
  for (const format of ["text", "json"]) {
    const { out, err } = await panoptes(
      ["events", "summarize", "--format", format, "events.ndjson"],
      { cwd: files.path },
    );
    // deno-lint-ignore no-control-regex -- these are what must not come out
    assert(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/.test(out + err), out);
    assertEquals(out.trimEnd().split("\n").length, format === "text" ? 2 : 1);
  }
});

Deno.test("EventSummary tells 10,000 texts and 1,000 actors apart, and counts the rest", () => {
  const summary = new EventSummary(matchRules({ rules: [], filters: [] }, () => {}).match);
  for (let n = 0; n < 10_500; n++) summary.add({ event: `Text ${n}` });
  for (let n = 0; n < 1_500; n++) summary.add({ event: "Text 0", user: `User ${n}` });
  const texts = summary.texts();
  assertEquals([texts.length, summary.otherTexts], [10_000, 500]);
  assertEquals([texts[0]?.count, texts[0]?.actors.different, texts[0]?.actors.more], [
    1_501,
    1_000,
    true,
  ]);
});

Deno.test("panoptes events summarize --since reads the past of the API, and nothing older", async () => {
  const emulator = createEmulator({ seed: 5 });
  const now = Date.now();
  emulator.publishHistory(400, now - 20 * 86_400_000, now - 60_000);
  emulator.publish({ event: "Long ago.", date: now - 40 * 86_400_000 });
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => emulator.app.fetch(request),
  );
  const env = { TE_TOKEN: emulator.token, TE_BASE_URL: `http://127.0.0.1:${server.addr.port}/v7` };
  const { code, out, err } = await panoptes(
    ["events", "summarize", "--since", "30d", "--format", "json"],
    { env },
  );
  assertEquals(code, 0, err);
  const { events, texts } = JSON.parse(out) as {
    events: number;
    texts: { event: string; rules: unknown[] }[];
  };
  assertEquals(events, 400);
  assert(!texts.some(({ event }) => event === "Long ago."));
  const failed = texts.find(({ event }) => event === "Login failed.");
  assert(failed !== undefined && failed.rules.length > 0, "the rules of this repository are used");
  const refused = await panoptes(["events", "summarize", "--since", "30d"], {
    env: { ...env, TE_TOKEN: "made-up-secret" },
  });
  assertEquals(refused.code, 4);
  assertStringIncludes(refused.err, "401");
  assert(!(refused.err + refused.out).includes("made-up-secret"));
});

for (
  const [args, says] of [
    [["--since", "yesterday"], "Invalid --since 'yesterday'"],
    [["--since", "0d"], "Invalid --since '0d'"],
    [["--since", "30d", "events.ndjson"], "not both"],
    [["--since", "30d"], "TE_TOKEN must be set"],
    [["missing.ndjson"], "Cannot read events from 'missing.ndjson': it does not exist"],
  ] as const
) {
  Deno.test(`panoptes events summarize ${args.join(" ")} says what is wrong, and reads nothing`, async () => {
    const { code, out, err } = await panoptes(["events", "summarize", ...args]);
    assertEquals([code, out], [2, ""]);
    assertStringIncludes(err, says);
  });
}
