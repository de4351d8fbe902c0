import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";

const root = new URL("../../", import.meta.url);

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line as a user does, with the permissions of its task. */
async function panoptes(
  args: readonly string[],
  options: { stdin?: string; cwd?: string } = {},
): Promise<Ran> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-read",
      "--allow-write",
      "--allow-env",
      "--config",
      new URL("deno.json", root).pathname,
      new URL("src/deno/panoptes.ts", root).pathname,
      ...args,
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    cwd: options.cwd ?? root,
  }).spawn();
  const writer = child.stdin.getWriter();
  // A command that refuses its arguments does not read its input.
  await writer.write(new TextEncoder().encode(options.stdin ?? "")).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

/** A folder with files in it, gone after the test. */
async function folder(
  files: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "panoptes" });
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(`${path}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${path}/${name}`, text);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

function rule(title: string, item: string, more = ""): string {
  const id = title === "One"
    ? "929a690e-bef0-4204-a928-ef5e620d6fcc"
    : "08fbc97d-0a2f-491c-ae21-8ffcfd3174e9";
  return `title: ${title}
id: ${id}
status: test
description: For a test of the command line
level: high
logsource:
    product: test
detection:
    selection:
        ${item}
    condition: selection
${more}`;
}

const TESTS = `tests:
    - name: it is there
      match: true
      event: { f: xax }
    - name: it is not there
      match: false
      events: [{ f: x }, { g: a }]
`;
const EVENTS = `{"f":"a","n":1}\n{"f":"b"}\n\n{"f":"x a x"}\n`;

Deno.test("panoptes --help names every command, the exit codes and where to begin", async () => {
  const { code, out } = await panoptes(["--help"]);
  assertEquals(code, 0);
  for (
    const word of ["rules", "match", "Exit codes:", "Begin here:", "panoptes rules check rules"]
  ) {
    assertStringIncludes(out, word);
  }
  for (const command of [["match"], ["rules", "check"], ["rules", "test"], ["rules", "explain"]]) {
    const help = await panoptes([...command, "--help"]);
    assertEquals(help.code, 0);
    assertStringIncludes(help.out, "Exit codes:");
  }
});

