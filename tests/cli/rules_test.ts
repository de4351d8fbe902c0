import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { EVENTS, folder, panoptes, rule, TESTS, utf16 } from "./run_panoptes.ts";

Deno.test("panoptes rules check exits with 0 for good rules and 1 for errors, and shows their place", async () => {
  await using files = await folder({
    "good.yml": rule("One", "f: a"),
    "bad.yml": rule("Two", "f|contain: a\n        ip|cidr: 10.0.0.0/99"),
  });
  const good = await panoptes(["rules", "check", "good.yml"], { cwd: files.path });
  assertEquals([good.code, good.out], [0, "0 errors, 0 warnings, 0 notes\n"]);
  assertStringIncludes(good.err, "--severity info shows all");
  const { code, out } = await panoptes(["rules", "check", "bad.yml"], { cwd: files.path });
  assertEquals(code, 1);
  assertMatch(out, /bad\.yml:10:\d+: error modifier-unknown: Unknown modifier 'contain'.*contains/);
  assertMatch(out, /bad\.yml:11:\d+: error value-cidr/);
  assert(!out.includes(" note "), out);
  const all = await panoptes(["rules", "check", "good.yml", "--severity", "info"], {
    cwd: files.path,
  });
  assertEquals(all.code, 0);
  assertStringIncludes(all.out, " note ");
});

Deno.test("panoptes rules check warns of wrong metadata, and refuses it with --strict", async () => {
  await using files = await folder({
    "old.yml": rule("Old", "f: a").replace("level:", "date: 2021/03/04\nlevel:"),
  });
  const check = (...more: string[]) =>
    panoptes(["rules", "check", "old.yml", ...more], { cwd: files.path });
  const { code, out } = await check();
  assertEquals(code, 0);
  assertMatch(out, /warning metadata-value: The date '2021\/03\/04'.*2021-03-04/);
  const strict = await check("--strict");
  assertEquals(strict.code, 1);
  assertMatch(strict.out, / error metadata-value/);
});

Deno.test("panoptes rules check names a product, a field and a cycle that no event can satisfy", async () => {
  const about = (title: string, number: number) =>
    `title: ${title}\nid: 0f2d52a4-8f04-4c84-8ea6-5d2a3b9a1c7${number}\nname: part_${number}\n`;
  const detection = (item: string) => `detection:\n  s:\n    ${item}\n  condition: s\n`;
  const correlation = (number: number, of: number) =>
    `${about(`Chain ${number}`, number)}correlation:\n  type: event_count\n  rules: part_${of}\n` +
    "  group-by: user\n  timespan: 10m\n  condition: { gte: 3 }\n";
  await using files = await folder({
    "product.yml": about("Product", 1) + "logsource:\n  product: thousandeye\n" +
      detection("event: Login failed."),
    "field.yml": about("Field", 2) + "logsource:\n  product: thousandeyes\n" +
      detection("ipAdress|cidr: 192.0.2.0/24"),
    "cycle.yml": `${correlation(3, 4)}---\n${correlation(4, 3)}`,
  });
  const { code, out } = await panoptes(["rules", "check", "."], { cwd: files.path });
  assertEquals(code, 1);
  assertStringIncludes(
    out,
    "product.yml:5:12: warning logsource-unmet: No event has the product 'thousandeye'; " +
      "did you mean 'thousandeyes'?",
  );
  assertStringIncludes(
    out,
    "field.yml:8:5: warning logsource-field: No event of thousandeyes has a field 'ipAdress'; " +
      "did you mean 'ipAddress'?",
  );
  assertStringIncludes(
    out,
    "error correlation-cycle: The correlations refer to each other in a cycle: " +
      "part_3 → part_4 → part_3",
  );
});

