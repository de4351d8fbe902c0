import { fileURLToPath } from "node:url";
import { build, stop } from "esbuild";

const root = new URL("../../", import.meta.url);

/**
 * Bundles the Worker into one module, as `wrangler deploy` does, from the packages in `node_modules`.
 *
 * @param entry The Worker's entry, from the root of the project.
 * @param minify Whether to make it small.
 * @returns The text of the module; `cloudflare:*` and `node:*` stay imports.
 * @throws {Error} If something in it cannot be built; the message names the file and line.
 */
export async function bundleWorker(entry = "src/worker/mod.ts", minify = false): Promise<string> {
  try {
    const result = await build({
      absWorkingDir: fileURLToPath(root),
      entryPoints: [entry],
      bundle: true,
      write: false,
      minify,
      format: "esm",
      target: "es2024",
      platform: "browser",
      conditions: ["workerd", "worker", "browser"],
      external: ["cloudflare:*", "node:*"],
      alias: await packageAliases(),
      jsx: "automatic",
      jsxImportSource: "hono/jsx",
      logLevel: "silent",
      // Deno's own compiler settings are not esbuild's; without this it would look for a tsconfig.json.
      tsconfigRaw: "{}",
    });
    return result.outputFiles[0]!.text;
  } finally {
    await stop(); // it is a child process
  }
}

/** What deno.json calls by another name than npm does, for example `@std/streams`. */
async function packageAliases(): Promise<Record<string, string>> {
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root))) as {
    imports: Record<string, string>;
  };
  return Object.fromEntries(
    Object.entries(imports).flatMap(([name, target]) => {
      const found = /^npm:\/?(@[^/]+\/[^/@]+|[^/@]+)@[^/]+(\/.*)?$/.exec(target);
      const path = found === null ? name : `${found[1]}${found[2] ?? ""}`;
      return path === name || name.endsWith("/") ? [] : [[name, path]];
    }),
  );
}
