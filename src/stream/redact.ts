/**
 * Takes secrets out of text that is about to be shown: whoever is sent a token can send it back, in
 * any spelling, and an error message would carry it to a log, a status page or a webhook.
 *
 * @module
 */

/** Returns a text without the secrets; the same text if it has none. */
export type Redact = (text: string) => string;

/** What stands for a secret. */
export const REDACTED = "[redacted]";
/**
 * A part of a secret counts as the secret from this length on, since text is cut before it is
 * shown; a shorter secret counts only as a whole. Less would take ordinary words for parts of one.
 */
const MIN_PART = 8;
/** No word would be left without the letters of a shorter one. */
const MIN_SECRET = 6;
/** How often spellings may be nested, such as a percent sign that is itself percent-encoded. */
const MAX_LAYERS = 4;
/** Messages are far shorter. Beyond this the text is not searched but cut. */
const MAX_LENGTH = 65_536;

/** One UTF-16 unit of a text as it reads, and the part of the text that spells it. */
interface Unit {
  readonly read: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Makes a function that takes secrets out of texts: in upper or lower case, percent-encoded, with
 * the escapes of JSON, JavaScript, C, HTML and quoted-printable, in hexadecimal and in base64; also
 * nested, in other widths of the same letters, broken by white space or invisible characters, or
 * cut.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { redactor } from "./redact.ts";
 *
 * const redact = redactor("c2VjcmV0-token");
 * assertEquals(redact("Bad token C2VJCMV0-TOKEN"), "Bad token [redacted]");
 * assertEquals(redact("at /%63%32VjcmV0-token?x=1"), "at /[redacted]?x=1");
 * assertEquals(redact(String.raw`"\u00632VjcmV0\u002dtoken"`), '"[redacted]"');
 * assertEquals(redact(`Basic ${btoa("me:c2VjcmV0-token")}`), "Basic bWU6[redacted]4=");
 * ```
 *
 * @param secrets The secrets: visible ASCII; what is shorter than six characters is ignored.
 * @returns The function. Text beyond 64 KiB is cut.
 */
export function redactor(...secrets: readonly string[]): Redact {
  const needles = secrets.filter(({ length }) => length >= MIN_SECRET).flatMap(spellings);
  const parts = new Map<number, Set<string>>();
  for (const needle of needles) {
    const length = Math.min(needle.length, MIN_PART);
    const known = parts.get(length) ?? new Set();
    for (let at = 0; at + length <= needle.length; at++) known.add(needle.slice(at, at + length));
    parts.set(length, known);
  }
  return (text) => {
    const shown = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
    const found: [start: number, end: number][] = [];
    for (const escapes of [ESCAPES, ESCAPES_OF_MAIL]) {
      for (const units of layersOf(shown, escapes)) findParts(units, parts, found);
    }
    return found.length === 0 ? shown : withoutSpans(shown, found);
  };
}

/** A secret as it reads in plain text, in hexadecimal and in base64, in lower case. */
function spellings(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret);
  const needles = [
    secret,
    Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""),
  ];
  if (bytes.length >= MIN_PART) {
    for (let before = 0; before < 3; before++) {
      // The characters that depend on nothing but the secret, whatever is encoded around it.
      const whole = btoa(`${"\0".repeat(before)}${secret}`).replace(/=+$/, "");
      const sure = whole.slice(
        Math.ceil(before * 4 / 3),
        Math.floor((before + bytes.length) * 4 / 3),
      );
      needles.push(sure, sure.replaceAll("+", "-").replaceAll("/", "_"));
    }
  }
  return [...new Set(needles.map((needle) => needle.toLowerCase()))];
}

/** Each has one group: the digits, name or sign that say which character is meant. */
const HEXADECIMAL = [
  /%u([0-9a-f]{4})/, // as escape() in JavaScript writes it
  /%([0-9a-f]{2})/,
  /\\{1,8}u([0-9a-f]{4})/,
  /\\{1,8}u\{0*([0-9a-f]{2,4})\}/,
  /\\{1,8}x([0-9a-f]{2})/,
  /&#x0*([0-9a-f]{2,4});?/,
];
const OTHERS = [/\\{1,8}([0-7]{3})/, /&#0*(\d{2,5});?/, /&(\w{2,8});/, /\\{1,8}([^\w\\%&=])/];
const ESCAPES = anyOf([...HEXADECIMAL, ...OTHERS]);
/** Not among the others: in a query, an equals sign comes before what is to be found. */
const ESCAPES_OF_MAIL = anyOf([/=([0-9a-f]{2})/, ...HEXADECIMAL, ...OTHERS]);

function anyOf(forms: readonly RegExp[]): RegExp {
  return new RegExp(forms.map(({ source }) => source).join("|"), "gi");
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  sol: "/",
  bsol: "\\",
  plus: "+",
  equals: "=",
  period: ".",
  comma: ",",
  colon: ":",
  semi: ";",
  lowbar: "_",
  hyphen: "-",
  dash: "-",
  tilde: "~",
  percnt: "%",
  num: "#",
  excl: "!",
  ast: "*",
  dollar: "$",
  commat: "@",
};

/** The text as it is, then with its escapes resolved, as long as there are any. */
function* layersOf(text: string, escapes: RegExp): Generator<Unit[], void, void> {
  let units: Unit[] = Array.from(text.split(""), (read, at) => ({ read, start: at, end: at + 1 }));
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    yield units;
    const line = units.map(({ read }) => read).join("");
    const resolved: Unit[] = [];
    let from = 0;
    for (const match of line.matchAll(escapes)) {
      const read = readEscape(match);
      if (read === undefined) continue;
      const { index } = match;
      const end = index + match[0].length;
      resolved.push(...units.slice(from, index));
      resolved.push({ read, start: units[index]!.start, end: units[end - 1]!.end });
      from = end;
    }
    if (resolved.length === 0) return;
    units = [...resolved, ...units.slice(from)];
  }
}

/** The character that an escape stands for; undefined if it is none. */
function readEscape([, ...groups]: RegExpMatchArray): string | undefined {
  const [octal, decimal, name, sign] = groups.slice(-4);
  const hex = groups.slice(0, -4).find((group) => group !== undefined);
  if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
  if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
  if (decimal !== undefined) return String.fromCharCode(Number(decimal));
  return name === undefined ? sign : ENTITIES[name.toLowerCase()];
}

const IGNORED = /^[\s\p{C}\p{Mn}]$/u;

/** The text in compatible letters of lower case, without what is invisible. */
function folded(units: readonly Unit[]): Unit[] {
  const result: Unit[] = [];
  for (let at = 0; at < units.length; at++) {
    let { read, start, end } = units[at]!;
    if (/[\ud800-\udbff]/.test(read) && at + 1 < units.length) {
      at++;
      read += units[at]!.read;
      end = units[at]!.end;
    }
    if (read >= "!" && read <= "~") result.push({ read: read.toLowerCase(), start, end });
    else if (!IGNORED.test(read)) {
      for (const letter of read.normalize("NFKC").toLowerCase().split("")) {
        result.push({ read: letter, start, end });
      }
    }
  }
  return result;
}

/** Finds where a text reads like a part of a secret, and adds what spells it to `found`. */
function findParts(
  units: readonly Unit[],
  parts: ReadonlyMap<number, ReadonlySet<string>>,
  found: [start: number, end: number][],
): void {
  const letters = folded(units);
  const line = letters.map(({ read }) => read).join("");
  for (const [length, known] of parts) {
    for (let at = 0; at + length <= line.length; at++) {
      if (!known.has(line.slice(at, at + length))) continue;
      found.push([letters[at]!.start, letters[at + length - 1]!.end]);
    }
  }
}

/** Replaces the spans, which may overlap. */
function withoutSpans(text: string, spans: [start: number, end: number][]): string {
  let result = "";
  let to = 0;
  for (const [start, end] of spans.sort(([one], [other]) => one - other)) {
    if (start > to || result === "") result += text.slice(to, start) + REDACTED;
    to = Math.max(to, end);
  }
  return result + text.slice(to);
}
