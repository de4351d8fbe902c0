import { dirname } from "node:path";
import { build } from "esbuild";
import { buildNpm } from "../../tools/build_npm.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const NODE_MODULES = `${ROOT}node_modules`;
const CONSUMERS = new URL("consumers/", import.meta.url).pathname;

/** What a program has printed, and how it ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A project that has installed the package as npm packs it, in a folder of its own outside of this
 * repository. The package's dependencies are those of this repository, so nothing is downloaded.
 */
export class InstalledPackage implements AsyncDisposable {
  /** The folder of the project, without a final slash. */
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Builds the package, packs it, and installs it in a project with the consumers. */
  static async create(): Promise<InstalledPackage> {
    const installed = new InstalledPackage(await Deno.makeTempDir({ prefix: "panoptes-package-" }));
    const { path } = installed;
    await buildNpm(`${path}/built`);
    const packed = await installed.run("npm", [
      "pack",
      "--offline",
      "--ignore-scripts",
      "--silent",
      "./built",
    ]);
    await installed.run("tar", ["xzf", packed.stdout.trim()]); // unpacks to package/
    const { name, dependencies }: { name: string; dependencies: Record<string, string> } = JSON
      .parse(await Deno.readTextFile(`${path}/package/package.json`));
    await Deno.mkdir(dirname(`${path}/node_modules/${name}`), { recursive: true });
    await Deno.rename(`${path}/package`, `${path}/node_modules/${name}`);
    for (const dependency of Object.keys(dependencies)) {
      const link = `${path}/node_modules/${dependency}`;
      await Deno.mkdir(dirname(link), { recursive: true });
      await Deno.symlink(await Deno.realPath(`${NODE_MODULES}/${dependency}`), link);
    }
    await Deno.writeTextFile(
      `${path}/package.json`,
      JSON.stringify({ name: "consumer", type: "module", dependencies: { [name]: "*" } }),
    );
    await Deno.writeTextFile(`${path}/deno.json`, '{ "nodeModulesDir": "manual" }');
    for await (const { name } of Deno.readDir(CONSUMERS)) {
      await Deno.copyFile(`${CONSUMERS}${name}`, `${path}/${name}`);
    }
    return installed;
  }

  /** Runs a program in the folder, and fails unless it succeeds. */
  async run(program: string, args: string[], env: Record<string, string> = {}): Promise<Ended> {
    const { code, stdout, stderr } = await new Deno.Command(program, { args, env, cwd: this.path })
      .output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    const ended = { code, stdout: text(stdout), stderr: text(stderr) };
    if (code === 0) return ended;
    throw new Error(`${program} ${args.join(" ")}: ${code}\n${ended.stdout}\n${ended.stderr}`);
  }

  /**
   * Checks the types of a consumer, those of the package and of its dependencies included, and
   * compiles it.
   */
  async compile(file: string, options: Record<string, unknown>): Promise<void> {
    const config = {
      compilerOptions: {
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        target: "es2022",
        rewriteRelativeImportExtensions: true,
        ...options,
      },
      files: [file],
    };
    const project = `tsconfig.${file}.json`;
    await Deno.writeTextFile(`${this.path}/${project}`, JSON.stringify(config));
    await this.run(`${NODE_MODULES}/.bin/tsc`, ["-p", project]);
  }

  /** Bundles a consumer for a browser or workerd, which have no modules of Node. */
  async bundle(file: string): Promise<string> {
    const { outputFiles: [module] } = await build({
      absWorkingDir: this.path,
      entryPoints: [file],
      bundle: true,
      write: false,
      format: "esm",
      target: "es2022",
      platform: "browser",
      logLevel: "silent",
      tsconfigRaw: "{}",
    });
    return module?.text ?? "";
  }

  /**
   * Bundles a module of this repository's tests such that it takes the API client from the
   * installed package.
   */
  async bundleTest(entry: string, out: string): Promise<void> {
    await build({
      absWorkingDir: ROOT,
      entryPoints: [entry],
      outfile: `${this.path}/${out}`,
      bundle: true,
      format: "esm",
      target: "es2022",
      platform: "node",
      alias: { "@std/assert": "deno-std/assert/mod.js" },
      logLevel: "silent",
      tsconfigRaw: "{}",
      plugins: [{
        name: "the client is the package's",
        setup({ onResolve }) {
          onResolve({ filter: /\/src\/thousandeyes\// }, () => ({
            path: "@panoptes/user-events",
            external: true,
          }));
        },
      }],
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** The program of Bun, which the `bun` package downloads for this platform. */
export async function bunProgram(): Promise<string> {
  const folder = `${dirname(await Deno.realPath(`${NODE_MODULES}/bun`))}/@oven`;
  for await (const { name } of Deno.readDir(folder)) {
    const program = `${folder}/${name}/bin/bun`;
    if (await runs(program)) return program; // there is one for each C library
  }
  throw new Error(`Cannot run Bun: no program in ${folder} runs on this machine`);
}

async function runs(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}
