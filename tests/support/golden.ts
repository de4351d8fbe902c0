import { assertEquals } from "@std/assert";

/**
 * Holds a value to a file below `tests/testdata/formats`. A change that is meant is written there
 * with `GOLDEN=write`, and shows in the diff.
 *
 * @param name The name of the file, without `.json`.
 * @param actual A value that JSON can express.
 */
export async function assertGolden(name: string, actual: unknown): Promise<void> {
  const file = new URL(`../testdata/formats/${name}.json`, import.meta.url);
  const text = `${JSON.stringify(actual, null, 2)}\n`;
  if (Deno.env.get("GOLDEN") === "write") await Deno.writeTextFile(file, text);
  assertEquals(text, await Deno.readTextFile(file));
}
