import { assert, assertEquals } from "@std/assert";

/** A folder imports only from itself and from folders before it. */
const FOLDERS = [
  "stream",
  "thousandeyes",
  "sigma",
  "alert",
  "store",
  "delivery",
  "sse",
  "watch",
  "http",
  "dashboard",
  "emulator",
  "service",
  "worker",
  "server",
  "cli",
  "local",
];
const CORE = new Set([...FOLDERS.slice(0, FOLDERS.indexOf("http")), "service"]);

/** Folders that may import less than their place in the list allows. */
const NARROWER: Record<string, string[]> = {
  sigma: ["stream"], // it knows nothing of ThousandEyes and has its own door
  sse: ["stream", "store"],
  emulator: ["stream", "thousandeyes"], // it stands for the far end, so it shares none of our machinery
};

/**
 * Rooms inside a folder, in order: a folder or file that is listed here imports only itself and those
 * listed before it. Files that are not listed, such as the folder's own door, may import all of them.
 */
const ROOMS: Record<string, string[]> = {
  thousandeyes: ["event", "errors", "page", "otlp", "stream"],
  sigma: [
    // The words that all of the language shares,
    "vocabulary.ts",
    "modifiers.ts",
    "problem.ts",
    "sigma_rule.ts",
    "mark_base_rules.ts",
    "sigma_error.ts",
    "closest.ts",
    "field_key.ts",
    "fold.ts",
    "odd_letters.ts",
    // then what runs a rule, then what reads one.
    "regex",
    "match",
    "compile",
    "index",
    "correlation",
    "suppress.ts",
    "panoptes_field.ts",
    "regex_compiler",
    "parse",
    "lint",
  ],
  cli: [
    "exit_code.ts",
    "output",
    "input",
    "cli_command.ts",
    "common_options.ts",
    "commands",
    "panoptes_command.ts",
  ],
  http: [
    "answer",
    "request",
    "access",
    "request_record.ts",
    "log_access.ts",
    "feed",
    "route.ts",
    "long_answer.ts",
    "otlp_answer.ts",
    "routes",
    "routes.ts",
  ],
};

/** Which folders may import a package or scheme; a name that is not here may be imported by all. */
const ONLY_IN: [RegExp, string[]][] = [
  [/^jose(\/|$)/, ["http"]],
  [/^hono(\/|$)/, ["http", "dashboard", "emulator", "cli"]],
  [/^(preact|@preact\/signals|@tanstack\/virtual-core|uplot)(\/|$)/, ["dashboard"]],
  [/^cloudflare:/, ["worker"]],
  [/^node:/, ["worker", "server", "cli", "local"]],
  [/^miniflare(\/|$)/, []], // it opens doors of its own; only tests use it
  [/^ipaddr\.js$/, []], // tests hold our own reading of addresses to it
  [/^(wrangler|workerd|esbuild|commander)(\/|$)/, ["cli", "local"]],
];

/** The one timer, and the one place that writes to the log of the service. */
const EXCEPT = /\/(stream\/wait|service\/report)\.ts$/;

/** What the runtime-neutral folders must not name in their code. */
const RUNTIME_NAMES = /\b(Deno\.|console\.|process\.|setInterval\(|setTimeout\()/;

interface Module {
  specifier: string;
  dependencies?: {
    specifier: string;
    code?: { specifier: string };
    type?: { specifier: string };
  }[];
}

const root = new URL("../", import.meta.url);

async function sources(folder: URL): Promise<URL[]> {
  const found: URL[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isDirectory) found.push(...await sources(new URL(`${entry.name}/`, folder)));
    else if (/\.tsx?$/.test(entry.name)) found.push(new URL(entry.name, folder));
  }
  return found;
}

function folderOf(specifier: string): string | undefined {
  const path = specifier.startsWith(root.href) ? specifier.slice(root.href.length) : "";
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

/** The folder or file directly inside `folder` that a module belongs to. */
function roomOf(folder: string, specifier: string): string {
  return specifier.slice(new URL(`src/${folder}/`, root).href.length).split("/")[0] ?? "";
}

async function modules(): Promise<Module[]> {
  const all = await sources(new URL("src/", root));
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(entry, all.map((url) => `import "${url.href}";`).join("\n"));
    const info = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--config", new URL("deno.json", root).pathname, entry],
      stderr: "inherit",
    }).output();
    return JSON.parse(new TextDecoder().decode(info.stdout)).modules;
  } finally {
    await Deno.remove(entry);
  }
}

