/** One media range of an `Accept` header, such as `application/*;q=0.5`. */
interface MediaRange {
  type: string;
  quality: number;
}

/**
 * Chooses the media type of an answer by the `Accept` header (RFC 9110, section 12.5.1): the one
 * with the highest quality; among equals one that is named before one that a wildcard covers, then
 * the one that the client names first, then the one that is offered first. The most specific range
 * decides about a type, so `*, text/event-stream;q=0` excludes event streams.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { negotiate } from "./negotiate.ts";
 *
 * const offered = ["text/event-stream", "application/json"];
 * assertEquals(negotiate(undefined, offered), "text/event-stream");
 * assertEquals(negotiate("application/json;q=0.9, text/*;q=0.8", offered), "application/json");
 * assertEquals(negotiate("application/xml", offered), undefined);
 * ```
 *
 * @typeParam Type The media types.
 * @param accept The header: hostile text; absent or empty means no preference.
 * @param offered The media types that can be served, in lower case; the first is the default.
 * @returns One of them, or undefined if the client accepts none.
 */
export function negotiate<Type extends string>(
  accept: string | undefined,
  offered: readonly Type[],
): Type | undefined {
  const ranges = parseAccept(accept ?? "");
  if (ranges.length === 0) return offered[0];
  let best:
    | { type: Type; rank: readonly [quality: number, specificity: number, place: number] }
    | undefined;
  for (const type of offered) {
    // From the most specific range that covers the type to the least.
    const forms = [type, `${type.split("/")[0]}/*`, "*/*"];
    const specificity = forms.findIndex((form) => ranges.some((range) => range.type === form));
    if (specificity < 0) continue;
    const place = ranges.findIndex((range) => range.type === forms[specificity]);
    const rank = [ranges[place]!.quality, -specificity, -place] as const;
    if (rank[0] > 0 && (best === undefined || isHigher(rank, best.rank))) best = { type, rank };
  }
  return best?.type;
}

/** Reads the ranges; parameters other than `q` do not matter for what is offered here. */
function parseAccept(accept: string): MediaRange[] {
  return accept.split(",").flatMap((part) => {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    if (name === "") return [];
    const q = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
    const quality = q === undefined || !/^\d*\.?\d+$/.test(q) ? 1 : Math.min(Number(q), 1);
    return [{ type: name === "*" ? "*/*" : name, quality }];
  });
}

function isHigher(one: readonly number[], other: readonly number[]): boolean {
  const index = one.findIndex((value, index) => value !== other[index]);
  return index >= 0 && one[index]! > other[index]!;
}
