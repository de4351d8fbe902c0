import { MODIFIERS } from "../modifiers.ts";
import type { SigmaValue } from "../sigma_rule.ts";
import type { YamlScalar } from "./yaml_tree.ts";

/**
 * What a value of an item stands for.
 *
 * A number that is searched for as a text is the text that was written: `contains: 00000429` is not about
 * every 429. Tools that read YAML 1.1 see such texts too.
 *
 * @param node The value; null where nothing stands.
 * @param field The field, or null for keywords, which are texts.
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
