import { assertEquals, assertMatch } from "@std/assert";
import { completions } from "../../src/cli/commands/completions.ts";
import { panoptesCommand } from "../../src/cli/panoptes_command.ts";
import { folder, panoptes } from "./run_panoptes.ts";

/** What bash offers for a line that has been typed so far. */
async function offered(script: string, line: string): Promise<string[]> {
  const words = line.split(" ").map((word) => `'${word}'`).join(" ");
  const { stdout } = await new Deno.Command("bash", {
    args: [
      "--norc",
      "-c",
      `source '${script}'; COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
       $(complete -p panoptes | sed 's/.*-F \\([^ ]*\\) .*/\\1/'); printf '%s\\n' "\${COMPREPLY[@]}"`,
    ],
  }).output();
  return new TextDecoder().decode(stdout).split("\n").filter((word) => word !== "");
}

Deno.test("panoptes completions completes commands, options and their values in bash, and is written for three shells", async () => {
  const program = panoptesCommand();
  for (const shell of ["zsh", "fish"] as const) {
    assertMatch(completions(shell, program), /rules check[^]*severity/);
  }
  const script = await panoptes(["completions", "bash"]);
  assertEquals(script.out, `${completions("bash", program)}\n`);
  await using files = await folder({ bash: script.out });
  const bash = (line: string) => offered(`${files.path}/bash`, line);
  assertEquals(await bash("panoptes ru"), ["rules"]);
  assertEquals(await bash("panoptes rules c"), ["check"]);
  assertEquals(await bash("panoptes rules check --form"), ["--format"]);
  assertEquals(await bash("panoptes rules check rules --format s"), ["sarif"]);
  assertEquals(await bash("panoptes tail a"), ["alerts"]);
  assertEquals(await bash("panoptes tail --resume "), []); // bash itself offers files
});
