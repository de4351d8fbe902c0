/** A key to try at one point of a path, and where the path continues after it. */
export interface PathStep {
  /** One segment, or several joined by dots. */
  key: string;
  /** The index of the segment after the key. */
  next: number;
  /** Whether every object inherits something under this key, so only an own member counts. */
  inherited: boolean;
}

/** A field name prepared for lookups: for each segment, the keys to try, longest first. */
export interface FieldPath {
  /** The name as written. */
  name: string;
  /** Empty for ".", the value itself. */
  steps: readonly (readonly PathStep[])[];
}

/** Names with more segments than this are looked up only as they are. */
const MAX_SEGMENTS = 16;

/**
 * Prepares a field name: "a.b.c" is tried as a key first, then "a.b" and "c", then "a" and "b.c".
 *
 * @param name The field name; "." means the value itself.
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
