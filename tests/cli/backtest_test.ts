import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createEmulator } from "../../src/emulator/create_emulator.ts";
import { FAILED_LOGINS } from "../support/failed_logins.ts";
import { folder, panoptes } from "./run_panoptes.ts";

const RULES = FAILED_LOGINS.replace("event: Login failed.", "event|re: '^Login fail(ed|ure)'");

const failure = (user: string, minute: number) =>
  JSON.stringify({
    date: `2026-11-22T10:${String(minute).padStart(2, "0")}:00Z`,
    event: "Login failed.",
    user: `${user} (x@example.org)`,
  });
const PAST = [0, 1, 2, 3].map((minute) => failure("Ana", minute)).concat(failure("Bo", 4));

Deno.test("panoptes backtest shows the alerts of correlations by rule, day and group, with examples", async () => {
  await using files = await folder({ "rules.yml": RULES, "events.ndjson": PAST.join("\n") });
  const { code, out, err } = await panoptes(
    ["backtest", "--rules", "rules.yml", "events.ndjson"],
    { cwd: files.path },
  );
  assertEquals(out.split("\n"), [
    "alerts  folded  days  level  rule",
    "     1       0     1  high   Many failed logins",
    "",
    "Many failed logins: 1 alert, high",
    "  by day    11-22 1",
    "  by group  Ana (1)",
    "  2026-11-22 10:03  Many failed logins: Ana, 4 events in 3 minutes",
    "",
  ]);
  assertEquals(
    err,
    "1 alert of 1 rule in 5 events from 2026-11-22 10:00 to 2026-11-22 10:04; " +
      "nothing was delivered\n",
  );
  assertEquals(code, 0);
});

Deno.test("panoptes backtest --compare shows what changed rules add and remove", async () => {
  const other = RULES.replace("gte: 3", "gte: 1").replace("group-by: user.name", "group-by: user");
  await using files = await folder({ "rules.yml": RULES, "other.yml": other });
  const { code, out } = await panoptes(
    ["backtest", "--rules", "rules.yml", "--compare", "other.yml"],
    { cwd: files.path, stdin: PAST.join("\n") },
  );
  assertEquals(code, 0);
  assertStringIncludes(
    out,
    "before  after  added  removed  rule\n" +
      "     1      2      2        1  Many failed logins\n",
  );
  assertStringIncludes(
    out,
    "+ 2026-11-22 10:04  Many failed logins: Bo (x@example.org), 1 event\n",
  );
  assertStringIncludes(out, "- 2026-11-22 10:03  Many failed logins: Ana, 4 events in 3 minutes\n");
});

Deno.test("panoptes backtest --format json is one object, and hostile events are harmless in both formats", async () => {
  const hostile = failure("Ana\u001b[2J\r\n\u202e", 0);
  await using files = await folder({
    "rules.yml": RULES.replace("gte: 3", "gte: 1"),
    "events.ndjson": `${hostile}\nnot JSON\n`,
  });
  const run = (format: string) =>
    panoptes(["backtest", "--rules", "rules.yml", "--format", format, "events.ndjson"], {
      cwd: files.path,
    });
  const json = await run("json");
  assertEquals(json.code, 3);
  const report = JSON.parse(json.out);
  assertEquals([report.events, report.alerts, report.rules.length], [1, 1, 1]);
  const text = await run("text");
  // deno-lint-ignore no-control-regex -- these are what must not come out
  assert(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/.test(json.out + text.out + text.err));
  assertEquals(text.out.trimEnd().split("\n").length, 7);
});

Deno.test("panoptes backtest --since finds what happened in the past of the API", async () => {
  const emulator = createEmulator({ seed: 7, pageSize: 50 });
  const now = Date.now();
  emulator.publishHistory(300, now - 20 * 86_400_000, now - 3_600_000);
  // At the start of a window of the rule: failures that go on in the next one alert there again.
  const from = Math.floor(now / 600_000) * 600_000 - 5 * 86_400_000;
  const user = "Mallory (mallory@example.org)";
  for (let n = 0; n < 4; n++) {
    emulator.publish({ event: "Login failed.", user, uid: "9", date: from + n * 30_000 });
  }
  emulator.publish({ event: "Login succeeded.", user, uid: "9", date: from + 150_000 });
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => emulator.app.fetch(request),
  );
  await using files = await folder({ "rules.yml": RULES });
  const { code, out, err } = await panoptes(
    ["backtest", "--rules", "rules.yml", "--since", "30d", "--format", "json"],
    {
      cwd: files.path,
      env: {
        TE_TOKEN: emulator.token,
        TE_BASE_URL: `http://127.0.0.1:${server.addr.port}/v7`,
        PANOPTES_URL: "http://127.0.0.1:9", // only --log reads from there
      },
    },
  );
  assertEquals(code, 0, err);
  const report = JSON.parse(out) as {
    events: number;
    rules: { title: string; examples: { summary: string }[] }[];
  };
  assertEquals(report.events, 305);
  const story = report.rules.find(({ title }) => title === "Many failed logins");
  assertEquals(story?.examples.length, 1);
  assertStringIncludes(story?.examples[0]?.summary ?? "", "Mallory");
});

