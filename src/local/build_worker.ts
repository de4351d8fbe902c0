import { fileURLToPath } from "node:url";
import { build, stop } from "esbuild";

const root = new URL("../../", import.meta.url);

/**
 * Bundles the Worker into one module, as `wrangler deploy` does, from the packages in
 * `node_modules`. The rules must be built first.
 *
 * @param entry The Worker's entry, relative to the root of the project.
 * @param minify Whether to minify it.
 * @returns The source of the module; `cloudflare:*` and `node:*` stay imports.
 * @throws {Error} If part of it cannot be built; the message names the file and line.
 */
export async function bundleWorker(entry = "src/worker/mod.ts", minify = false): Promise<string> {
  try {
    const { outputFiles: [module] } = await build({
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
      // Deno's compiler settings are not esbuild's; without this it would look for a tsconfig.json.
      tsconfigRaw: "{}",
    });
    if (module === undefined) throw new Error(`Cannot bundle ${entry}: nothing was written`);
    return module.text;
  } finally {
    await stop(); // it is a child process
  }
}

/** Packages that deno.json imports under another name than npm's, for example `@std/streams`. */
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
