import { assertEquals, assertStringIncludes } from "@std/assert";

const root = new URL("../../", import.meta.url);

async function run(script: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL(script, root).pathname, ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

const COMMANDS = [
  ["start", "src/local/start.ts"],
  ["chaos", "tests/chaos/chaos.ts"],
  ["chaos:backfill", "tests/chaos/backfill.ts"],
  ["fuzz", "tests/support/fuzz.ts"],
] as const;

for (const [name, script] of COMMANDS) {
  Deno.test(`deno task ${name} has --help, and refuses unknown options before it does anything`, async () => {
    const help = await run(script, "--help");
    assertEquals([help.code, help.err], [0, ""]);
    assertStringIncludes(help.out, `Usage: deno task ${name}`);
    const { code, out, err } = await run(script, "--no-such-option");
    assertEquals([code, out], [2, ""]);
    assertStringIncludes(err, "unknown option '--no-such-option'");
  });
}
