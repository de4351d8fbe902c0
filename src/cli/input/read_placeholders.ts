import { parse } from "yaml";
import { UsageError } from "../usage_error.ts";

/** The lists behind `%name%`. */
export type Placeholders = Record<string, string[]>;

/**
 * Reads a YAML or JSON file of lists for the modifier expand: `name: [value, …]`.
 *
 * @param path The file.
 * @returns The lists by name.
 * @throws {UsageError} If the file cannot be read or holds anything else.
 */
export async function readPlaceholders(path: string): Promise<Placeholders> {
  let content: unknown;
  try {
    content = parse(await Deno.readTextFile(path));
  } catch (cause) {
    const reason = cause instanceof Deno.errors.NotFound
      ? "it does not exist"
      : cause instanceof Error
      ? cause.message.split("\n")[0]?.replace(/:$/, "")
      : String(cause);
    throw new UsageError(`Cannot read placeholders from '${path}': ${reason}`, { cause });
  }
  const lists: Placeholders = Object.create(null);
  if (typeof content !== "object" || content === null || Array.isArray(content)) throw wrong(path);
  for (const [name, values] of Object.entries(content)) {
    const texts = (Array.isArray(values) ? values : [values]).map((value) =>
      typeof value === "string" || typeof value === "number" ? String(value) : undefined
    );
    if (texts.length === 0 || texts.includes(undefined)) throw wrong(path, name);
    lists[name] = texts as string[];
  }
  return lists;
}

function wrong(path: string, name = "name"): UsageError {
  return new UsageError(
    `Cannot read placeholders from '${path}': expected a list of texts at '${name}', such as ` +
      `"Administrators: [root, adm_*]"`,
  );
}
