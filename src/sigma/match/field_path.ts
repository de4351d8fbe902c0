/** A key to try at one point of a path, and where the path goes on after it. */
export interface PathStep {
  /** A segment, or several with their dots. */
  key: string;
  /** The segment after the key. */
  next: number;
  /** Whether every object inherits something under this key, so that only an own member counts. */
  inherited: boolean;
}

/** A field name made ready for look-ups: for each segment, the keys to try, the longest first. */
export interface FieldPath {
  /** The name as written. */
  name: string;
  /** Empty for ".", which is the value itself. */
  steps: readonly (readonly PathStep[])[];
}

/** Names with more dots than this are looked up literally only. */
const MAX_SEGMENTS = 16;

/**
 * Prepares a field name: "a.b.c" is the literal key first, then "a.b" with "c", then "a" with "b.c".
 *
 * @param name The field name; "." is the value itself.
 * @returns The path.
 */
export function fieldPath(name: string): FieldPath {
  if (name === ".") return { name, steps: [] };
  const split = name.split(".");
  const segments = split.length > MAX_SEGMENTS ? [name] : split;
  const steps = segments.map((_, from) => {
    const tries: PathStep[] = [];
    for (let next = segments.length; next > from; next--) {
      const key = segments.slice(from, next).join(".");
      tries.push({ key, next, inherited: key in Object.prototype });
    }
    return tries;
  });
  return { name, steps };
}
