/**
 * Makes a copy of `value` without those of its members in `names` that are null or undefined, or gives
 * back `value` itself when there is none. Other members stay, null or not: they are not ours to judge.
 *
 * @param value An object that may be returned as it is.
 * @param names The members that a null removes.
 */
export function dropNulls(
  value: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> {
  if (!names.some((name) => name in value && (value[name] ?? null) === null)) return value;
  const kept: Record<string, unknown> = { ...value };
  for (const name of names) {
    if ((kept[name] ?? null) === null) delete kept[name];
  }
  return kept;
}
