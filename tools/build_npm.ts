/**
 * `deno task build:npm`: makes the npm package in dist/npm, or in a folder that is given. Each
 * module becomes one file of JavaScript with its types, so that a bundler leaves out what is not
 * used. It has to work on Node 20: the compiler refuses what that lacks.
 *
 * @module
 */
import { build, stop } from "esbuild";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** What Node 20, the oldest runtime, has. */
const TARGET = "es2022";
const LIBRARY = ["es2023", "es2024.string", "dom", "dom.iterable", "dom.asynciterable"];
const ENGINES = { node: ">=20.19" };

/** Modules that contain what they import, since its name does not resolve everywhere. */
const WHOLE = ["src/stream/limited_bytes.ts", "rules/mod.ts"];

/** Packages of which a newer version may not do: we read internals of RE2JS. */
const EXACT: readonly string[] = ["re2js"];

interface Config {
  name: string;
  version: string;
  license: string;
  exports: Record<string, string>;
  imports: Record<string, string>;
  compilerOptions: Record<string, unknown>;
}

/**
 * Makes the package.
 *
 * @param out The folder, as an absolute path; what is in it is replaced.
 * @throws {Error} If something does not compile; the message names the file and line.
 */
export async function buildNpm(out: string): Promise<void> {
  const config: Config = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  await Deno.remove(out, { recursive: true }).catch(() => {});
  await Deno.mkdir(out, { recursive: true });
  const doors = Object.values(config.exports);
  await compile(doors, config, out);
  const packages = new Set<string>();
  for await (const file of filesOf(out)) {
    if (file.endsWith(".d.ts")) await rewrite(file, declarationForConsumers);
    for (const name of packagesIn(await Deno.readTextFile(file))) packages.add(name);
  }
  const bundled = ["@std/streams"];
  await bundleWhole(config, out);
  await Deno.writeTextFile(
    `${out}/package.json`,
    JSON.stringify(
      {
        name: config.name,
        version: config.version,
        description: "The ThousandEyes activity log as an async iterator, Sigma rules, and alerts",
        license: config.license,
        keywords: ["thousandeyes", "audit-log", "sigma", "siem", "async-iterator", "webhooks"],
        type: "module",
        sideEffects: false,
        engines: ENGINES,
        exports: Object.fromEntries(
          Object.entries(config.exports).map(([door, file]) => [door, {
            types: file.replace(/\.ts$/, ".d.ts"),
            default: file.replace(/\.ts$/, ".js"),
          }]),
        ),
        dependencies: Object.fromEntries(
          [...packages].filter((name) => !bundled.includes(name)).sort()
            .map((name) => [name, rangeOf(name, config.imports)]),
        ),
      },
      null,
      2,
    ) + "\n",
  );
  for (const file of ["README.md", "LICENSE", "CHANGELOG.md"]) {
    await Deno.copyFile(`${ROOT}${file}`, `${out}/${file}`);
  }
}

/** Compiles the modules that the doors need, and their types. */
async function compile(doors: string[], { compilerOptions }: Config, out: string): Promise<void> {
  const { jsx: _, jsxImportSource: __, ...strict } = compilerOptions;
  const folder = await Deno.makeTempDir({ prefix: "panoptes-npm-" });
  try {
    // The republication of @std has no types; the modules that import it state them.
    const untyped = `${folder}/untyped.d.ts`;
    await Deno.writeTextFile(untyped, 'declare module "@std/streams*";\n');
    const tsconfig = {
      compilerOptions: {
        ...strict,
        target: TARGET,
        lib: LIBRARY,
        types: [],
        module: "esnext",
        moduleResolution: "bundler",
        resolveJsonModule: true,
        rewriteRelativeImportExtensions: true,
        declaration: true,
        noEmitOnError: true,
        rootDir: ROOT,
        outDir: out,
      },
      files: [...doors.map((door) => ROOT + door), untyped],
    };
    await Deno.writeTextFile(`${folder}/tsconfig.json`, JSON.stringify(tsconfig));
    const { success, stdout } = await new Deno.Command(`${ROOT}node_modules/.bin/tsc`, {
      args: ["-p", folder],
      cwd: ROOT,
    }).output();
    if (!success) {
      throw new Error(`Cannot compile the package:\n${new TextDecoder().decode(stdout)}`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function bundleWhole({ imports }: Config, out: string): Promise<void> {
  const std = Object.entries(imports).filter(([name]) => name.startsWith("@std/streams"));
  try {
    await build({
      absWorkingDir: ROOT,
      entryPoints: WHOLE,
      outbase: ".",
      outdir: out,
      bundle: true,
      format: "esm",
      target: TARGET,
      platform: "neutral",
      alias: Object.fromEntries(std.map(([name, target]) => [name, packageOf(target).path])),
      logLevel: "silent",
      tsconfigRaw: "{}",
    });
  } finally {
    await stop(); // it is a child process
  }
  await Deno.remove(`${out}/rules/rules.json`).catch(() => {});
}

/** TypeScript leaves the names of files in declarations as they are. */
function declarationForConsumers(text: string): string {
  return text.replace(/(["'])(\.{1,2}\/[^"']+)\.ts\1/g, "$1$2.js$1");
}

async function rewrite(file: string, change: (text: string) => string): Promise<void> {
  await Deno.writeTextFile(file, change(await Deno.readTextFile(file)));
}

async function* filesOf(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* filesOf(path);
    else yield path;
  }
}

/** The packages that a compiled module, or its types, imports. */
function packagesIn(text: string): string[] {
  const code = text.replace(/^\s*\*.*$/gm, ""); // examples import as well
  return [...code.matchAll(/(?:from |import\()"((?:@[^/"]+\/)?[^./"@][^/"]*)/g)].flatMap((found) =>
    found[1] ?? []
  );
}

/** Which versions of a package do, from the one that deno.json names. */
function rangeOf(name: string, imports: Record<string, string>): string {
  const target = imports[name] ??
    Object.entries(imports).find(([from]) => from.startsWith(`${name}/`))?.[1] ?? "";
  const { version } = packageOf(target);
  return EXACT.includes(name) ? version : `^${version}`;
}

/** Takes `npm:name@version/path` apart. */
function packageOf(target: string): { path: string; version: string } {
  const [, name = "", version = "", path = ""] =
    /^npm:((?:@[^/]+\/)?[^@/]+)@([^/]+)(\/.*)?$/.exec(target) ?? [];
  if (version === "") throw new Error(`Cannot read '${target}' in deno.json: not npm:name@version`);
  return { path: `${name}${path}`, version };
}

if (import.meta.main) {
  const out = `${ROOT}dist/npm`;
  await buildNpm(out);
  // deno-lint-ignore no-console -- saying where it is, is what a tool is for
  console.log(`The package is in ${out}; to pack it: npm pack ./dist/npm`);
}
