import { MODIFIERS } from "../modifiers.ts";
import type { SigmaValue } from "../sigma_rule.ts";
import type { YamlScalar } from "./yaml_tree.ts";

/**
 * The meaning of a value of an item.
 *
 * A number that is searched for as a string is the string as written: `contains: 00000429` does not
 * match every 429. Tools that read YAML 1.1 see such strings too.
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
  if (typeof value !== "number" || String(value) === text) return value;
  const isText = field === null || modifiers.some((name) => MODIFIERS.get(name)?.readsText);
  return isText ? text : value;
}
