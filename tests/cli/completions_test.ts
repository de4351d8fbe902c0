import { assert, assertEquals } from "@std/assert";
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
  const written = await Promise.all(
    ["bash", "zsh", "fish"].map((shell) => panoptes(["completions", shell])),
  );
  assertEquals(written.map(({ code }) => code), [0, 0, 0]);
  for (const { out } of written) assert(out.includes("rules check") && out.includes("severity"));
  await using files = await folder({ bash: written[0]?.out ?? "" });
  const bash = (line: string) => offered(`${files.path}/bash`, line);
  assertEquals(await bash("panoptes ru"), ["rules"]);
  assertEquals(await bash("panoptes rules c"), ["check"]);
  assertEquals(await bash("panoptes rules check --form"), ["--format"]);
  assertEquals(await bash("panoptes rules check rules --format s"), ["sarif"]);
  assertEquals(await bash("panoptes tail a"), ["alerts"]);
  assertEquals(await bash("panoptes tail --resume "), []); // bash itself offers files
});
