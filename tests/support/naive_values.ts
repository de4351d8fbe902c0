import ipaddr from "ipaddr.js";
import type { DetectionItem, SigmaValue } from "../../src/sigma/mod.ts";

/** What an item is compared with. */
export interface Seen {
  /** The values at the field; undefined when it is absent. */
  members: unknown[] | undefined;
  /** Those that are strings, numbers or booleans, as strings. */
  texts: string[];
  /** The values of another field, as strings. */
  other: (field: string) => string[];
}

/** One test of the values that an item is compared with. */
export type NaiveTest = (seen: Seen) => boolean;

/** A string pattern: literal characters, "*" and "?" as wildcards, "-" as any dash. */
type Piece = { literal: string } | { wild: "*" | "?" };

const DASHES = ["-", "/", "\u2013", "\u2014", "\u2015"];
const TIME_PARTS = ["minute", "hour", "day", "week", "month", "year"];
const COMPARISONS: Record<string, (a: number, b: number) => boolean> = {
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
};

/** The tests that one value stands for; one of them must hold. */
export function naiveTests(
  value: SigmaValue,
  item: DetectionItem,
  lists: Readonly<Record<string, readonly (string | number)[]>>,
): NaiveTest[] {
  const { modifiers } = item;
  const has = (name: string) => modifiers.includes(name);
  if (has("exists")) return [({ members }) => (members !== undefined) === value];
  if (value === null) return [({ members }) => isNothing(members)];
  const time = modifiers.find((name) => TIME_PARTS.includes(name));
  const comparison = modifiers.find((name) => name in COMPARISONS);
  if (time) {
    const compare = comparison ? COMPARISONS[comparison]! : (a: number, b: number) => a === b;
    return [({ texts }) => texts.some((text) => compare(timePart(text, time), Number(value)))];
  }
  if (comparison) {
    const compare = COMPARISONS[comparison]!;
    return [({ texts }) => texts.some((text) => compare(numberOf(text), Number(value)))];
  }
  if (has("cidr")) return [({ texts }) => texts.some((text) => isInside(text, String(value)))];
  if (has("re")) return [regexTest(String(value), modifiers)];
  if (has("fieldref")) {
    return [({ texts, other }) =>
      other(String(value)).some((second) => {
        const literal = [...second].map((each): Piece => ({ literal: each }));
        const [pattern] = modifiers.reduce<Piece[][]>(
          (all, name) => all.flatMap((each) => applied(name, each)),
          [
            literal,
          ],
        );
        const regex = new RegExp(`^${source(pattern!)}$`, has("cased") ? "u" : "iu");
        return texts.some((text) => regex.test(text));
      })];
  }
  return patternsOf(String(value), item, lists).map((pieces) => {
    const regex = new RegExp(`^${source(pieces)}$`, has("cased") ? "u" : "iu");
    return ({ texts }: Seen) => texts.some((text) => regex.test(text));
  });
}

function isNothing(members: unknown[] | undefined): boolean {
  const all = members?.flat(Infinity) ?? [];
  return all.length === 0 || all.includes(null);
}

function patternsOf(
  value: string,
  { field, modifiers }: DetectionItem,
  lists: Readonly<Record<string, readonly (string | number)[]>>,
): Piece[][] {
  let patterns = modifiers.includes("expand")
    ? expanded(value, lists).map(pieces)
    : [pieces(value)];
  const isOpen = field === null &&
    !modifiers.some((name) => /contains|startswith|endswith/.test(name));
  for (const modifier of [...modifiers, ...(isOpen ? ["contains"] : [])]) {
    patterns = patterns.flatMap((pattern) => applied(modifier, pattern));
  }
  return patterns;
}

function applied(modifier: string, pattern: Piece[]): Piece[][] {
  const any: Piece = { wild: "*" };
  const text = () => pattern.map((piece) => "literal" in piece ? piece.literal : "").join("");
  const literal = (all: string) => [...all].map((each): Piece => ({ literal: each }));
  switch (modifier) {
    case "contains":
      return [[any, ...pattern, any]];
    case "startswith":
      return [[...pattern, any]];
    case "endswith":
      return [[any, ...pattern]];
    case "windash":
      return dashed(pattern);
    case "base64":
      return [literal(btoa(bytesOf(text())))];
    case "base64offset":
      return [0, 1, 2].map((offset) => literal(commonBase64(bytesOf(text()), offset)));
    default:
      return [pattern];
  }
}

function pieces(value: string): Piece[] {
  const found = value.match(/\\[*?\\]|[\s\S]/gu) ?? [];
  return found.map((part): Piece => {
    if (part === "*" || part === "?") return { wild: part };
    return { literal: part.length > 1 && part[0] === "\\" ? part.slice(1) : part };
  });
}

