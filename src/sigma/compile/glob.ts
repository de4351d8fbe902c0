import { ANY, DASH, DASHES, ONE, type TextPart } from "./text_parts.ts";

/** What is between two `*`; it has a fixed length. */
interface Segment {
  /** Literals with their offsets in the segment. */
  runs: readonly { text: string; offset: number }[];
  /** Offsets of dashes. */
  dashes: readonly number[];
  length: number;
}

const HAS_PAIR = /[\ud800-\udbff][\udc00-\udfff]/;

/** Replaces characters outside the Basic Multilingual Plane, so that `?` counts them once. */
const PRIVATE_USE = 0xe000;

/**
 * Compiles a pattern with wildcards. Each segment is searched for as far left as possible, which is
 * enough because `*` matches anything in between. The cost is at most text length times segments.
 *
 * @param parts Literals and wildcards.
 * @returns A function that tells whether a whole string matches.
 */
export function globOf(parts: readonly TextPart[]): (text: string) => boolean {
  const segments = segmentsOf(parts);
  const startsOpen = parts[0] === ANY;
  const endsOpen = parts[parts.length - 1] === ANY;
  const fits = (text: string) => fitsSegments(text, segments, startsOpen, endsOpen);
  if (!parts.includes(ONE)) return fits;
  return (text) => {
    if (!HAS_PAIR.test(text)) return fits(text);
    const [shortParts, shortText] = withoutPairs(parts, text);
    return fitsSegments(shortText, segmentsOf(shortParts), startsOpen, endsOpen);
  };
}

function fitsSegments(
  text: string,
  segments: readonly Segment[],
  startsOpen: boolean,
  endsOpen: boolean,
): boolean {
  let at = 0;
  let first = 0;
  let last = segments.length;
  let end = text.length;
  if (!startsOpen) {
    const segment = segments[first++]!;
    if (first === last && !endsOpen && text.length !== segment.length) return false;
    if (!fitsAt(text, segment, 0)) return false;
    at = segment.length;
  }
  if (!endsOpen && last > first) {
    const segment = segments[--last]!;
    end = text.length - segment.length;
    if (end < at || !fitsAt(text, segment, end)) return false;
  }
  for (; first < last; first++) {
    const segment = segments[first]!;
    const found = search(text, segment, at, end);
    if (found < 0) return false;
    at = found + segment.length;
  }
  return true;
}

function search(text: string, segment: Segment, from: number, end: number): number {
  const [run] = segment.runs;
  const last = end - segment.length;
  for (let at = from; at <= last; at++) {
    if (run) {
      const found = text.indexOf(run.text, at + run.offset);
      if (found < 0) return -1;
      at = found - run.offset;
      if (at > last) return -1;
    }
    if (fitsAt(text, segment, at)) return at;
  }
  return -1;
}

function fitsAt(text: string, { runs, dashes, length }: Segment, at: number): boolean {
  if (at + length > text.length) return false;
  for (const run of runs) if (!text.startsWith(run.text, at + run.offset)) return false;
  for (const offset of dashes) if (!DASHES.includes(text[at + offset]!)) return false;
  return true;
}

function segmentsOf(parts: readonly TextPart[]): Segment[] {
  const segments: Segment[] = [];
  let part:
    | { runs: { text: string; offset: number }[]; dashes: number[]; length: number }
    | undefined;
  for (const each of parts) {
    if (each === ANY) {
      part = undefined;
      continue;
    }
    if (!part) segments.push(part = { runs: [], dashes: [], length: 0 });
    if (typeof each === "string") part.runs.push({ text: each, offset: part.length });
    else if (each === DASH) part.dashes.push(part.length);
    part.length += typeof each === "string" ? each.length : 1;
  }
  return segments;
}

/** Replaces each surrogate pair with one unit, the same unit for the same character. */
function withoutPairs(parts: readonly TextPart[], text: string): [TextPart[], string] {
  const units = new Map<string, string>();
  const taken = parts.join("") + text;
  let next = PRIVATE_USE;
  const short = (whole: string) =>
    whole.replace(/[\ud800-\udbff][\udc00-\udfff]/g, (pair) => {
      let unit = units.get(pair);
      if (unit === undefined) {
        while (taken.includes(String.fromCharCode(next))) next++;
        units.set(pair, unit = String.fromCharCode(next++));
      }
      return unit;
    });
  return [parts.map((part) => typeof part === "string" ? short(part) : part), short(text)];
}