Deno.test("panoptes refuses wrong usage with code 2 and says what to write", async () => {
  await using files = await folder({ "one.yml": rule("One", "f: a"), "empty/readme.txt": "" });
  const one = `${files.path}/one.yml`;
  const wrong: [string[], RegExp][] = [
    [["math"], /unknown command 'math'[\s\S]*match/],
    [["rules", "check"], /missing required argument/],
    [["rules", "check", `${files.path}/none.yml`], /none\.yml': it does not exist/],
    [["rules", "check", `${files.path}/empty`], /it has no rule; name a \.yml file/],
    [
      ["rules", "check", one, "--format", "xml"],
      /xml.*Allowed choices are text, json, sarif, github/,
    ],
    [["match", "x.ndjson"], /required option '--rules <path>'/],
    [["match", "--rules", one, `${files.path}/none.ndjson`], /none\.ndjson': it does not exist/],
    [["match", "--rules", one, files.path], /it is a folder/],
    [
      ["match", "--rules", one, "--logsource", "windows"],
      /write any, or pairs such as product=windows/,
    ],
    [
      ["match", "--rules", one, "--placeholders", `${files.path}/none.yml`],
      /Cannot read placeholders/,
    ],
    [["match", "--rules", one, "--colour"], /unknown option '--colour'/],
  ];
  for (const [args, message] of wrong) {
    const { code, out, err } = await panoptes(args);
    assertEquals([args, code, out], [args, 2, ""]);
    assertMatch(err, message);
    assert(!err.includes("    at "), err);
  }
});

Deno.test("panoptes match writes line number, rule id and rule file as tsv", async () => {
  await using files = await folder({
    "rules/one.yml": rule("One", "f|contains: a"),
    "rules/deep/two.yaml": rule("Two", "f: a"),
    "rules/notes.txt": "not a rule",
    "events.ndjson": EVENTS,
  });
  const { code, out, err } = await panoptes([
    "match",
    ...["--rules", "rules", "--logsource", "any", "--format", "tsv", "events.ndjson"],
  ], { cwd: files.path });
  assertEquals(
    out,
    "1\t08fbc97d-0a2f-491c-ae21-8ffcfd3174e9\trules/deep/two.yaml\n" +
      "1\t929a690e-bef0-4204-a928-ef5e620d6fcc\trules/one.yml\n" +
      "4\t929a690e-bef0-4204-a928-ef5e620d6fcc\trules/one.yml\n",
  );
  assertEquals(err, "3 matches in 3 events with 2 rules\n");
  assertEquals(code, 0);
});

Deno.test("panoptes match reads standard input, and .ndjson files of rules", async () => {
  const line = JSON.stringify({ file: "a/b.yml", yaml: rule("One", "f|contains: a") });
  await using files = await folder({ "rules.ndjson": `${line}\n`, "two.yml": rule("Two", "n: 1") });
  const args = ["match", "--rules", "rules.ndjson", "--rules", "two.yml", "--format", "json"];
  const { code, out } = await panoptes(args, { stdin: EVENTS, cwd: files.path });
  const found = out.trimEnd().split("\n").map((text) => JSON.parse(text));
  assertEquals(found, [
    {
      line: 1,
      rule: {
        id: "929a690e-bef0-4204-a928-ef5e620d6fcc",
        title: "One",
        level: "high",
        file: "a/b.yml",
      },
      event: { f: "a", n: 1 },
    },
    {
      line: 1,
      rule: {
        id: "08fbc97d-0a2f-491c-ae21-8ffcfd3174e9",
        title: "Two",
        level: "high",
        file: "two.yml",
      },
      event: { f: "a", n: 1 },
    },
    {
      line: 4,
      rule: {
        id: "929a690e-bef0-4204-a928-ef5e620d6fcc",
        title: "One",
        level: "high",
        file: "a/b.yml",
      },
      event: { f: "x a x" },
    },
  ]);
  assertEquals(code, 0);
});

Deno.test("panoptes match reads a JSON array, one file after another, and names the file then", async () => {
  await using files = await folder({
    "one.yml": rule("One", "f|contains: a"),
    "first.json": `  [\n {"f": "]},{[ \\" a"},\n {"f": 1}, {"f": "a"} ]\n`,
    "second.ndjson": `{"f":"a"}`,
  });
  const args = ["match", "--rules", "one.yml", "--format", "tsv", "first.json", "second.ndjson"];
  const { code, out } = await panoptes(args, { cwd: files.path });
  assertEquals(out.split("\n").map((line) => line.split("\t")[0]), [
    "first.json:1",
    "first.json:3",
    "second.ndjson:1",
    "",
  ]);
  assertEquals(code, 0);
});

Deno.test("panoptes match skips bad lines, tells their numbers, and says so with code 3", async () => {
  await using files = await folder({ "one.yml": rule("One", "f: a") });
  const stdin = `\ufeff{"f":"a"}\nnot json\n{"f":\n[]\n5\nnull\n\n{"f":"a"}`;
  const { code, out, err } = await panoptes(["match", "--rules", "one.yml", "--format", "tsv"], {
    stdin,
    cwd: files.path,
  });
  assertEquals(out.split("\n").map((line) => line.split("\t")[0]), ["1", "8", ""]);
  const lines = err.split("\n").filter((line) => line.includes("skipped:"));
  assertEquals(lines.map((line) => line.split(": ")[0]), [
    "stdin:2",
    "stdin:3",
    "stdin:4",
    "stdin:5",
    "stdin:6",
  ]);
  assertStringIncludes(err, "5 events skipped");
  assertEquals(code, 3);
});

Deno.test("panoptes match goes on without broken rules, tells them, and says so with code 1", async () => {
  await using files = await folder({
    "one.yml": rule("One", "f: a"),
    "bad.yml": rule("Two", "f|contain: a"),
    "events.ndjson": EVENTS,
  });
  const args = [
    "match",
    "--rules",
    "one.yml",
    "--rules",
    "bad.yml",
    "--format",
    "tsv",
    "events.ndjson",
  ];
  const { code, out, err } = await panoptes(args, { cwd: files.path });
  assertEquals(out, "1\t929a690e-bef0-4204-a928-ef5e620d6fcc\tone.yml\n");
  assertMatch(err, /bad\.yml:10: rule not loaded: Unknown modifier 'contain'/);
  assertEquals(code, 1);
  const strict = await panoptes([...args, "--strict"], { cwd: files.path });
  assertEquals([strict.code, strict.out], [1, ""]);
});

Deno.test("panoptes match leaves out rules that wait for lists with code 0, and takes --placeholders", async () => {
  await using files = await folder({
    "one.yml": rule("One", "f: a"),
    "two.yml": rule("Two", "f|expand: '%Names%'"),
    "lists.yml": "Names: [b, c]\n",
    "lists.json": `{"Names": ["b"]}`,
    "events.ndjson": EVENTS,
  });
  const args = [
    "match",
    "--rules",
    "one.yml",
    "--rules",
    "two.yml",
    "--format",
    "tsv",
    "events.ndjson",
  ];
  const without = await panoptes(args, { cwd: files.path });
  assertEquals(without.out, "1\t929a690e-bef0-4204-a928-ef5e620d6fcc\tone.yml\n");
  assertMatch(without.err, /two\.yml:\d+: rule not loaded: .*Names/);
  assertStringIncludes(without.err, "--placeholders FILE");
  assertEquals(without.code, 0);
  for (const lists of ["lists.yml", "lists.json"]) {
    const { code, out } = await panoptes([...args, "--placeholders", lists], { cwd: files.path });
    assertEquals(out.split("\n").map((line) => line.split("\t")[0]), ["1", "2", ""]);
    assertEquals(code, 0);
  }
});

Deno.test("panoptes match --logsource leaves out rules for another source", async () => {
  await using files = await folder({ "one.yml": rule("One", "f: a"), "events.ndjson": EVENTS });
  const lines = async (...logsource: string[]) => {
    const args = ["match", "--rules", "one.yml", "--format", "tsv", ...logsource, "events.ndjson"];
    return (await panoptes(args, { cwd: files.path })).out.split("\n").length - 1;
  };
  assertEquals(await lines(), 1);
  assertEquals(await lines("--logsource", "any"), 1);
  assertEquals(await lines("--logsource", "product=test,service=x"), 1);
  assertEquals(await lines("--logsource", "product=other"), 0);
});

Deno.test("panoptes match derives user.email for ThousandEyes rules and changes nothing for others", async () => {
  const own = rule("One", "user.email: ada@example.org").replace(
    "product: test",
    "product: thousandeyes",
  );
  await using files = await folder({
    "own.yml": own,
    "other.yml": rule("Two", "user.email|exists: true"),
  });
  const { out } = await panoptes([
    "match",
    "--rules",
    "own.yml",
    "--rules",
    "other.yml",
    "--format",
    "tsv",
  ], {
    stdin: `{"user":"Ada (ada@example.org)"}\n`,
    cwd: files.path,
  });
  assertEquals(out, "1\t929a690e-bef0-4204-a928-ef5e620d6fcc\town.yml\n");
});

Deno.test("panoptes match writes no control characters of events or rules, and no colours to a pipe", async () => {
  const title = `"One\\e[31m\\u202e\\tx"`;
  await using files = await folder({
    "one.yml": rule("One", "f|contains: a").replace("One", title),
  });
  const stdin = `{"f":"a\\u001b[2J"}\n`;
  for (const format of ["text", "json", "tsv"]) {
    const { out } = await panoptes(["match", "--rules", "one.yml", "--format", format], {
      stdin,
      cwd: files.path,
    });
    assert(out.length > 0);
    assertEquals(/[\p{Cc}\p{Cf}]/u.test(out.replaceAll(/[\t\n]/g, "")), false, out);
  }
});

Deno.test("panoptes match ends quietly when its reader leaves", async () => {
  await using files = await folder({
    "one.yml": rule("One", "f: a"),
    "events.ndjson": `{"f":"a"}\n`.repeat(200_000),
  });
  const command =
    `"$0" run --quiet --allow-read --allow-env --config "$1" "$2" match --rules one.yml events.ndjson | head -1`;
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: [
      "-c",
      command,
      Deno.execPath(),
      new URL("deno.json", root).pathname,
      new URL("src/deno/panoptes.ts", root).pathname,
    ],
    cwd: files.path,
  }).output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  assertEquals(new TextDecoder().decode(stdout).split("\n").length, 2);
});

