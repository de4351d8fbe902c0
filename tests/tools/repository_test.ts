import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { canRun } from "../support/can_run.ts";
import { SEED } from "../support/fuzz_settings.ts";

const root = new URL("../../", import.meta.url);

Deno.test({
  name: "git ignores every file that secrets are kept in, and no example of one",
  // In CI, a missing program is a failure.
  ignore: !Deno.env.has("CI") && !await canRun("git", "--version"),
  async fn() {
    const secret = [
      ".env",
      ".env.local",
      ".env.production",
      ".env.production.local",
      ".dev.vars",
      ".dev.vars.staging",
      "src/.env.local",
    ];
    const shared = [".env.example", ".dev.vars.example", "src/service/settings.ts"];
    const { stdout } = await new Deno.Command("git", {
      args: ["check-ignore", "--no-index", ...secret, ...shared],
      cwd: root,
    }).output();
    assertEquals(new TextDecoder().decode(stdout).trim().split("\n"), secret);
  },
});

Deno.test("a task that works with secrets does not ask for all permissions", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const { command } = tasks.wrangler;
  assertEquals(tasks.deploy.command, "deno task wrangler deploy");
  assertEquals(command.match(/(^|\s)(-A|--allow-all)(\s|$)/), null);
  for (const kind of ["write", "net"]) {
    assert(!new RegExp(`--allow-${kind}(\\s|$)`).test(command), `${kind} is limited`);
  }
});

Deno.test("whoever imports fast-check has the fixed seed, so that no test fails by chance", () => {
  assertEquals(fc.readConfigureGlobal().seed, SEED);
});