Deno.test("a folder of src/ imports only from the folders above it in the layout", async () => {
  const against: string[] = [];
  for (const module of await modules()) {
    const from = folderOf(module.specifier);
    if (from === undefined) continue;
    const place = FOLDERS.indexOf(from);
    if (place < 0) against.push(`${from}/ has no place in the layout`);
    const allowed = new Set([from, ...(NARROWER[from] ?? FOLDERS.slice(0, place))]);
    for (const dependency of module.dependencies ?? []) {
      const resolved = dependency.code?.specifier ?? dependency.type?.specifier ?? "";
      const to = folderOf(resolved);
      const file = module.specifier.slice(root.href.length);
      if (to !== undefined && !allowed.has(to)) {
        against.push(`${file} imports ${to}/: ${dependency.specifier}`);
      }
      for (const [name, folders] of ONLY_IN) {
        if (name.test(dependency.specifier) && !folders.includes(from)) {
          against.push(`${file} imports ${dependency.specifier}`);
        }
      }
      if (
        to === undefined && resolved.startsWith(root.href) && !resolved.includes("/node_modules/")
      ) {
        against.push(`${file} imports ${dependency.specifier}, which is outside src/`);
      }
    }
  }
  assertEquals(against, []);
});

Deno.test("a room inside a folder imports only from the rooms listed before it", async () => {
  const against: string[] = [];
  for (const { specifier, dependencies = [] } of await modules()) {
    const folder = folderOf(specifier) ?? "";
    const rooms = ROOMS[folder];
    if (rooms === undefined) continue;
    const from = roomOf(folder, specifier);
    const file = specifier.slice(root.href.length);
    if (!rooms.includes(from)) {
      if (!from.includes(".")) against.push(`${file}: ${from}/ is not in the list of ${folder}/`);
      continue;
    }
    const allowed = rooms.slice(0, rooms.indexOf(from) + 1);
    for (const dependency of dependencies) {
      const to = dependency.code?.specifier ?? dependency.type?.specifier ?? "";
      if (folderOf(to) === folder && !allowed.includes(roomOf(folder, to))) {
        against.push(`${file} imports ${dependency.specifier}`);
      }
    }
  }
  assertEquals(against, []);
});

Deno.test("no file imports itself by way of others, not even a type", async () => {
  const imports = new Map((await modules()).map(({ specifier, dependencies = [] }) => [
    specifier,
    dependencies.flatMap(({ code, type }) => code?.specifier ?? type?.specifier ?? [])
      .filter((to) => folderOf(to) !== undefined),
  ]));
  const done = new Set<string>();
  const circles: string[] = [];
  function walk(file: string, way: readonly string[]): void {
    if (way.includes(file)) {
      const names = [...way.slice(way.indexOf(file)), file];
      circles.push(names.map((name) => name.slice(root.href.length)).join(" -> "));
    }
    if (done.has(file)) return;
    done.add(file);
    for (const to of imports.get(file) ?? []) walk(to, [...way, file]);
  }
  for (const file of imports.keys()) walk(file, []);
  assert(done.size > 300);
  assertEquals(circles, []);
});

Deno.test("what matches needs neither a YAML parser nor a regex compiler: not the engine's own door, and not the Worker", async () => {
  for (const entry of ["src/sigma/engine.ts", "src/worker/mod.ts"]) {
    const info = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", new URL(entry, root).pathname],
      cwd: root,
      stderr: "inherit",
    }).output();
    const found: Module[] = JSON.parse(new TextDecoder().decode(info.stdout)).modules;
    assert(found.length > 10, entry);
    const importers = found.filter(({ dependencies = [] }) =>
      dependencies.some(({ specifier, code }) =>
        code !== undefined && (specifier === "yaml" || specifier === "re2js")
      )
    );
    assertEquals(importers.map(({ specifier }) => specifier), [], entry);
  }
});

Deno.test("the core names no runtime, no console and no timer of its own", async () => {
  const against: string[] = [];
  for (const url of await sources(new URL("src/", root))) {
    const folder = folderOf(url.href);
    if (folder === undefined || !CORE.has(folder) || EXCEPT.test(url.pathname)) continue;
    const text = await Deno.readTextFile(url);
    for (const [index, line] of text.split("\n").entries()) {
      const code = line.replace(/^\s*(\*|\/\/|\/\*).*$/, "").replace(/\/\/.*$/, "");
      if (RUNTIME_NAMES.test(code)) {
        against.push(`${url.pathname.slice(root.pathname.length)}:${index + 1}: ${line.trim()}`);
      }
    }
  }
  assertEquals(against, []);
});

Deno.test("the library's doors only re-export", async () => {
  for (const door of ["mod.ts", "src/thousandeyes/client.ts"]) {
    const code = (await Deno.readTextFile(new URL(door, root)))
      .replace(/\/\*[\s\S]*?\*\//g, "")
      .replace(/\/\/.*$/gm, "")
      .replace(/export\s+(type\s+)?\{[^}]*\}\s+from\s+"[^"]+";/g, "")
      .trim();
    assertEquals(code, "", door);
  }
});