Deno.test("panoptes rules check ends with 0 for good rules and 1 for errors, with their place", async () => {
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

Deno.test("panoptes rules check writes json, sarif and github", async () => {
  await using files = await folder({ "bad.yml": rule("Two", "f|contain: a") });
  const run = async (format: string) =>
    (await panoptes(["rules", "check", "bad.yml", "--format", format], { cwd: files.path })).out;
  assertEquals(JSON.parse(await run("json")).counts.error, 1);
  assertEquals(JSON.parse(await run("sarif")).runs[0].results[0].ruleId, "modifier-unknown");
  assertMatch(await run("github"), /^::error file=bad\.yml,line=10,/m);
});

Deno.test("panoptes rules check takes a rule that waits for lists as no error", async () => {
  await using files = await folder({ "two.yml": rule("Two", "f|expand: '%Names%'") });
  const { code, out } = await panoptes(["rules", "check", "two.yml"], { cwd: files.path });
  assertEquals(code, 0);
  assertStringIncludes(out, "0 errors");
});

Deno.test("panoptes rules check finds the project's own rules good, and rules test passes them", async () => {
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
  assertMatch(good.out, /2 passed, 0 failed, in 2 rules; 1 rules have no tests\n$/);
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

Deno.test("panoptes rules test fails for a rule that does not load", async () => {
  await using files = await folder({ "bad.yml": rule("Two", "f|contain: a", TESTS) });
  const { code, out } = await panoptes(["rules", "test", "bad.yml"], { cwd: files.path });
  assertEquals(code, 1);
  assertMatch(out, /loads: line 10: Unknown modifier 'contain'/);
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

Deno.test("panoptes rules explain refuses what is no event or no rule of the file", async () => {
  await using files = await folder({ "one.yml": EXPLAINED });
  for (const stdin of ["", "[]", "{", "5"]) {
    const { code, err } = await panoptes(["rules", "explain", "one.yml"], {
      stdin,
      cwd: files.path,
    });
    assertEquals(code, 2);
    assertStringIncludes(err, "it has to be one JSON object");
  }
  const { code, err } = await panoptes(["rules", "explain", "one.yml", "--rule", "x"], {
    stdin: "{}",
    cwd: files.path,
  });
  assertEquals(code, 2);
  assertStringIncludes(err, "it has 'Explained'");
});
