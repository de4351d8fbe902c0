import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { wait } from "../../src/stream/wait.ts";
import { EVENTS, folder, panoptes, rule, startPanoptes, utf16 } from "./run_panoptes.ts";

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

Deno.test({
  name: "panoptes match says that its output cannot be written, whenever that shows",
  ignore: Deno.build.os !== "linux", // others have no /dev/full
  async fn() {
    await using files = await folder({ "one.yml": rule("One", "f: a") });
    const args = ["match", "--rules", "one.yml"];
    const child = startPanoptes(args, { cwd: files.path, out: "/dev/full" });
    let hasEnded = false;
    const output = child.output().finally(() => hasEnded = true);
    const input = child.stdin.getWriter();
    // It writes what it has found while it waits for more.
    for (let line = 0; line < 200 && !hasEnded; line++) {
      await input.write(new TextEncoder().encode('{"f":"a"}\n')).catch(() => {});
      await wait(5);
    }
    await input.close().catch(() => {});
    const { code, stderr } = await output;
    assertStringIncludes(new TextDecoder().decode(stderr), "No space left on device");
    assertEquals(code, 70); // and not 1, as for findings
  },
});

Deno.test("panoptes match leaves out rules that look back, and says what runs them", async () => {
  const looksBack = `${rule("Back", "f|contains: a")}panoptes: { new_value: { field: n } }\n`;
  await using files = await folder({ "one.yml": rule("One", "f: a"), "back.yml": looksBack });
  const args = ["match", "--rules", "one.yml", "--rules", "back.yml", "--format", "tsv"];
  const { code, out, err } = await panoptes(args, { stdin: EVENTS, cwd: files.path });
  assertEquals([code, out.split("\n").length], [0, 2]);
  assertStringIncludes(
    err,
    "back.yml: no alerts of 'Back': it looks back at earlier events, which 'panoptes backtest' runs",
  );
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
    { ...entry, alert: { id: "cj7v", events: [{ id: "1", event }, { id: "2", event }] } },
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
  assertEquals(out.split("\n").map((line) => line.split("\t")[0]), [
    ...["1", "2", "4:1", "5", "6:1", "6:2"],
    "",
  ]);
  assertStringIncludes(err, "stdin:3: skipped: a gap in the log, not an event");
  assertEquals(code, 3);
  const explain = (event: string) =>
    panoptes(["rules", "explain", "one.yml", event], { cwd: files.path });
  assertStringIncludes((await explain("event.json")).out, "One: matches");
  assertStringIncludes((await explain("page.json")).out, "One: matches");
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
  assertEquals(await lines("--logsource", "product=other,service=x"), 0);
});

Deno.test("panoptes match --logsource excludes no rule for what is not known of the source", async () => {
  const narrow = rule("One", "f: a").replace(
    "product: test",
    "product: Windows\n    category: process_creation",
  );
  await using files = await folder({ "one.yml": narrow, "events.ndjson": EVENTS });
  const run = (logsource: string) =>
    panoptes(
      ["match", "--rules", "one.yml", "--format", "tsv", "--logsource", logsource, "events.ndjson"],
      { cwd: files.path },
    );
  const lines = async (logsource: string) => (await run(logsource)).out.split("\n").length - 1;
  assertEquals(await lines("product=windows"), 1);
  assertEquals(await lines("category=process_creation"), 1);
  assertEquals(await lines("product=windows,category=process_creation"), 1);
  assertEquals(await lines("product=windows,service=sysmon"), 1);
  assertEquals(await lines("product=windows,category=image_load"), 0);
  assertEquals(await lines("product=linux"), 0);
  assertStringIncludes(
    (await run("product=linux")).err,
    "0 matches in 3 events with 0 rules; 1 rule for other log sources",
  );
  const misspelled = await run("produkt=windows");
  assertEquals(misspelled.code, 2);
  assertStringIncludes(misspelled.err, "did you mean 'product=windows'?");
});

Deno.test("panoptes match reads objects over several lines, envelopes of events and UTF-16", async () => {
  await using files = await folder({ "one.yml": rule("One", "f|contains: a") });
  const pretty = (value: unknown) => JSON.stringify(value, null, 2);
  const hit = (event: unknown) => ({ _index: "logs", _id: "1", _score: 1, _source: event });
  const [a, b] = [{ f: "a {" }, { f: "b" }];
  const forms: [name: string, stdin: string | Uint8Array, places: string[]][] = [
    ["one object", pretty(a), ["1"]],
    ["objects one after another", `${pretty(b)}\n${pretty(a)}\n\n${pretty(a)}\n`, ["4", "8"]],
    ["events", JSON.stringify({ events: [b, a] }), ["1:2"]],
    ["events over several lines", pretty({ events: [b, a] }), ["1:2"]],
    ["a hit on each line", `${JSON.stringify(hit(b))}\n${JSON.stringify(hit(a))}\n`, ["2"]],
    ["an array of hits", JSON.stringify([hit(a)]), ["1"]],
    ["the answer to a search", pretty({ took: 3, hits: { total: 2, hits: [hit(b), hit(a)] } }), [
      "1:2",
    ]],
    ["several answers", JSON.stringify({ responses: [{ hits: { hits: [hit(a)] } }] }), ["1:1"]],
    ["UTF-16", utf16(`${JSON.stringify(b)}\r\n${JSON.stringify(a)}\r\n`), ["2"]],
    ["UTF-16, big end first", utf16(pretty(a), false), ["1"]],
    ["UTF-16 without its mark", utf16(JSON.stringify(a)).subarray(2), ["1"]],
  ];
  for (const [name, stdin, places] of forms) {
    const { code, out, err } = await panoptes(
      ["match", "--rules", "one.yml", "--format", "tsv"],
      { stdin, cwd: files.path },
    );
    assertEquals(out.trimEnd().split("\n").map((line) => line.split("\t")[0]), places, name);
    assertEquals([code, err.includes("skipped")], [0, false], name);
  }
  const json = await panoptes(["match", "--rules", "one.yml", "--format", "json"], {
    stdin: JSON.stringify({ events: [b, a] }),
    cwd: files.path,
  });
  const { line, item, event } = JSON.parse(json.out);
  assertEquals([line, item, event], [1, 2, a]);
});

Deno.test("panoptes match says what a line is that holds no event: a gap, a hit without its source", async () => {
  await using files = await folder({ "one.yml": rule("One", "f: a") });
  const { code, err } = await panoptes(["match", "--rules", "one.yml"], {
    stdin: `{"events": [{"f": "a"}, {"_index": "logs", "_id": "1"}]}\n`,
    cwd: files.path,
  });
  assertStringIncludes(err, "stdin:1:2: skipped: a hit of a search without its _source");
  assertEquals(code, 3);
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
  const args = ["match", "--rules", "one.yml", "--logsource", "product=tset", "binary"];
  const { code, err } = await panoptes(args, { cwd: files.path });
  const lines = err.trimEnd().split("\n");
  assertEquals(code, 3);
  assertEquals(
    lines[0],
    "No rule is for product=tset: check the spelling, or use --logsource any",
  );
  assertEquals(lines.filter((line) => line.includes(": skipped: ")).length, 100);
  assertEquals(
    lines.at(-1),
    "0 matches in 0 events with 0 rules; 1 rule for other log sources; 150 events skipped",
  );
});
