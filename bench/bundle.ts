/**
 * The size of the Worker as it is deployed: raw, gzipped, minified, and both; and what it is made of.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import { buildWorker } from "../src/local/build_worker.ts";
import { printFigures } from "./figures.ts";

/** Smaller parts are shown as one. */
const SHOWN_BYTES = 4_000;

const sizesOf = (text: string) => {
  const bytes = new TextEncoder().encode(text);
  return {
    "raw, kB": kilobytes(bytes.length),
    "gzip, kB": kilobytes(gzipSync(bytes, { level: 9 }).length),
  };
};

const minified = await buildWorker("src/worker/mod.ts", true);
// How much of it is the dashboard, which no isolate runs: it is sent as it is.
const page = sizesOf(await Deno.readTextFile(new URL("../src/service/page.json", import.meta.url)));
const table = {
  "as written": sizesOf((await buildWorker("src/worker/mod.ts")).text),
  "minified": sizesOf(minified.text),
  "of that, the page": page,
};
printFigures({
  title: "Worker bundle",
  table,
  notes: ["Minified, by part:", ...partsOf(minified.files)],
  result: { bundle_min_gz_kb: table.minified["gzip, kB"], page_gz_kb: page["gzip, kB"] },
});

/** A line for each folder, package, and the rules, the largest first. */
function partsOf(files: ReadonlyMap<string, number>): string[] {
  const bytes = new Map<string, number>();
  for (const [file, size] of files) {
    const part = partOf(file);
    bytes.set(part, (bytes.get(part) ?? 0) + size);
  }
  const parts = [...bytes].sort(([, a], [, b]) => b - a);
  const shown = parts.filter(([, size]) => size >= SHOWN_BYTES);
  const rest = parts.slice(shown.length).reduce((sum, [, size]) => sum + size, 0);
  return [...shown, ["the rest", rest] as const].map(([part, size]) =>
    `${kilobytes(size).toFixed(1).padStart(8)} kB  ${part}`
  );
}

function partOf(file: string): string {
  if (file.endsWith(".json")) return file;
  const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];
  return name ?? file.replace(/^(src\/[^/]+(?:\/[^/]+(?=\/))?).*$/, "$1");
}

function kilobytes(bytes: number): number {
  return Number((bytes / 1000).toFixed(1));
}
