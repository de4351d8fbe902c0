import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { folder, panoptes } from "./run_panoptes.ts";
import { running, TOKEN } from "./running_instance.ts";

const SECRET = `whsec_${btoa("S3CRET".repeat(6))}`;

Deno.test("panoptes endpoints set, list and remove manage the endpoints of a running Panoptes", async () => {
  await using instance = await running();
  const { run, fixture } = instance;
  await using files = await folder({
    "siem.yml": `name: siem # its own\nurl: https://siem.example.com/S3CRET\nsecret: ${SECRET}\n`,
    "token": `${TOKEN}\n`,
  });
  const set = await run(["endpoints", "set", "siem", `${files.path}/siem.yml`]);
  assertEquals([set.code, set.err], [0, ""]);
  assertEquals(fixture.endpoints.find("siem")?.secret, SECRET);
  const merged = await run(["endpoints", "set", "siem", "-", "--merge"], {
    stdin: "minLevel: high",
  });
  assertEquals(merged.code, 0);
  assertEquals(fixture.endpoints.find("siem")?.minLevel, "high");
  const list = await run(["endpoints", "list", "--token-file", `${files.path}/token`], { env: {} });
  assertMatch(list.out, /siem +stored +standard +https:\/\/siem\.example\.com +high/);
  const json = await run(["endpoints", "list", "--format", "json"]);
  assertEquals(JSON.parse(json.out).changedBy, "ana");
  for (const { out, err } of [set, merged, list, json]) assert(!`${out}${err}`.includes("S3CRET"));
  assertEquals((await run(["endpoints", "remove", "siem"])).code, 0);
  assertEquals(fixture.endpoints.all, []);
});

