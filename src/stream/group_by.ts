/**
 * `Map.groupBy()`, which Node 20 lacks; delete this when the package needs a newer Node.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { groupBy } from "./group_by.ts";
 *
 * const groups = groupBy([1, 2, 3], (number) => number % 2 === 0 ? "even" : "odd");
 * assertEquals([...groups], [["odd", [1, 3]], ["even", [2]]]);
 * ```
 *
 * @typeParam Key What the groups are named by.
 * @typeParam Item What is grouped.
 * @param items The items, in order.
 * @param keyOf The key of an item.
 * @returns The groups in the order of their first items.
 */
export function groupBy<Key, Item>(
  items: Iterable<Item>,
  keyOf: (item: Item) => Key,
): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
