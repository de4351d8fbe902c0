import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parseValueList } from "../../src/sigma/parse/parse_value_list.ts";
import { folder, panoptes, rule } from "./run_panoptes.ts";

const AWAY = rule("Away", "ip|expand|cidr: '%offices%'").replace(
  /(tests:[\s\S]*)?$/,
  `tests:
    - { name: an office, match: true, event: { ip: 10.1.2.3 } }
    - { name: elsewhere, match: false, event: { ip: 192.0.2.1 } }
`,
);
const LIST = "# Offices\n\n10.0.0.0/8  # Oslo\r\n2001:db8::/32\n";
const EVENTS = `{"ip":"10.0.0.1"}\n{"ip":"192.0.2.1"}\n{"ip":"2001:db8::7"}\n`;

Deno.test("a value list has one value per line; comments and empty lines are none of it", () => {
  const { name, values, problems } = parseValueList(
    `\ufeff${LIST}a#b\n`,
    "rules/lists/offices.txt",
  );
  assertEquals([name, values, problems], [
    "offices",
    ["10.0.0.0/8", "2001:db8::/32", "a#b"],
    [],
  ]);
});

Deno.test("an empty list, a name that no placeholder can have, and lost bytes are errors with their place", () => {
  const of = (text: string, file: string) =>
    parseValueList(text, file).problems.map(({ file, line, column, message }) =>
      `${file}:${line}:${column}: ${message}`
    );
  assertEquals(of("# nothing yet\n", "lists/vpn.txt"), [
    "lists/vpn.txt:1:1: The list 'vpn' is empty",
  ]);
  assertMatch(of("a\n", "lists/vpn-exits.txt").join(), /'vpn-exits' cannot be written/);
  assertMatch(of("a\nb\ufffd\n", "lists/vpn.txt").join(), /lists\/vpn\.txt:2:2: .*not UTF-8/);
});

Deno.test("rules check, test, match and explain read the lists beside the rules", async () => {
  await using files = await folder({
    "rules/away.yml": AWAY,
    "rules/lists/offices.txt": LIST,
    "events.ndjson": EVENTS,
  });
  const run = (...args: string[]) =>
    panoptes(args, { cwd: files.path, stdin: `{"ip":"192.0.2.1"}` });
  for (const path of ["rules", "rules/away.yml"]) {
    const check = await run("rules", "check", path);
    assertEquals([check.code, check.out], [0, "0 errors, 0 warnings, 0 notes\n"], check.err);
    const test = await run("rules", "test", path);
    assertEquals(test.code, 0, test.out + test.err);
    assertStringIncludes(test.out, "2 passed, 0 failed");
    const match = await run("match", "--rules", path, "--format", "tsv", "events.ndjson");
    assertEquals(match.out.split("\n").map((line) => line.split("\t")[0]), ["1", "3", ""]);
  }
  const explain = await run("rules", "explain", "rules/away.yml");
  assertEquals(explain.code, 0, explain.err);
  assertMatch(explain.out, /is in the network 10\.0\.0\.0\/8 or is in the network 2001:db8::\/32/);
});

Deno.test("rules check finds an unknown list at its place, with the name that was meant, and an empty one", async () => {
  await using files = await folder({
    "rules/away.yml": AWAY.replace("%offices%", "%ofices%"),
    "rules/lists/offices.txt": LIST,
    "rules/lists/vpn.txt": "# none\n",
  });
  const { code, out } = await panoptes(["rules", "check", "rules"], { cwd: files.path });
  assertEquals(code, 1);
  assertMatch(
    out,
    /away\.yml:10:\d+: error value-placeholder: There is no list for the placeholder %ofices%.*%offices%/,
  );
  assertMatch(out, /rules\/lists\/vpn\.txt:1:1: error value-placeholder: The list 'vpn' is empty/);
});

Deno.test("--placeholders comes before a list of the same name", async () => {
  await using files = await folder({
    "rules/away.yml": AWAY,
    "rules/lists/offices.txt": LIST,
    "other.yml": "offices: [192.0.2.0/24]\n",
    "events.ndjson": EVENTS,
  });
  const { out } = await panoptes(
    [
      "match",
      "--rules",
      "rules",
      "--placeholders",
      "other.yml",
      "--format",
      "tsv",
      "events.ndjson",
    ],
    { cwd: files.path },
  );
  assertEquals(out.split("\n").map((line) => line.split("\t")[0]), ["2", ""]);
});

Deno.test("rules explain applies the filters beside a rule, and shows why they exclude an event", async () => {
  await using files = await folder({
    "rules/one.yml": rule("One", "f: a"),
    "rules/filters/robot.yml": `title: Not the robot
logsource: { product: test }
filter:
  rules: any
  robot: { user: robot }
  condition: not robot
`,
  });
  const explain = async (event: string) => {
    const args = ["rules", "explain", "rules/one.yml"];
    return (await panoptes(args, { cwd: files.path, stdin: event })).out;
  };
  assertMatch(await explain(`{"f":"a","user":"ana"}`), /^One: matches\n/);
  const excluded = await explain(`{"f":"a","user":"robot"}`);
  assertMatch(excluded, /^One: does not match\n/);
  assertMatch(excluded, /no {2}filter 'Not the robot': not\n/);
  assertMatch(excluded, /yes robot: user {2}the event has "robot"/);
});
