import { assert, assertEquals } from "@std/assert";
import { type Command, commands, REASONS } from "./commands.ts";
import { guides, ROOT } from "./document.ts";
import { runCommands } from "./run_commands.ts";

const DENO = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
const COMMANDS: Command[] = (await guides()).flatMap(commands);

Deno.test("every command in the guides is run by test:docs, or is of a kind that says why not", () => {
  const unknown = COMMANDS.filter(({ skipped }) => skipped !== undefined && !(skipped in REASONS))
    .map(({ place, skipped }) => `${place}: ${skipped}`);
  assertEquals(unknown, []);
  const run = COMMANDS.filter(({ skipped }) => skipped === undefined);
  assert(run.length > COMMANDS.length / 2, `${run.length} of ${COMMANDS.length} are run`);
});

Deno.test("the guides name only tasks that exist, and one version of Deno", () => {
  const wrong: string[] = [];
  const version = COMMANDS.map(({ text }) => /\bdeno@(\S+)/.exec(text)?.[1]).find(Boolean);
  for (const { place, text } of COMMANDS) {
    for (const [, task = ""] of text.matchAll(/\bdeno(?:@\S+)? task (?:-q )?([a-z:]+)/g)) {
      if (!(task in DENO.tasks)) wrong.push(`${place}: there is no task ${task}`);
    }
    for (const [, used] of text.matchAll(/\bdeno@(\S+)/g)) {
      if (used !== version) wrong.push(`${place}: Deno ${used}, not ${version}`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("the commands of a guide run one after another in one shell, up to one that fails", async () => {
  const guide = COMMANDS.filter(({ place }) => place.startsWith("docs/receivers.md:"));
  assert(guide.length > 3);
  assertEquals((await runCommands(guide)).failed, undefined);
  const { failed, output } = await runCommands([
    { place: "a:1", text: "kept=before", skipped: undefined },
    { place: "a:2", text: "deploy", skipped: "cloudflare" },
    { place: "a:3", text: "echo $kept | grep after", skipped: undefined },
    { place: "a:4", text: "echo later", skipped: undefined },
  ]);
  assertEquals([failed, output], ["a:3", ""]);
});
