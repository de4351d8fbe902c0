/**
 * `deno task page:build`: bundles `src/dashboard/` into static files, named after their content, and
 * writes them as one file of JSON that every shell serves (`src/http/page.ts`).
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { build, stop } from "esbuild";
import type { Page, PageFile } from "../src/http/page.ts";

const SOURCE = new URL("../src/dashboard/", import.meta.url);
const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};
/** What `index.html` links to, each by the name of its source. */
const LINKED = ["main.tsx", "page.css", "icon.svg"];

/**
 * Builds the dashboard.
 *
 * @returns Its files by path.
 * @throws {Error} If part of it cannot be built; the message names the file and line.
 */
export async function buildPage(): Promise<Page> {
  try {
    const { outputFiles, metafile } = await build({
      absWorkingDir: fileURLToPath(SOURCE),
      entryPoints: LINKED,
      bundle: true,
      write: false,
      metafile: true,
      minify: true,
      outdir: "/assets",
      entryNames: "[name]-[hash]",
      chunkNames: "[name]-[hash]",
      splitting: true,
      format: "esm",
      target: "es2022",
      platform: "browser",
      loader: { ".svg": "copy" },
      jsx: "automatic",
      jsxImportSource: "preact",
      logLevel: "silent",
      tsconfigRaw: "{}",
    });
    const built = new Map(
      Object.entries(metafile.outputs).flatMap(([path, { entryPoint }]) =>
        entryPoint === undefined ? [] : [[entryPoint, path.replace(/^(\.\.\/)*/, "/")]]
      ),
    );
    const files: Record<string, PageFile> = {};
    for (const { path, text } of outputFiles) {
      files[path] = { type: TYPES[path.split(".").at(-1) ?? ""] ?? "text/plain", text };
    }
    const html = await Deno.readTextFile(new URL("index.html", SOURCE));
    files["/"] = {
      type: "text/html; charset=utf-8",
      text: html.replace(/(?<=(?:href|src)=")[^"]+(?=")/g, (name) => {
        const path = built.get(name);
        if (path === undefined) throw new Error(`Cannot build the page: ${name} was not built`);
        return path;
      }),
    };
    return files;
  } finally {
    await stop(); // it is a child process
  }
}

if (import.meta.main) {
  await Deno.writeTextFile(
    new URL("../src/worker/page.json", import.meta.url),
    JSON.stringify(await buildPage()),
  );
}
