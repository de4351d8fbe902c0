/** Longer values are cut, and a hash of the whole takes the place of the rest. */
const MAX_LENGTH = 256;

/**
 * A value in a bounded length, so that no event makes state or an alert large.
 *
 * @param value Any string.
 * @returns The value itself if it has at most 256 UTF-16 units.
 */
export function shortText(value: string): string {
  if (value.length <= MAX_LENGTH) return value;
  return `${value.slice(0, MAX_LENGTH - 15)}…${hashText(value)}`;
}

/**
 * A hash of 53 bits as 14 hexadecimal digits; fast, and not meant to withstand an attacker.
 *
 * @param text Any string.
 */
export function hashText(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(16).padStart(14, "0");
}
