// deno-lint-ignore-file no-console -- printing is what it is for
/**
 * `deno task fuzz [--seeds N] [--seed S] [--runs N] [files…]`: the random tests with other seeds than
 * the fixed one. Each seed is printed. The exit code is 1 if a test failed with any of them.
 *
 * @module
 */
import { wholeNumber } from "../../src/cli/common_options.ts";
import { taskCommand } from "../../src/cli/task_command.ts";

const root = new URL("../../", import.meta.url);

/** The test files that import fast-check, or ask for the seed. */
async function randomTests(folder = "tests"): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await randomTests(path));
    else if (name.endsWith("_test.ts")) {
      const text = await Deno.readTextFile(new URL(path, root));
      if (/from "(fast-check|.*\/fuzz_settings\.ts)"/.test(text)) found.push(path);
    }
  }
  return found.sort();
}

async function passesWith(seed: number, files: readonly string[], runs?: number): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", "--quiet", "--parallel", "--reporter=dot", ...files],
    cwd: root,
    env: { FUZZ_SEED: `${seed}`, ...runs !== undefined && { FUZZ_RUNS: `${runs}` } },
  }).spawn().status;
  return success;
}

const command = taskCommand("fuzz")
  .description("Runs the random tests with seeds of its own; without files, all of them.")
  .argument("[files...]", "test files")
  .option("--seeds <n>", "how many seeds to try, one after another", wholeNumber, 1)
  .option("--seed <s>", "the first seed; random by default", wholeNumber)
  .option("--runs <n>", "cases per test and seed, where a test lets it be chosen", wholeNumber)
  .parse(Deno.args, { from: "user" });
const { seeds, seed: first = crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1, runs } = command
  .opts<{ seeds: number; seed?: number; runs?: number }>();
const files = command.args.length > 0 ? command.args : await randomTests();

const failed: number[] = [];
for (let seed = first; seed < first + seeds; seed++) {
  console.log(`Seed ${seed}`);
  if (!await passesWith(seed, files, runs)) failed.push(seed);
}
for (const seed of failed) console.error(`Failed. Run it again: deno task fuzz --seed ${seed}`);
Deno.exit(failed.length === 0 ? 0 : 1);
