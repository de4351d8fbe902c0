import type { Problem } from "../problem.ts";
import { Source } from "./source.ts";

/** A value list that has been read. */
export interface ValueList {
  /** The name of its placeholder: `allowed_networks` for `%allowed_networks%`. */
  readonly name: string;
  /** Its values, as written. */
  readonly values: readonly string[];
  /** What is wrong with it, each with its place. */
  readonly problems: readonly Problem[];
}

/**
 * Reads a value list: a text file with one value on each line, for the modifier `expand`. What
 * follows a `#` at the start of a line or after a space is a comment.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseValueList } from "./parse_value_list.ts";
 *
 * const text = "# Offices\n10.0.0.0/8\n192.0.2.0/24  # Oslo\n";
 * const { name, values } = parseValueList(text, "rules/lists/allowed_networks.txt");
 * assertEquals([name, values], ["allowed_networks", ["10.0.0.0/8", "192.0.2.0/24"]]);
 * ```
 *
 * @param text The content of the file.
 * @param file Its path; its name without `.txt` is that of the placeholder.
 * @returns The list, with its problems if any.
 */
export function parseValueList(text: string, file: string): ValueList {
  const source = new Source(text.replace(/^\ufeff/, ""), { file });
  const name = file.replace(/^.*[\\/]/, "").replace(/\.txt$/i, "");
  const values = source.text.split("\n")
    .map((line) => line.replace(/(^|\s)#.*/, "").trim()).filter((value) => value !== "");
  if (!/^\w+$/.test(name)) {
    const message = `The name '${name}' cannot be written as a placeholder`;
    const meant = `${name.replace(/\W+/g, "_")}.txt`;
    source.report("value-placeholder", message, null, `Rename the file to ${meant}`);
  }
  if (values.length === 0) {
    const advice = "Write one value on each line, or remove the file and the rules that need it";
    source.report("value-placeholder", `The list '${name}' is empty`, null, advice);
  }
  const lost = source.text.indexOf("\ufffd");
  if (lost >= 0) {
    const message = "The character U+FFFD stands for bytes that are not UTF-8";
    source.report("yaml-encoding", message, [lost, lost + 1], "save the file as UTF-8");
  }
  return { name, values, problems: source.problems };
}
