// deno-lint-ignore-file no-console -- printing is what a benchmark is for
/**
 * The size of the Worker as it is deployed: raw, gzipped, minified, and both.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import { bundleWorker } from "../src/local/build_worker.ts";

const kb = (bytes: number) => (bytes / 1000).toFixed(1);
const sizeOf = (text: string) => {
  const bytes = new TextEncoder().encode(text);
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
};

const plain = sizeOf(await bundleWorker("src/worker/mod.ts"));
const small = sizeOf(await bundleWorker("src/worker/mod.ts", true));
console.log("Worker bundle, kB      raw     gzip");
console.log(`as written       ${kb(plain.raw).padStart(9)} ${kb(plain.gzip).padStart(8)}`);
console.log(`minified         ${kb(small.raw).padStart(9)} ${kb(small.gzip).padStart(8)}`);
console.log(JSON.stringify({ bundle_min_gz_kb: Number(kb(small.gzip)) }));
