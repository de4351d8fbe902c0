/**
 * The size of the Worker as it is deployed: raw, gzipped, minified, and both.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import { bundleWorker } from "../src/local/build_worker.ts";
import { printFigures } from "./figures.ts";

const sizesOf = (text: string) => {
  const bytes = new TextEncoder().encode(text);
  return {
    "raw, kB": kilobytes(bytes.length),
    "gzip, kB": kilobytes(gzipSync(bytes, { level: 9 }).length),
  };
};

const table = {
  "as written": sizesOf(await bundleWorker("src/worker/mod.ts")),
  "minified": sizesOf(await bundleWorker("src/worker/mod.ts", true)),
};
printFigures({
  title: "Worker bundle",
  table,
  result: { bundle_min_gz_kb: table.minified["gzip, kB"] },
});

function kilobytes(bytes: number): number {
  return Number((bytes / 1000).toFixed(1));
}
