import { assert, assertEquals } from "@std/assert";
import { DEFAULT_WATCH_OPTIONS } from "../../src/watch/watch_options.ts";
import { Bench, eventAt, HOUR, MINUTE, START } from "./bench_of.ts";

const root = new URL("../../", import.meta.url);
const map = await Deno.readTextFile(new URL("docs/collector.md", root));

const watchFiles = await filesIn("src/watch/");
const collectorFiles = await filesIn("src/watch/collector/");

async function filesIn(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const { name, isFile } of Deno.readDir(new URL(folder, root))) {
    if (isFile) files.set(name, await Deno.readTextFile(new URL(folder + name, root)));
  }
  return files;
}

/** The rows of the table under a heading of the map, without its head; code marks removed. */
function tableUnder(heading: string): string[][] {
  const section = map.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("|")).slice(2);
  return rows.map((row) =>
    row.split("|").slice(1, -1).map((cell) => cell.trim().replace(/`/g, ""))
  );
}

/** A number as the map writes it: a duration, a size, or as it is. */
function written(name: string, value: number): string {
  if (name.endsWith("Bytes")) return `${value / 1e9} GB`;
  if (!/(Ms|_MS)$|^PAUSES\./.test(name)) return value.toLocaleString("en");
  for (const [unit, ms] of [["d", 24 * HOUR], ["h", HOUR], ["min", MINUTE]] as const) {
    if (value % ms === 0) return `${value / ms} ${unit}`;
  }
  return `${value / 1_000} s`;
}

/** Flattens numbers, lists of numbers and objects of those into rows. */
function rowsOf(name: string, value: unknown, file: string): string[][] {
  if (typeof value === "number") return [[name, written(name, value), file]];
  if (Array.isArray(value)) {
    return [[name, value.map((one: number) => written(name, one)).join(", "), file]];
  }
  return Object.entries(value as object).flatMap(([key, of]) =>
    rowsOf(name === "" ? key : `${name}.${key}`, of, file)
  );
}

/** The constants of a file whose values are numbers, or lists or objects of numbers. */
function constantsIn([file, text]: [string, string]): string[][] {
  const constants = text.matchAll(/^(?:export )?const ([A-Z][A-Z_]*)(?:: [^=]*)? = ([^;]*);/gm);
  return [...constants].flatMap(([, name = "", expression = ""]) =>
    /\d/.test(expression) && /^[\d\s_*.,:[\]{}a-z-]*$/.test(expression)
      ? rowsOf(name, new Function(`return ${expression}`)(), file)
      : []
  );
}

Deno.test("docs/collector.md lists every constant of the collector with its value, and no other", () => {
  const constants = [
    ...rowsOf("", DEFAULT_WATCH_OPTIONS, "watch_options.ts"),
    ...[...collectorFiles].flatMap(constantsIn),
  ];
  assert(constants.length > 40);
  const listed = tableUnder("Constants").map(([name, value, file]) => [name, value, file]);
  assertEquals(listed.map(String).sort(), constants.map(String).sort());
});

Deno.test("docs/collector.md lists every file of the collector, and names none that does not exist", () => {
  assertEquals(
    tableUnder("The files").map(([file]) => file).sort(),
    [...collectorFiles.keys()].sort(),
  );
  for (const name of watchFiles.keys()) assert(map.includes(`\`${name}\``), name);
  for (const [, name = ""] of map.matchAll(/`?([\w/]+\.ts)\b/g)) {
    const file = name.split("/").at(-1)!;
    assert(collectorFiles.has(file) || watchFiles.has(file), name);
  }
});

Deno.test("docs/collector.md lists every kind of reading and every remedy, and names no function that does not exist", () => {
  for (
    const [heading, type] of [["Kinds of reading", "ReadingKind"], [
      "When something fails",
      "Remedy",
    ]]
  ) {
    const text = [...collectorFiles.values()].join("\n");
    const union = new RegExp(`type ${type} = ([^;]*);`).exec(text)?.[1] ?? "";
    const words = [...union.matchAll(/"(\w+)"/g)].map(([, word]) => word);
    assertEquals(tableUnder(heading!).map(([word]) => word), words);
  }
  const code = [...collectorFiles.values(), ...watchFiles.values()].join("\n");
  for (const [, name] of map.matchAll(/\b(\w+)\(\)/g)) {
    assert(new RegExp(`(function |^  (async )?)${name}\\(`, "m").test(code), `${name}()`);
  }
});

Deno.test("Collector finds the late event of docs/collector.md in the first hourly sweep", async () => {
  using bench = new Bench(); // at 10:00
  bench.api.publish(eventAt(5 * MINUTE), START + 52 * MINUTE);
  await bench.run(59 * MINUTE);
  assertEquals(bench.recorded().length, 0);
  await bench.run(MINUTE); // 11:00
  bench.assertComplete();
  const late = bench.watch.status().late.filter(({ events }) => events > 0);
  assertEquals(late, [{ upToMs: HOUR, events: 1 }]);
});
