/** An address or a network: four words of 32 bits; IPv4 uses only the last one. */
export interface Network {
  /** 4 or 6. */
  family: 4 | 6;
  /** The high words of an IPv6 address; 0 for IPv4. */
  a: number;
  /** See `a`. */
  b: number;
  /** See `a`. */
  c: number;
  /** The whole of an IPv4 address, the low word of an IPv6 one. */
  d: number;
  /** The number of leading bits that count: 0-32 or 0-128. */
  prefix: number;
}

const SLASH = 47;
const DOT = 46;
const COLON = 58;
const PERCENT = 37;
const ZERO = 48;

/**
 * Reads an address or a network in CIDR notation; IPv4 addresses mapped into IPv6 count as IPv4.
 *
 * @param text Such as "10.1.2.3", "99.128.0.0/11", "2001:db8::/32", "fe80::1%eth0".
 * @param into The object to fill and return, so that reading many addresses allocates nothing.
 * @returns `into`, or undefined if the string is not an address.
 */
export function parseNetwork(text: string, into: Network): Network | undefined {
  const { length } = text;
  if (length < 2 || length > 64) return undefined;
  let end = length;
  let isV6 = false;
  let zone = -1;
  for (let at = 0; at < length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === SLASH) {
      end = at;
      break;
    }
    if (unit === COLON) isV6 = true;
    else if (unit === PERCENT && zone < 0) zone = at;
  }
  const stop = isV6 && zone >= 0 ? zone : end;
  into.family = isV6 ? 6 : 4;
  into.a = into.b = into.c = 0;
  if (isV6 ? !parseV6(text, stop, into) : !parseV4(text, 0, stop, into)) return undefined;
  const max = isV6 ? 128 : 32;
  into.prefix = end === length ? max : parsePrefix(text, end + 1, max);
  if (into.prefix < 0) return undefined;
  const isMapped = isV6 && into.a === 0 && into.b === 0 && into.c === 0xffff && into.prefix >= 96;
  if (isMapped) {
    into.family = 4;
    into.c = 0;
    into.prefix -= 96;
  }
  return into;
}

/** An empty network, to be filled. */
export function emptyNetwork(): Network {
  return { family: 4, a: 0, b: 0, c: 0, d: 0, prefix: 0 };
}

/** Whether the inner address or network lies entirely within the outer one. */
export function contains(outer: Network, inner: Network): boolean {
  if (outer.family !== inner.family || inner.prefix < outer.prefix) return false;
  if (outer.family === 4) return sameBits(outer.d, inner.d, outer.prefix);
  return sameBits(outer.a, inner.a, outer.prefix) &&
    sameBits(outer.b, inner.b, outer.prefix - 32) &&
    sameBits(outer.c, inner.c, outer.prefix - 64) &&
    sameBits(outer.d, inner.d, outer.prefix - 96);
}

/** The word with all but its leading bits cleared. */
export function masked(word: number, bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? word : (word & (-1 << (32 - bits))) >>> 0;
}

function sameBits(a: number, b: number, bits: number): boolean {
  return masked(a, bits) === masked(b, bits);
}

function parsePrefix(text: string, from: number, max: number): number {
  if (from >= text.length || text.length - from > 3) return -1;
  let prefix = 0;
  for (let at = from; at < text.length; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    prefix = prefix * 10 + digit;
  }
  return prefix > max ? -1 : prefix;
}

/** Four decimal bytes without leading zeros, which some parsers read as octal. */
function parseV4(text: string, from: number, end: number, into: Network): boolean {
  let word = 0;
  let byte = 0;
  let digits = 0;
  let bytes = 0;
  for (let at = from; at <= end; at++) {
    const unit = at === end ? DOT : text.charCodeAt(at);
    if (unit === DOT) {
      if (digits === 0 || ++bytes > 4) return false;
      word = word * 256 + byte;
      byte = 0;
      digits = 0;
    } else {
      const digit = unit - ZERO;
      if (digit < 0 || digit > 9 || (digits > 0 && byte === 0)) return false;
      byte = byte * 10 + digit;
      digits++;
      if (byte > 255) return false;
    }
  }
  into.d = word;
  return bytes === 4;
}

const groups = new Uint16Array(8);

function parseV6(text: string, end: number, into: Network): boolean {
  let count = 0;
  let gap = -1;
  let at = 0;
  if (text.charCodeAt(0) === COLON) {
    if (text.charCodeAt(1) !== COLON) return false;
    gap = 0;
    at = 2;
  }
  while (at < end) {
    if (count === 8) return false;
    let value = 0;
    const from = at;
    for (; at < end && at - from < 5; at++) {
      const digit = hexDigit(text.charCodeAt(at));
      if (digit < 0) break;
      value = value * 16 + digit;
    }
    if (at === from || at - from > 4) return false;
    if (at < end && text.charCodeAt(at) === DOT) {
      if (count > 6 || !parseV4(text, from, end, into)) return false;
      groups[count++] = into.d >>> 16;
      groups[count++] = into.d & 0xffff;
      at = end;
      break;
    }
    groups[count++] = value;
    if (at === end) break;
    if (text.charCodeAt(at) !== COLON || ++at === end) return false;
    if (text.charCodeAt(at) !== COLON) continue;
    if (gap >= 0) return false;
    gap = count;
    at++;
  }
  if (gap < 0 ? count !== 8 : count > 7) return false;
  if (gap >= 0) {
    const moved = count - gap;
    groups.copyWithin(8 - moved, gap, count);
    groups.fill(0, gap, 8 - moved);
  }
  into.a = (groups[0]! * 0x10000) + groups[1]!;
  into.b = (groups[2]! * 0x10000) + groups[3]!;
  into.c = (groups[4]! * 0x10000) + groups[5]!;
  into.d = (groups[6]! * 0x10000) + groups[7]!;
  return true;
}

function hexDigit(unit: number): number {
  if (unit >= 48 && unit <= 57) return unit - 48;
  const lower = unit | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
