import { MODIFIERS } from "../modifiers.ts";
import type { SigmaValue } from "../sigma_rule.ts";
import type { YamlScalar } from "./yaml_tree.ts";

/**
 * The meaning of a value of an item.
 *
 * What is searched for as a string is the string as written: `contains: 00000429` does not match
 * every 429. Tools that read YAML 1.1 see such strings too.
 *
 * @param node The value; null where there is none.
 * @param field The field, or null for keywords, which are strings.
 * @param modifiers The modifiers of the item.
 * @returns undefined for what is not part of Sigma.
 */
export function itemValue(
  node: YamlScalar | null,
  field: string | null,
  modifiers: readonly string[],
): SigmaValue | undefined {
  if (node === null) return null;
  const { value, text } = node;
  if (String(value) === text || (typeof value !== "number" && typeof value !== "boolean")) {
    return value;
  }
  const type = typeof value === "number" ? "number" : "boolean";
  const isText = field === null || modifiers.some((name) => MODIFIERS.get(name)?.readsText);
  const takesIt = modifiers.every((name) => MODIFIERS.get(name)?.takes.includes(type));
  return isText && takesIt ? text : value;
}

/**
 * How a number is written, where that is a string of its own: an event may have `1.0` as a number,
 * which is 1, or as a string. The cases of `numeric.ts` list what is a number at all.
 *
 * @param value The meaning of the value.
 * @param node The value in the file.
 * @param modifiers The modifiers of the item.
 * @returns The string; null if the number is that string, or a modifier takes numbers only.
 */
export function writtenNumber(
  value: SigmaValue,
  node: YamlScalar | null,
  modifiers: readonly string[],
): string | null {
  if (typeof value !== "number" || node === null || node.text === String(value)) return null;
  const isPlain = modifiers.every((name) => ABOUT_ITEM.includes(name));
  return isPlain ? node.text : null;
}

/** The modifiers that leave values alone, and do not read them as strings. */
const ABOUT_ITEM: readonly string[] = ["all", "neq"];
