import { parseValueList } from "../../sigma/parse/parse_value_list.ts";
import type { Problem } from "../../sigma/mod.ts";
import { type Placeholders, readPlaceholders } from "./option_values.ts";

/** The lists that rules are read with. */
export interface ValueLists {
  /** The lists by name, if there is a folder of lists or the option. */
  readonly lists: { readonly placeholders?: Placeholders };
  /** What is wrong with the files. */
  readonly problems: readonly Problem[];
}

/**
 * Reads the value lists that belong to rules: the `.txt` files of the folder `lists` beside them,
 * and what the option `--placeholders` names, which comes first.
 *
 * @param paths Rule files and folders, as the command line names them.
 * @param option The file of `--placeholders`, if it is set.
 * @returns The lists, and the problems of their files.
 * @throws {UsageError} If the file of the option cannot be read.
 */
export async function readValueLists(
  paths: readonly string[],
  option?: string,
): Promise<ValueLists> {
  const { placeholders } = await readPlaceholders(option);
  const found = await Promise.all((await foldersOf(paths)).map(readFolder));
  const files = found.flatMap((folder) => folder ?? []);
  if (placeholders === undefined && found.every((folder) => folder === undefined)) {
    return { lists: {}, problems: [] };
  }
  return {
    lists: {
      placeholders: {
        ...Object.fromEntries(files.map(({ name, values }) => [name, [...values]])),
        ...placeholders,
      },
    },
    problems: files.flatMap(({ problems }) => problems),
  };
}

/** The folders in which lists may be, each once: those of the paths, and of their `filters`. */
async function foldersOf(paths: readonly string[]): Promise<string[]> {
  const folders = await Promise.all(paths.map(async (path) => {
    const folder = await isFolder(path) ? path.replace(/[\\/]+$/, "") : parentOf(path);
    return /(^|[\\/])filters$/.test(folder) ? parentOf(folder) : folder;
  }));
  return [...new Set(folders.map((folder) => `${folder}/lists`))];
}

function parentOf(path: string): string {
  const slash = path.search(/[\\/][^\\/]*$/);
  return slash < 0 ? "." : path.slice(0, slash);
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
}

/** The lists of a folder, by name; undefined if there is no such folder. */
async function readFolder(folder: string) {
  if (!await isFolder(folder)) return undefined;
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const names = entries.filter(({ name, isDirectory }) => !isDirectory && /\.txt$/i.test(name))
    .map(({ name }) => name).sort();
  return await Promise.all(
    names.map(async (name) =>
      parseValueList(await Deno.readTextFile(`${folder}/${name}`), `${folder}/${name}`)
    ),
  );
}
