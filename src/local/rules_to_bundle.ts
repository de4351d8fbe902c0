import { fileURLToPath } from "node:url";

/**
 * Lints the rules, runs their tests and writes what the Worker bundles, as `deno task rules:build` does.
 *
 * @param signal Ends it.
 * @throws {Error} A rule is broken; the message is its report, with file, line and column.
 */
export async function buildRules(signal: AbortSignal): Promise<void> {
  // By the path of this very program: on a machine that got Deno through npx there is none on the PATH.
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-read",
      "--allow-write=src/worker",
      "--allow-env",
      "tools/build_rules.ts",
    ],
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal,
  }).output();
  if (success) return;
  const decoder = new TextDecoder();
  throw new Error(`Cannot build the rules:\n${decoder.decode(stderr)}${decoder.decode(stdout)}`);
}
