import type { RuleFile } from "../../sigma/lint/mod.ts";
import { TextLineStream } from "../../stream/std_streams.ts";
import { UsageError } from "../exit_code.ts";

/**
 * Reads rule files: each path is a YAML file, a folder with `.yml` and `.yaml` files at any depth,
 * or an `.ndjson` file with lines such as `{"file": …, "yaml": …}`.
 *
 * @param paths Files and folders.
 * @returns The files, folders in alphabetical order.
 * @throws {UsageError} If a path cannot be read or contains no rule file.
 */
export async function readRuleFiles(paths: readonly string[]): Promise<RuleFile[]> {
  const found: RuleFile[] = [];
  for (const path of paths) {
    const before = found.length;
    try {
      if ((await Deno.stat(path)).isDirectory) await readFolder(path, found);
      else if (/\.(ndjson|jsonl)$/i.test(path)) await readLines(path, found);
      else found.push({ file: path, text: await Deno.readFile(path) });
    } catch (cause) {
      if (cause instanceof UsageError) throw cause;
      const reason = cause instanceof Deno.errors.NotFound
        ? "it does not exist"
        : cause instanceof TypeError
        ? "it is not UTF-8"
        : cause instanceof Error
        ? cause.message
        : String(cause);
      throw new UsageError(`Cannot read rules from '${path}': ${reason}`, { cause });
    }
    if (found.length === before) {
      throw new UsageError(
        `Cannot read rules from '${path}': it contains no rules; name a .yml file, a folder of such files, ` +
          `or an .ndjson file with lines such as {"file": …, "yaml": …}`,
      );
    }
  }
  return found;
}

/** The text of a rule file, whether it was read as bytes or as text. */
export function textOf(text: RuleFile["text"]): string {
  return typeof text === "string" ? text : new TextDecoder().decode(text);
}

/** A document that is about rules, which may be in other files. */
const REFERS = /^(correlation|filter):/m;

/**
 * Reads what single rule files may refer to: if one has a correlation or a filter, the other rule
 * files of its folder, or of the folder above for a file in `filters`.
 *
 * @param paths Rule files; what is a folder contains its own.
 * @param files What has been read from them.
 * @returns The other files.
 */
export async function readNeighbours(
  paths: readonly string[],
  files: readonly RuleFile[],
): Promise<RuleFile[]> {
  const own = new Set(files.map(({ file }) => file));
  const texts = files.filter(({ file }) => paths.includes(file))
    .map(({ file, text }) => ({ file, text: textOf(text) }));
  const folders = texts.filter(({ text }) => REFERS.test(text))
    .map(({ file }) => folderOf(file).replace(/(^|[\\/])filters$/, "") || ".");
  const found: RuleFile[] = [];
  for (const folder of new Set(folders)) await readFolder(folder, found, false);
  return found.filter(({ file }) => !own.has(file) && !own.has(file.replace(/^\.\//, "")));
}

/**
 * Reads the filters that belong to one rule file: those of the folder `filters` beside it.
 *
 * @param path A rule file; a folder contains its own filters.
 * @returns The files, none if there is no such folder.
 */
export async function readFiltersBeside(path: string): Promise<RuleFile[]> {
  const found: RuleFile[] = [];
  const folder = `${folderOf(path)}/filters`;
  const isFolder = (name: string) => Deno.stat(name).then((it) => it.isDirectory, () => false);
  if (!await isFolder(path) && await isFolder(folder)) await readFolder(folder, found);
  return found;
}

/** The folder that a file is in. */
function folderOf(path: string): string {
  return /[\\/]/.test(path) ? path.replace(/[\\/][^\\/]*$/, "") : ".";
}

async function readFolder(folder: string, found: RuleFile[], isDeep = true): Promise<void> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  entries.sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isDirectory } of entries) {
    const path = `${folder.replace(/[\\/]$/, "")}/${name}`;
    if (name.startsWith(".") || name === "node_modules") continue;
    // A link to a folder is not followed: it may lead back.
    if (isDirectory) {
      if (isDeep) await readFolder(path, found);
    } else if (/\.ya?ml$/i.test(name) && (await Deno.stat(path)).isFile) {
      found.push({ file: path, text: await Deno.readFile(path) });
    }
  }
}

async function readLines(path: string, found: RuleFile[]): Promise<void> {
  const lines = (await Deno.open(path)).readable
    .pipeThrough(new TextDecoderStream("utf-8", { fatal: true }))
    .pipeThrough(new TextLineStream());
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line.trim() === "") continue;
    const rule = ruleOf(line);
    if (rule === undefined) {
      throw new UsageError(
        `Cannot read rules from '${path}': line ${number} is not {"file": "…", "yaml": "…"}`,
      );
    }
    found.push(rule);
  }
}

function ruleOf(line: string): RuleFile | undefined {
  try {
    const { file, yaml } = JSON.parse(line);
    return typeof file === "string" && typeof yaml === "string" ? { file, text: yaml } : undefined;
  } catch {
    return undefined;
  }
}
