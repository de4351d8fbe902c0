import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { EVENTS, folder, panoptes, rule } from "./run_panoptes.ts";

const root = new URL("../../", import.meta.url);

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

Deno.test("panoptes match reads JSON arrays and several files, and then names the file", async () => {
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

Deno.test("panoptes match skips bad lines, reports their numbers, and exits with 3", async () => {
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

Deno.test("panoptes match and rules explain read the NDJSON of /v1/events and /v1/alerts", async () => {
  const event = { event: "Login failed.", user: "Ana Diaz (ana@example.com)" };
  const entry = { id: "0mwtoidzxqilknq.1", recordedAt: "2026-11-23T21:46:16.180Z" };
  const lines = [
    { ...entry, event },
    { ...entry, alert: { id: "cj7v", events: [{ id: entry.id, event }] } },
    { gap: { requested: null, from: "0mwtoidzxqilknq.1", lost: null } },
    { events: [{ ...entry, event }], next: "0mwtoidzxqilknq.1", more: false, gap: null },
    { id: "1", recordedAt: "an event of another kind", event: "Login failed." },
  ].map((line) => JSON.stringify(line));
  await using files = await folder({
    "one.yml": rule("One", "event: Login failed."),
    "event.json": lines[0]!,
    "page.json": lines[3]!,
  });
  const { code, out, err } = await panoptes(["match", "--rules", "one.yml", "--format", "tsv"], {
    stdin: lines.join("\n"),
    cwd: files.path,
  });
  assertEquals(out.split("\n").map((line) => line.split("\t")[0]), ["1", "2", "5", ""]);
  assertStringIncludes(err, "stdin:3: skipped: a gap in the log, not an event");
  assertStringIncludes(
    err,
    "stdin:4: skipped: a page of events, not one event; extract them with 'jq -c .events[]'",
  );
  assertEquals(code, 3);
  const explain = (event: string) =>
    panoptes(["rules", "explain", "one.yml", event], { cwd: files.path });
  assertStringIncludes((await explain("event.json")).out, "One: matches");
  assertStringIncludes((await explain("page.json")).err, "page.json: it is a page of events");
});

Deno.test("panoptes match continues without broken rules, reports them, and exits with 1", async () => {
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

Deno.test("panoptes match leaves out rules that need lists and exits with 0, and takes --placeholders", async () => {
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
      new URL("src/cli/panoptes.ts", root).pathname,
    ],
    cwd: files.path,
  }).output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  assertEquals(new TextDecoder().decode(stdout).split("\n").length, 2);
});

Deno.test("panoptes match says when no rule applies to the log source, and only counts the many bad lines of a file that is not a log", async () => {
  await using files = await folder({
    "one.yml": rule("One", "f|contains: a"),
    "binary": "\u0001\n".repeat(150),
  });
  const args = ["match", "--rules", "one.yml", "--logsource", "produkt=test", "binary"];
  const { code, err } = await panoptes(args, { cwd: files.path });
  const lines = err.trimEnd().split("\n");
  assertEquals(code, 3);
  assertEquals(
    lines[0],
    "No rule applies to 'produkt=test': check the spelling, or use --logsource any",
  );
  assertEquals(lines.filter((line) => line.includes(": skipped: ")).length, 100);
  assertEquals(lines.at(-1), "0 matches in 0 events with 1 rule; 150 events skipped");
});
