/**
 * `deno task page:build`: bundles `src/dashboard/` into static files, named after their content, and
 * writes them as one file of JSON that every shell serves (`src/http/answer/page.ts`).
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { build, stop } from "esbuild";
import type { Page, PageFile } from "../src/http/answer/page.ts";

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
        entryPoint === undefined ? [] : [[entryPoint, path]]
      ),
    );
    const files: Record<string, PageFile> = {};
    for (const { path, text } of outputFiles) {
      files[path] = { type: TYPES[path.split(".").at(-1) ?? ""] ?? "text/plain", text };
    }
    const pathOf = (name: string): string => {
      const path = built.get(name);
      if (path === undefined) throw new Error(`Cannot build the page: ${name} was not built`);
      return path;
    };
    const needed = new Set([pathOf("main.tsx")]);
    for (const path of needed) {
      for (const { kind, path: imported } of metafile.outputs[path]?.imports ?? []) {
        if (kind === "import-statement") needed.add(imported);
      }
    }
    const html = (await Deno.readTextFile(new URL("index.html", SOURCE)))
      .replace(/(?<=(?:href|src)=")[^"]+(?=")/g, (name) => served(pathOf(name)));
    files["/"] = { type: "text/html; charset=utf-8", text: withPreloads(html, [...needed]) };
    return files;
  } finally {
    await stop(); // it is a child process
  }
}

/** Where a file of the build is served. */
function served(path: string): string {
  return path.replace(/^(\.\.\/)*/, "/");
}

/** What the script imports is asked for at once, not once the script has been read. */
function withPreloads(html: string, paths: readonly string[]): string {
  const links = paths.map((path) => `    <link rel="modulepreload" href="${served(path)}">\n`);
  return html.replace(/(?= *<script )/, links.slice(1).join(""));
}

if (import.meta.main) {
  await Deno.writeTextFile(
    new URL("../src/service/page.json", import.meta.url),
    JSON.stringify(await buildPage()),
  );
}