Deno.test("panoptes refuses a rule file that is not UTF-8, with the offset", async () => {
  await using files = await folder({ "good.yml": rule("Good", "f: a"), "events.ndjson": EVENTS });
  const latin = Uint8Array.from(rule("Gr\xfc\xdfe", "f: b"), (unit) => unit.charCodeAt(0));
  await Deno.writeFile(`${files.path}/latin.yml`, latin);
  const { code, out } = await panoptes(["rules", "check", "."], { cwd: files.path });
  assertEquals(code, 1);
  assertMatch(out, /latin\.yml:1:\d+: error yaml-encoding: .* invalid byte 0xFC at offset 9/);
  const match = await panoptes(["match", "--rules", ".", "events.ndjson"], { cwd: files.path });
  assertEquals(match.code, 1);
  assertMatch(match.err, /latin\.yml:1: rule not loaded: The file is not UTF-8/);
  const lines = new TextEncoder().encode('{"file": "a.yml", "yaml": "title: ?"}\n');
  await Deno.writeFile(
    `${files.path}/rules.ndjson`,
    lines.map((byte) => byte === 63 ? 0xfc : byte),
  );
  const ndjson = await panoptes(["rules", "check", "rules.ndjson"], { cwd: files.path });
  assertEquals(ndjson.code, 2);
  assertStringIncludes(ndjson.err, "it is not UTF-8");
});

Deno.test("panoptes match names the base rules of a correlation in another file, which do not alert", async () => {
  await using files = await folder({
    "one.yml": rule("One", "f|contains: a"),
    "two.yml": rule("Two", "f|contains: a"),
    "often.yml":
      "title: Often\nid: 7a3f8f0e-94a4-4b5d-9d3b-6f4c2b1a0e9d\ncorrelation:\n  type: event_count\n" +
      "  rules: [929a690e-bef0-4204-a928-ef5e620d6fcc]\n  timespan: 5m\n  condition: {gte: 3}\n",
    "events.ndjson": EVENTS,
  });
  const args = ["match", "--rules", ".", "--format", "tsv", "events.ndjson"];
  const { code, out, err } = await panoptes(args, { cwd: files.path });
  assertMatch(err, /one\.yml: no alerts of 'One': it is the base of a correlation/);
  assertEquals(out.includes("one.yml"), false, out);
  assertEquals(out.includes("two.yml"), true, out);
  assertEquals(code, 0);
  const check = await panoptes(["rules", "check", "often.yml"], { cwd: files.path });
  assertEquals(check.code, 0, "the rule is in a file beside it");
  const tested = await panoptes([
    "rules",
    "explain",
    "--rule",
    "One",
    "--rules",
    ".",
    "events.ndjson",
  ], {
    cwd: files.path,
  });
  assertEquals(tested.err.includes("not in this set"), false, tested.err);
});

Deno.test("panoptes rules check writes json, sarif and github", async () => {
  await using files = await folder({ "bad.yml": rule("Two", "f|contain: a") });
  const run = async (format: string) =>
    (await panoptes(["rules", "check", "bad.yml", "--format", format], { cwd: files.path })).out;
  assertEquals(JSON.parse(await run("json")).counts.error, 1);
  assertEquals(JSON.parse(await run("sarif")).runs[0].results[0].ruleId, "modifier-unknown");
  assertMatch(await run("github"), /^::error file=bad\.yml,line=10,/m);
});

Deno.test("panoptes rules check reports a rule that needs lists without an error", async () => {
  await using files = await folder({ "two.yml": rule("Two", "f|expand: '%Names%'") });
  const { code, out } = await panoptes(["rules", "check", "two.yml"], { cwd: files.path });
  assertEquals(code, 0);
  assertStringIncludes(out, "0 errors");
});

Deno.test("panoptes rules check and rules test pass for the project's own rules", async () => {
  assertEquals((await panoptes(["rules", "check", "rules"])).code, 0);
  const { code, out } = await panoptes(["rules", "test", "rules"]);
  assertMatch(out, /\n\d+ passed, 0 failed, in \d+ rules\n$/);
  assertEquals(code, 0);
});

