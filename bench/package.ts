/**
 * The size of what a bundler makes of imports of the npm package, minified and gzipped.
 *
 * @module
 */
import { build, stop } from "esbuild";
import { gzipSync } from "node:zlib";
import { buildNpm } from "../tools/build_npm.ts";
import { printFigures } from "./figures.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const OUT = `${ROOT}dist/npm`;

/** What is imported, by the name of its row. */
const IMPORTS: Readonly<Record<string, string>> = {
  "{ streamUserEvents }": 'export { streamUserEvents } from "./mod.js"',
  "./client { readPage }": 'export { readPage } from "./src/thousandeyes/client.js"',
  "{ match }": 'export { match } from "./mod.js"',
  "{ toWebhook }": 'export { toWebhook } from "./mod.js"',
  "./rules": 'export * from "./rules/mod.js"',
  "./sigma/engine": 'export * from "./src/sigma/engine.js"',
  "./sigma/engine { RuleSet }": 'export { RuleSet } from "./src/sigma/engine.js"',
  "./sigma": 'export * from "./src/sigma/mod.js"',
  "./sigma/lint": 'export * from "./src/sigma/lint/mod.js"',
};

/** The packages whose part of the size is shown. */
const PACKAGES = ["valibot", "yaml", "re2js"];

/** The size of a bundle in kB; without the packages that are external. */
async function sizeOf(code: string, external: string[] = []): Promise<number> {
  const { outputFiles: [module] } = await build({
    stdin: { contents: code, resolveDir: OUT },
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
    external,
    logLevel: "silent",
  });
  const bytes = gzipSync(module?.contents ?? new Uint8Array(), { level: 9 }).length;
  return Number((bytes / 1_000).toFixed(1));
}

await buildNpm(OUT);
const table: Record<string, Record<string, number>> = {};
for (const [name, code] of Object.entries(IMPORTS)) {
  const whole = await sizeOf(code);
  const row: Record<string, number> = { "min+gz, kB": whole };
  for (const external of PACKAGES) {
    row[`of that ${external}`] = Number((whole - await sizeOf(code, [external])).toFixed(1));
  }
  table[name] = row;
}
await stop();
printFigures({
  title: "npm package",
  table,
  result: {
    stream_user_events_gz_kb: table["{ streamUserEvents }"]?.["min+gz, kB"] ?? NaN,
    sigma_gz_kb: table["./sigma"]?.["min+gz, kB"] ?? NaN,
    sigma_engine_gz_kb: table["./sigma/engine"]?.["min+gz, kB"] ?? NaN,
  },
});