Deno.test("panoptes backtest of one file takes what it refers to from the files beside it", async () => {
  const [rule = "", correlation = ""] = RULES.split("---\n");
  const chain = correlation.replace("Many failed", "Two times many failed")
    .replace("0e95725d", "1e95725d").replace("rules: failed_login", "rules: many_failed")
    .replace("gte: 3", "gte: 1");
  await using files = await folder({
    "rules/login_failed.yml": rule,
    "rules/many_failed.yml": correlation.replace("title:", "name: many_failed\ntitle:"),
    "rules/chain.yml": chain,
    "rules/other.yml": rule.replace("929a690e", "829a690e").replace(/name: .*\n/, ""),
    "rules/filters/not_bo.yml": `title: Not Bo
id: 2e95725d-7320-415d-80f7-004da920fc11
logsource: { product: thousandeyes, service: audit }
filter:
  rules: any
  bo: { user.name: Bo }
  condition: not bo
`,
    "events.ndjson": [...PAST, failure("Bo", 5), failure("Bo", 6)].join("\n"),
  });
  const { code, out, err } = await panoptes(
    ["backtest", "--rules", "rules/chain.yml", "--format", "json", "events.ndjson"],
    { cwd: files.path },
  );
  assertEquals(code, 0, err);
  const report = JSON.parse(out) as { rules: { title: string; alerts: number }[] };
  assertEquals(report.rules.map(({ title, alerts }) => [title, alerts]), [
    ["Two times many failed logins", 1],
  ]);
});

Deno.test("panoptes backtest leaves out rules that do not load, and says so", async () => {
  await using files = await folder({
    "rules/good.yml": RULES,
    "rules/bad.yml": "title: Bad\n",
    "events.ndjson": PAST.join("\n"),
  });
  const { code, out, err } = await panoptes(["backtest", "--rules", "rules", "events.ndjson"], {
    cwd: files.path,
  });
  assertEquals(code, 1);
  assertStringIncludes(err, "rules/bad.yml:1: rule not loaded");
  assertStringIncludes(out, "Many failed logins");
});

for (
  const [args, env, code, says] of [
    [
      ["--log", "--url", "http://panoptes.example.org"],
      { PANOPTES_TOKEN: "x" },
      2,
      "with https, or http on loopback",
    ],
    [["--log", "--url", "http://127.0.0.1:9", "events.ndjson"], {}, 2, "not both"],
    [["--log"], { PANOPTES_TOKEN: "made-up-secret" }, 2, "with --url or PANOPTES_URL"],
    [["--url", "http://127.0.0.1:9", "events.ndjson"], {}, 2, "Cannot use --url without --log"],
    [
      ["--log"],
      { PANOPTES_URL: "http://127.0.0.1:9", PANOPTES_TOKEN: "" },
      2,
      "PANOPTES_TOKEN must be set",
    ],
    [["--log", "--url", "http://127.0.0.1:9", "--token-file", "none"], {}, 2, "from 'none'"],
    [
      ["--log", "--url", "http://127.0.0.1:9"],
      { PANOPTES_TOKEN: "made-up-secret" },
      4,
      "http://127.0.0.1:9",
    ],
  ] as const
) {
  Deno.test(`panoptes backtest ${args.join(" ")} says what is wrong, and keeps the token to itself (${says})`, async () => {
    await using files = await folder({ "rules.yml": RULES, "events.ndjson": PAST.join("\n") });
    const ran = await panoptes(["backtest", "--rules", "rules.yml", ...args], {
      cwd: files.path,
      env,
    });
    assertEquals([ran.code, ran.out], [code, ""]);
    assertStringIncludes(ran.err, says);
    assert(!ran.err.includes("made-up-secret"));
  });
}
