const NULLS = new Set(["~", "null", "Null", "NULL"]);
const BOOLEANS = new Map([
  ["true", true],
  ["True", true],
  ["TRUE", true],
  ["false", false],
  ["False", false],
  ["FALSE", false],
]);
const INTEGER = /^[-+]?\d{1,15}$/;
const MAYBE_NUMBER = /^[-+]?\.?(?:\d|inf|nan)/i;

/**
 * What a plain text stands for: null, a boolean or a number, as the core schema of YAML 1.2 says.
 *
 * @param text A plain scalar, not empty.
 * @returns undefined for numbers that are not written as a few digits.
 */
export function plainValue(text: string): string | number | boolean | null | undefined {
  if (INTEGER.test(text)) return Number(text);
  if (text.length > 5 && !MAYBE_NUMBER.test(text)) return text;
  if (NULLS.has(text)) return null;
  const boolean = BOOLEANS.get(text);
  if (boolean !== undefined) return boolean;
  if (!MAYBE_NUMBER.test(text)) return text;
  if (/^[-+]?(?:0[ox]|[\d.]*(?:e[-+]?\d*)?$|\.inf|\.nan)/i.test(text)) return undefined;
  return text;
}
