import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { CliCommand } from "../../src/cli/cli_command.ts";
import { panoptesCommand } from "../../src/cli/panoptes_command.ts";
import { folder, panoptes, rule } from "./run_panoptes.ts";

Deno.test("panoptes --help names every command, the exit codes and examples", async () => {
  const { code, out } = await panoptes(["--help"]);
  assertEquals(code, 0);
  for (
    const word of ["rules", "match", "Exit codes:", "Examples", "panoptes rules check rules"]
  ) {
    assertStringIncludes(out, word);
  }
  const match = await panoptes(["match", "--help"], { env: { COLUMNS: "60" } });
  assertStringIncludes(match.out, "Exit codes:");
  const options = match.out.slice(0, match.out.indexOf("Formats:")).split("\n");
  assert(options.every((line) => line.length <= 60), match.out);
});

Deno.test("every command of panoptes has an example that begins with its name, and a description", () => {
  const without: string[] = [];
  const visit = (command: CliCommand, path: string) => {
    for (const inner of command.commands as readonly CliCommand[]) {
      visit(inner, `${path} ${inner.name()}`);
    }
    const isShown = command.examples.some(({ line }) => line.includes(path));
    if (command.description() === "" || (command.commands.length === 0 && !isShown)) {
      without.push(path);
    }
  };
  visit(panoptesCommand(), "panoptes");
  assertEquals(without, []);
});

Deno.test("panoptes refuses invalid usage with code 2 and says what is valid", async () => {
  await using files = await folder({ "one.yml": rule("One", "f: a"), "empty/readme.txt": "" });
  const one = `${files.path}/one.yml`;
  const wrong: [string[], RegExp][] = [
    [["math"], /unknown command 'math'[\s\S]*match/],
    [["rules", "check"], /missing required argument/],
    [["rules", "check", `${files.path}/none.yml`], /none\.yml': it does not exist/],
    [["rules", "check", `${files.path}/empty`], /it contains no rules; name a \.yml file/],
    [
      ["rules", "check", one, "--format", "xml"],
      /xml.*Allowed choices are text, json, sarif, github/,
    ],
    [["match", "x.ndjson"], /required option '--rules <path>'/],
    [["match", "--rules", one, `${files.path}/none.ndjson`], /none\.ndjson': it does not exist/],
    [["match", "--rules", one, files.path], /it is a folder/],
    [
      ["match", "--rules", one, "--logsource", "windows"],
      /use any, or pairs such as product=windows/,
    ],
    [
      ["match", "--rules", one, "--placeholders", `${files.path}/none.yml`],
      /Cannot read placeholders from '.*none\.yml': it does not exist\n$/,
    ],
    [["match", "--rules", one, "--colour"], /unknown option '--colour'/],
    [["serve", "--port", "70000"], /Expected a port from 0 to 65535/],
    [["emulator", "--port", "70000"], /Expected a port from 0 to 65535/],
  ];
  for (const [args, message] of wrong) {
    const { code, out, err } = await panoptes(args);
    assertEquals([args, code, out], [args, 2, ""]);
    assertMatch(err, message);
    assert(!err.includes("    at "), err);
  }
});
