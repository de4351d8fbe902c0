/**
 * One member of a list, each as likely as the others.
 *
 * @typeParam T What the list holds.
 * @param random Gives [0, 1).
 * @param list Must not be empty.
 * @returns The member.
 * @throws {RangeError} The list is empty.
 */
export function pick<T>(random: () => number, list: readonly T[]): T {
  if (list.length === 0) throw new RangeError("Cannot pick from an empty list");
  return list[Math.floor(random() * list.length)]!;
}