function source(pattern: readonly Piece[]): string {
  return pattern.map((piece) => {
    if ("wild" in piece) return piece.wild === "*" ? "[^]*" : "[^]";
    return [...piece.literal].map((each) => `\\u{${each.codePointAt(0)!.toString(16)}}`).join("");
  }).join("");
}

function expanded(
  value: string,
  lists: Readonly<Record<string, readonly (string | number)[]>>,
): string[] {
  const found = /%(\w+)%/.exec(value);
  if (!found) return [value];
  return lists[found[1]!]!.flatMap((each) =>
    expanded(value.replace(found[0], () => String(each)), lists)
  );
}

/** Every permutation, one string for each. */
function dashed(pattern: Piece[]): Piece[][] {
  const isWord = (piece: Piece | undefined) =>
    piece && "literal" in piece && /[\p{L}\p{M}\p{N}_]/u.test(piece.literal);
  return pattern.reduce<Piece[][]>((all, piece, index) => {
    const isDash = "literal" in piece && DASHES.includes(piece.literal) &&
      !isWord(pattern[index - 1]) && isWord(pattern[index + 1]);
    const choices = isDash ? DASHES.map((literal): Piece => ({ literal })) : [piece];
    return all.flatMap((each) => choices.map((choice) => [...each, choice]));
  }, [[]]);
}

function bytesOf(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => String.fromCharCode(byte)).join("");
}

/** The part of a base64 string that does not depend on the bytes before and after. */
function commonBase64(bytes: string, offset: number): string {
  const padding = "\0".repeat(offset);
  const filled = "\xff".repeat(offset);
  const [a, b] = [btoa(`${padding}${bytes}\0\0\0`), btoa(`${filled}${bytes}\xff\xff\xff`)];
  const same = [...a].map((unit, index) => unit === b[index]);
  const start = same.indexOf(true);
  const end = same.indexOf(false, start);
  return a.slice(start, end < 0 ? undefined : end);
}

function regexTest(pattern: string, modifiers: readonly string[]): NaiveTest {
  const [, inline = "", rest = ""] = /^(?:\(\?([ims]+)\))?([^]*)$/.exec(pattern)!;
  const flags = new Set([...inline, ...modifiers.filter((name) => /^[ims]$/.test(name))]);
  const anchored = modifiers.includes("startswith")
    ? `^(?:${rest})`
    : modifiers.includes("endswith")
    ? `(?:${rest})$`
    : rest;
  const regex = nativeRegex(anchored, [...flags].join(""));
  const endsLine = rest.includes("$") && !flags.has("m");
  return ({ texts }) =>
    texts.some((text) => regex.test(text) || (endsLine && regex.test(text.replace(/\n$/, ""))));
}

/** By code points, as in RE2; escapes that only the older syntax allows are rare enough. */
function nativeRegex(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, `${flags}u`);
  } catch {
    return new RegExp(pattern, flags);
  }
}

function numberOf(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? parseFloat(text) : NaN;
}

function isInside(text: string, network: string): boolean {
  try {
    const [outer, length] = ipaddr.parseCIDR(network.includes("/") ? network : `${network}/32`);
    const bare = text.replace(/%[^/]*/, "");
    const [address, prefix] = bare.includes("/")
      ? ipaddr.parseCIDR(bare)
      : [ipaddr.process(bare), Infinity];
    if (!bare.includes(":") && !/^\d+\.\d+\.\d+\.\d+(\/\d+)?$/.test(bare)) return false;
    return address.kind() === outer.kind() && prefix >= length && address.match([outer, length]);
  } catch {
    return false;
  }
}

function timePart(text: string, part: string): number {
  const iso = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  if (!iso) return NaN;
  const date = new Date(text.replace(" ", "T") + (iso[1] && !iso[4] ? "Z" : ""));
  const values: Record<string, number> = {
    minute: date.getUTCMinutes(),
    hour: date.getUTCHours(),
    day: date.getUTCDate(),
    week: weekOf(date),
    month: date.getUTCMonth() + 1,
    year: date.getUTCFullYear(),
  };
  return values[part]!;
}

/** Counts back to the Monday of the first week. */
function weekOf(date: Date): number {
  const monday = (time: number) => time - ((new Date(time).getUTCDay() + 6) % 7) * 864e5;
  const day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  const year = new Date(monday(day) + 3 * 864e5).getUTCFullYear();
  return Math.round((monday(day) - monday(Date.UTC(year, 0, 4))) / (7 * 864e5)) + 1;
}