Deno.test("panoptes rules test runs inline tests, shows failures with the event, and writes JUnit", async () => {
  await using files = await folder({
    "one.yml": rule("One", "f|contains: a", TESTS),
    "two.yml": rule("Two", "f: a", TESTS),
    "none.yml": rule("None", "f: a"),
  });
  const good = await panoptes(["rules", "test", "one.yml", "none.yml"], { cwd: files.path });
  assertMatch(good.out, /ok {2}2\/2 {2}One/);
  assertMatch(good.out, /2 passed, 0 failed, in 2 rules; 1 rule without tests\n$/);
  assertEquals(good.code, 0);
  const bad = await panoptes(["rules", "test", ".", "--junit", "report.xml"], { cwd: files.path });
  assertMatch(bad.out, /FAILED {2}1\/2 {2}Two/);
  assertMatch(
    bad.out,
    /it is there: Expected a match, but the rule does not match\n +\{"f":"xax"\}/,
  );
  assertEquals(bad.code, 1);
  const report = await Deno.readTextFile(`${files.path}/report.xml`);
  assertMatch(
    report,
    /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites [^>]*tests="4" failures="1"/,
  );
  assertMatch(
    report,
    /<failure message="Expected a match, but the rule does not match">\{&quot;f&quot;:/,
  );
});

Deno.test("panoptes rules test names the report that it cannot write", async () => {
  await using files = await folder({ "one.yml": rule("One", "f: a") });
  const args = ["rules", "test", "one.yml", "--junit", "none/report.xml"];
  const { code, err } = await panoptes(args, { cwd: files.path });
  assertEquals(code, 2);
  assertMatch(err, /^error: Cannot write the JUnit report: .*none\/report\.xml'\n$/);
});

Deno.test("panoptes rules test fails for a rule that does not load", async () => {
  await using files = await folder({ "bad.yml": rule("Two", "f|contain: a", TESTS) });
  const { code, out } = await panoptes(["rules", "test", "bad.yml"], { cwd: files.path });
  assertEquals(code, 1);
  assertStringIncludes(out, "FAILED  0/1  bad.yml\n    loads: line 10: Unknown modifier 'contain'");
  assertMatch(out, /0 passed, 1 failed, in 1 rule\n$/);
});

Deno.test("panoptes rules test and explain say how to pass the lists that a rule needs", async () => {
  await using files = await folder({ "one.yml": rule("One", "f|expand: '%names%'") });
  for (const command of ["test", "explain"]) {
    const args = ["rules", command, "one.yml"];
    const { code, err } = await panoptes(args, { stdin: "{}", cwd: files.path });
    assertMatch(
      err,
      /1 rule needs placeholder lists: put them into lists\/NAME\.txt .* with --placeholders FILE/,
    );
    assertEquals(code, 1);
  }
});

const EXPLAINED = `title: Explained
id: 929a690e-bef0-4204-a928-ef5e620d6fcc
logsource:
    product: test
detection:
    selection:
        f|startswith: [x, y]
        n: 5
    filter:
        g: null
    condition: selection and not filter
`;

Deno.test("panoptes rules explain shows a tree with every item, its values and what the event has", async () => {
  await using files = await folder({
    "one.yml": EXPLAINED,
    "event.json": `{\n  "f": "yes\\u001b[2J",\n  "n": 6\n}\n`,
  });
  const { code, out } = await panoptes(["rules", "explain", "one.yml", "event.json"], {
    cwd: files.path,
  });
  assertEquals(code, 0);
  assertMatch(out, /^Explained: does not match\n/);
  assertMatch(out, /yes .*f\|startswith.* the event has "yes\ufffd\[2J"/);
  assertMatch(out, /no {2}.*\bn\b.* the event has "6"/);
  assertMatch(out, /no {2}.*not/);
  const input = { stdin: `{"f":"y","n":5,"g":1}`, cwd: files.path };
  const json = await panoptes(["rules", "explain", "one.yml", "--format", "json"], input);
  assertEquals(JSON.parse(json.out).matched, true);
});

Deno.test("panoptes rules explain refuses invalid events, and rules that are not in the file", async () => {
  await using files = await folder({ "one.yml": EXPLAINED });
  for (const stdin of ["", "[]", "{", "5"]) {
    const { code, err } = await panoptes(["rules", "explain", "one.yml"], {
      stdin,
      cwd: files.path,
    });
    assertEquals(code, 2);
    assertMatch(err, /Cannot read an event from standard input: .*JSON object/);
  }
  const { code, err } = await panoptes(["rules", "explain", "one.yml", "--rule", "x"], {
    stdin: "{}",
    cwd: files.path,
  });
  assertEquals(code, 2);
  assertStringIncludes(err, "it contains 'Explained'");
});

Deno.test("panoptes rules explain reads one event in every form that match reads, and refuses several", async () => {
  await using files = await folder({ "one.yml": EXPLAINED });
  const explain = (stdin: string | Uint8Array) =>
    panoptes(["rules", "explain", "one.yml"], { stdin, cwd: files.path });
  const event = { f: "y", n: 5, g: 1 };
  for (
    const stdin of [
      JSON.stringify([event]),
      JSON.stringify({ events: [event] }, null, 2),
      JSON.stringify({ hits: { hits: [{ _index: "a", _id: "1", _source: event }] } }),
      utf16(JSON.stringify(event)),
    ]
  ) {
    const { code, out } = await explain(stdin);
    assertEquals(code, 0);
    assertStringIncludes(out, "Explained: matches");
  }
  const { code, err } = await explain(JSON.stringify({ events: [event, event] }));
  assertEquals(code, 2);
  assertStringIncludes(err, "it contains 2; an explanation is about one, so extract it first");
});

Deno.test("panoptes rules explain shows ten of many values, the one that matches among them", async () => {
  const values = Array.from({ length: 20_000 }, (_, number) => `value ${number}`);
  await using files = await folder({ "one.yml": rule("One", `f: [${values.join(", ")}]`) });
  const { out } = await panoptes(["rules", "explain", "one.yml"], {
    stdin: `{"f": "value 19999"}`,
    cwd: files.path,
  });
  const lines = out.trimEnd().split("\n");
  assertEquals(lines.filter((line) => line.includes("value ")).length, 11);
  assertMatch(out, /yes .*value 19999/);
  assertMatch(lines.at(-1)!, /└─ and 19990 more$/);
});

const HOSTILE = "\u001b[31m\u009b2J\u202e\u2028";
// deno-lint-ignore no-control-regex -- what a terminal obeys, and what hides or reorders text
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u2028]/;
const COMMANDS: [string, (file: string) => string[]][] = [
  ...["text", "json", "sarif", "github"].map((format): [string, (file: string) => string[]] => [
    `rules check --format ${format}`,
    (file) => ["rules", "check", file, "--format", format],
  ]),
  ["rules test", (file) => ["rules", "test", file, "--junit", "/dev/stdout"]],
  ...["text", "json", "tsv"].map((format): [string, (file: string) => string[]] => [
    `match --format ${format}`,
    (file) => ["match", file, `${HOSTILE}.json`, `${HOSTILE}.json`, "--format", format],
  ]),
  ...["text", "json"].map((format): [string, (file: string) => string[]] => [
    `rules explain --format ${format}`,
    (file) => ["rules", "explain", file, `${HOSTILE}.json`, "--format", format],
  ]),
];
for (const [name, args] of COMMANDS) {
  Deno.test(`panoptes ${name} writes nothing that a terminal obeys, whatever files and titles are called`, async () => {
    const title = `"a\\e[31m\\x9b2J\\u202e\\u2028b"`;
    await using files = await folder({
      [`${HOSTILE}.yml`]: rule(title, "f|contains: a", TESTS),
      [`${HOSTILE}2.yml`]: rule(title, "f|contain: a", TESTS),
      [`${HOSTILE}.json`]: `{"f": "a${HOSTILE.replace("\u001b", "")}"}`,
    });
    for (const file of [`${HOSTILE}.yml`, `${HOSTILE}2.yml`]) {
      const { out, err } = await panoptes(args(file), { cwd: files.path });
      assert(out.length + err.length > 0);
      assertEquals(OBEYED.exec(out + err), null, JSON.stringify(out + err));
    }
  });
}

Deno.test("panoptes rules check, test and explain know correlations, also across files", async () => {
  const base = `${rule("Failed", "kind: failed")}name: failed\n`;
  const many = `title: Many
id: 4a0d3c5f-5a9f-4f0e-9c0d-0a4d2f9b7c11
correlation:
  type: event_count
  rules: failed
  group-by: user
  timespan: 10m
  condition: { gte: 3 }
tests:
  - name: three
    match: true
    events: [{ at: 0s, repeat: 3, every: 5m, event: { kind: failed, user: Ana } }]
  - name: three of different users
    match: 1
    events:
      - { at: 0s, repeat: 2, event: { kind: failed, user: Ana } }
      - { at: 9s, event: { kind: failed, user: Bo } }
`;
  await using files = await folder({
    "base.yml": base,
    "many.yml": many,
    "event.json": '{"kind":"failed","user":"Ana"}',
    "both.yml": `${base}---\n${many}`,
    "elsewhere/many.yml": many,
  });
  const run = (...words: string[]) => panoptes(["rules", ...words], { cwd: files.path });
  assertEquals((await run("check", "base.yml", "many.yml")).code, 0);
  const alone = await run("check", "elsewhere/many.yml");
  assertEquals(alone.code, 1);
  assertMatch(
    alone.out,
    /elsewhere\/many\.yml:5:10: error correlation-reference: No rule .* 'failed'/,
  );
  const tests = await run("test", "base.yml", "many.yml");
  assertMatch(tests.out, /FAILED {2}1\/2 {2}Many/);
  assertMatch(tests.out, /three of different users: Expected 1 results, found 0/);
  const explained = await run("explain", "both.yml", "event.json", "--rule", "Many");
  assertMatch(explained.out, /^Many: matches\n/);
  assertMatch(explained.out, /yes event_count: at least 3 within 10m, by user\n/);
  assertMatch(explained.out, /yes group-by user {2}the event has "Ana"/);
});

const COUNTED = `title: Several
id: 0f5f1c0e-5d0a-4a59-a7a1-2f5d8b5a7c11
status: test
description: Several of them
level: high
correlation:
    type: event_count
    rules: 929a690e-bef0-4204-a928-ef5e620d6fcc
    group-by: u
    timespan: 1m
    condition: { gte: 2 }
tests:
    - name: two
      match: true
      events: [{ at: 0s, repeat: 2, every: 1s, event: { f: a, u: ana } }]
    - name: one
      match: false
      events: [{ at: 0s, event: { f: a, u: ana } }]
`;

Deno.test("a correlation alone is checked, tested and explained with the rules beside its file", async () => {
  await using files = await folder({
    "rules/one.yml": rule("One", "f: a"),
    "rules/several.yml": COUNTED,
    "rules/broken.yml": "title: [",
  });
  for (const path of ["rules/several.yml", "several.yml"]) {
    const cwd = path.includes("/") ? files.path : `${files.path}/rules`;
    const check = await panoptes(["rules", "check", path], { cwd });
    assertEquals([check.code, check.out], [0, "0 errors, 0 warnings, 0 notes\n"], check.err);
    const test = await panoptes(["rules", "test", path], { cwd });
    assertMatch(test.out, /^ok {2}2\/2 {2}Several .*\n2 passed, 0 failed, in 1 rule\n$/);
    const explain = await panoptes(["rules", "explain", path], {
      cwd,
      stdin: `{"f":"a","u":"ana"}`,
    });
    assertMatch(explain.out, /^Several/);
    assert(!explain.out.includes("\nOne:"), explain.out);
  }
});
