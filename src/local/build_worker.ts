import { fileURLToPath } from "node:url";
import { build, stop } from "esbuild";

const root = new URL("../../", import.meta.url);

/** The Worker in one module. */
export interface BuiltWorker {
  /** Its source. */
  readonly text: string;
  /** The files that it is made of, relative to the root of the project, with their bytes in it. */
  readonly files: ReadonlyMap<string, number>;
}

/**
 * Bundles the Worker into one module, as `wrangler deploy` does, from the packages in
 * `node_modules`. The rules must be built first.
 *
 * @param entry The Worker's entry, relative to the root of the project.
 * @param minify Whether to minify it.
 * @returns The module; `cloudflare:*` and `node:*` stay imports.
 * @throws {Error} If part of it cannot be built; the message names the file and line.
 */
export async function buildWorker(
  entry = "src/worker/mod.ts",
  minify = false,
): Promise<BuiltWorker> {
  try {
    const { outputFiles: [module], metafile } = await build({
      absWorkingDir: fileURLToPath(root),
      entryPoints: [entry],
      bundle: true,
      write: false,
      metafile: true,
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
    const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
    return {
      text: module.text,
      files: new Map(inputs.map(([file, { bytesInOutput }]) => [file, bytesInOutput])),
    };
  } finally {
    await stop(); // it is a child process
  }
}

/**
 * The source that `buildWorker()` makes.
 *
 * @param entry As there.
 * @param minify As there.
 * @returns The source of the module.
 */
export async function bundleWorker(entry?: string, minify?: boolean): Promise<string> {
  return (await buildWorker(entry, minify)).text;
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