Deno.test("panoptes endpoints test and resume say what was answered, and what to do", async () => {
  await using instance = await running();
  const { run, fixture } = instance;
  const siem = { url: "https://siem.example.com/S3CRET", secret: SECRET };
  fixture.endpoints.put("siem", siem, "ana");
  const good = await run(["endpoints", "test", "siem", "--level", "high"]);
  assertEquals([good.code, good.out], [0, "siem: accepted, 204, 1 ms\n"]);
  fixture.attempt = () =>
    Promise.resolve({
      kind: "permanent",
      code: "answered",
      status: 404,
      at: 0,
      durationMs: 9,
      excerpt: "no\u001b[2J hook",
    });
  const bad = await run(["endpoints", "test", "siem"]);
  assertEquals(bad.code, 1);
  assertMatch(
    bad.out,
    /^siem: not accepted, 404, 9 ms\n {2}answer {2}no\ufffd\[2J hook\n {2}hint {4}Nothing is at this/,
  );
  const resumed = await run(["endpoints", "resume", "siem"]);
  assertEquals([resumed.code, resumed.err], [0, ""]);
  assertEquals((await run(["endpoints", "test", "chat"])).code, 4);
});

Deno.test("panoptes endpoints set says everything that is wrong with an endpoint, and quotes nothing of it", async () => {
  await using instance = await running();
  const wrong = await instance.run(["endpoints", "set", "siem", "-"], {
    stdin: "url: 5\nsecret: S3CRET\nminLevel: S3CRET\n",
  });
  assertEquals([wrong.code, wrong.out], [4, ""]);
  assertMatch(wrong.err, /Cannot set the endpoint siem: .* 422: .*url must be .*secret must be/);
  const broken = await instance.run(["endpoints", "set", "siem", "-"], {
    stdin: 'url: "S3CRET\n',
  });
  assertEquals([broken.code, broken.out], [2, ""]);
  assertMatch(
    broken.err,
    /Cannot read standard input: it is not YAML or JSON in UTF-8 at line \d+/,
  );
  const list = await instance.run(["endpoints", "set", "siem", "-"], { stdin: "[S3CRET]" });
  assertEquals(list.code, 2);
  for (const { err } of [wrong, broken, list]) assert(!err.includes("S3CRET"), err);
});

Deno.test("panoptes deliveries lists, shows and repeats messages", async () => {
  await using instance = await running();
  const { run, fixture } = instance;
  const ids = ["a", "b", "c"].map((id) => fixture.queueAlert(id));
  const [first = 0] = ids;
  fixture.log.sql.run("UPDATE outbox SET state = 'dead', due_at = NULL, attempt = 1");
  fixture.log.noteAttempt(first, {
    number: 1,
    at: 0,
    durationMs: 5,
    kind: "permanent",
    code: "answered",
    status: 401,
    excerpt: "no\u001b[2J key",
  });
  const list = await run(["deliveries", "list", "--state", "dead", "--endpoint", "siem"]);
  assertEquals(list.out.trim().split("\n").length, 4);
  assertMatch(list.out, /siem +dead +1 +401 +a\n$/);
  const show = await run(["deliveries", "show", String(first)]);
  assertStringIncludes(show.out, "401, 5 ms");
  assertStringIncludes(show.out, "no\ufffd[2J key");
  const one = await run(["deliveries", "redeliver", String(first)]);
  assertEquals([one.code, one.out], [0, "1 message is sent again\n"]);
  const all = await run(["deliveries", "redeliver", "--endpoint", "siem"]);
  assertEquals([all.code, all.out], [0, "2 messages are sent again\n"]);
  assertEquals(fixture.log.countDeliveries({ state: "pending" }), 3);
});

Deno.test("panoptes says what to do if it cannot ask a running Panoptes", async () => {
  await using instance = await running();
  const { run, url } = instance;
  await using other = await running(["default"], () => new Response("<h1>Sign in</h1>"));
  const wrong: [number, RegExp, Promise<{ code: number; err: string }>][] = [
    [2, /required option '--url <url>'/, panoptes(["endpoints", "list"])],
    [2, /Invalid --url 'ftp:\/\/x': write/, panoptes(["endpoints", "list", "--url", "ftp://x"])],
    [2, /PANOPTES_TOKEN must be set/, run(["endpoints", "list"], { env: {} })],
    [2, /Cannot read the token from 'none'/, run(["endpoints", "list", "--token-file", "none"])],
    [2, /unknown option '--token'/, run(["endpoints", "list", "--token", TOKEN])],
    [
      4,
      /the log answers 401: A valid API token/,
      run(["endpoints", "list"], {
        env: { PANOPTES_TOKEN: "wrong" },
      }),
    ],
    [4, /the log answers 404/, run(["endpoints", "remove", "siem"])],
    [4, /Cannot list the endpoints at http:/, other.run(["endpoints", "list"])],
    [4, /Cannot list the alerts at http:/, other.run(["alerts", "list"])],
    [4, /Cannot follow the log at http:.* is not from Panoptes/, other.run(["tail"])],
    [4, /Cannot export events at http:.* is not from Panoptes/, other.run(["events", "export"])],
    [2, /Invalid id 'x'/, run(["deliveries", "show", "x"])],
    [2, /Name the messages to send again/, run(["deliveries", "redeliver"])],
    [2, /not both/, run(["deliveries", "redeliver", "1", "--endpoint", "siem"])],
    [4, /from must be an ISO 8601 time/, run(["deliveries", "list", "--from", "yesterday"])],
  ];
  for (const [code, message, ran] of wrong) {
    const { code: ended, err } = await ran;
    assertMatch(err, message);
    assertEquals(ended, code, err);
    assert(!err.includes(TOKEN) || err.includes("--token"), err);
  }
  const env = { PANOPTES_URL: url, PANOPTES_TOKEN: TOKEN };
  assertEquals((await panoptes(["endpoints", "list"], { env })).code, 0);
});

Deno.test("panoptes endpoints convert writes WEBHOOKS from YAML, or says what is wrong with each entry", async () => {
  const yaml = `
- &base
  name: siem
  url: https://siem.example.com/in
  secret: ${SECRET}
- <<: *base
  name: pager
  minLevel: high
`;
  const converted = await panoptes(["endpoints", "convert", "-"], { stdin: yaml });
  assertEquals([converted.code, converted.err], [0, ""]);
  const entries: { name: string }[] = JSON.parse(converted.out);
  assertEquals(entries.map(({ name }) => name), ["siem", "pager"]);
  const wrong = await panoptes(["endpoints", "convert", "-"], {
    stdin: "- { name: siem, url: http://S3CRET }\n- S3CRET\n",
  });
  assertEquals([wrong.code, wrong.out], [1, ""]);
  assertMatch(wrong.err, /^siem: url must be[^]*siem: secret must be[^]*entry 2: /);
  assert(!wrong.err.includes("S3CRET"));
});

Deno.test("--source or PANOPTES_SOURCE names one of several sources, and the names are told without it", async () => {
  await using instance = await running(["default", "emea"]);
  const { run, asked } = instance;
  await using files = await folder({ "rules.json": "{}", "token": `${TOKEN}\n` });
  assertEquals((await run(["endpoints", "list", "--source", "emea"])).code, 0);
  assertEquals((await run(["deliveries", "list", "--source", "emea", "--limit", "1"])).code, 0);
  const byName = { env: { PANOPTES_TOKEN: TOKEN, PANOPTES_SOURCE: "emea" } };
  assertEquals((await run(["deliveries", "redeliver", "--endpoint", "siem"], byName)).code, 0);
  const push = ["rules", "push", `${files.path}/rules.json`, "--token-file", `${files.path}/token`];
  const refused = await run([...push, "--source", "emea"], { env: {} });
  assertMatch(refused.err, /422/); // it has come to the log, which refuses an empty bundle
  assertEquals(new Set(asked), new Set(["emea"]));
  const unnamed = await run(["endpoints", "list"]);
  assertEquals(unnamed.code, 4);
  assertMatch(unnamed.err, /400: Several sources may be meant; .*default, emea/);
});

Deno.test("panoptes alerts lists, shows and handles alerts, and silences hold back notifications", async () => {
  await using instance = await running();
  const { run, fixture } = instance;
  for (const id of ["a", "b", "c"]) fixture.queueAlert(id);
  const since = ["--since", "2026-11-22T00:00:00Z"];
  const put = await run(["alerts", "acknowledge", "a", "b", "--note", "I call her\u001b[2J"]);
  assertEquals([put.code, put.out], [0, "a is acknowledged, by ana\nb is acknowledged, by ana\n"]);
  const open = await run(["alerts", "list", "--state", "open", ...since]);
  assertMatch(open.out, /medium +open +Login failed +c\n$/);
  const latest = await run(["alerts", "list", "--limit", "1", "--format", "json", ...since]);
  assertEquals([JSON.parse(latest.out).alert.id, latest.code], ["c", 0]);
  assertMatch(latest.err, /the latest 1 of 3/);
  const show = await run(["alerts", "show", "a"]);
  assertMatch(show.out, /MEDIUM[^]*acknowledged by ana: I call her.\[2J\n[^]*Login failed\.\n$/);
  assertEquals((await run(["alerts", "close", "none"])).code, 4);

  const until = new Date(fixture.clock.now() + 3_600_000).toISOString();
  const create = ["silences", "create", "--until", until, "--reason", "a change"];
  const made = await run([...create, "--field", "user.email=ana@example.org", "--field", "aid=12"]);
  assertStringIncludes(made.out, ` holds back notifications until ${until}`);
  const [id = ""] = made.out.split(" ");
  const list = await run(["silences", "list"]);
  assertMatch(list.out, /every rule +user\.email=ana@example\.org, aid=12 +0 +ana +a change\n$/);
  assertEquals((await run(["silences", "end", id])).code, 0);
  assertEquals((await run(["silences", "list", "--format", "json"])).out, "");
  assertMatch((await run([...create, "--field", "aid"])).err, /Invalid --field 'aid'/);
});
