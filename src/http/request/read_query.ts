import * as v from "valibot";

/** A request that the client must change before it can be answered. */
export class InvalidRequestError extends Error {
  /** @inheritdoc */
  override name = "InvalidRequestError";
}

/** The parameters of a query whose schemas are `Entries`. */
export type Query<Entries extends v.ObjectEntries> = v.InferOutput<
  v.StrictObjectSchema<Entries, undefined>
>;

const integer = (min: number, max: number) => {
  const message = `must be an integer from ${min} to ${max}`;
  return v.pipe(
    v.string(message),
    v.regex(/^\d{1,16}$/, message),
    v.transform(Number),
    v.minValue(min, message),
    v.maxValue(max, message),
    v.metadata({ query: { type: "integer", minimum: min, maximum: max } }),
  );
};

/** The parameters that routes share. */
export const parameters = {
  /** The maximum number of entries in one answer, up to `max`. */
  limit: (max: number) => v.optional(integer(1, max)),
  /** A row or seq; 0 for the beginning. */
  row: v.optional(integer(0, Number.MAX_SAFE_INTEGER)),
  /** A time, in milliseconds since the Unix epoch. */
  time: v.optional(v.pipe(
    v.string(),
    v.isoTimestamp("must be an ISO 8601 time"),
    v.transform(Date.parse),
  )),
  /** An SSE id, `earliest` or `latest`; each use decides what any other text means. */
  place: v.optional(v.string()),
  /** A short name. */
  name: v.optional(v.pipe(v.string(), v.maxLength(64, "must be at most 64 characters"))),
};

/**
 * Reads the query of a request strictly: a parameter that is misspelt, repeated or out of range is
 * refused by name and never guessed.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { parameters, readQuery } from "./read_query.ts";
 *
 * const entries = { limit: parameters.limit(100) };
 * assertEquals(readQuery("https://panoptes.test/?limit=5", entries), { limit: 5 });
 * assertThrows(() => readQuery("https://panoptes.test/?limits=5", entries), Error, "limits");
 * ```
 *
 * @typeParam Entries The schemas by parameter.
 * @param url The URL of the request.
 * @param entries The known parameters; those that the request omits stay absent.
 * @param found What is wrong with the request already, to be told with the rest.
 * @returns The parameters.
 * @throws {InvalidRequestError} If a parameter is invalid; the message names it, never its value.
 */
export function readQuery<const Entries extends v.ObjectEntries>(
  url: string,
  entries: Entries,
  found: readonly string[] = [],
): Query<Entries> {
  const given = new Map<string, string>();
  const problems = [...found];
  for (const [name, value] of new URL(url).searchParams) {
    if (!Object.hasOwn(entries, name)) problems.push(`${quoted(name)} is not a parameter here`);
    else if (given.has(name)) problems.push(`${name} is repeated`);
    else given.set(name, value);
  }
  const { output, issues = [] } = v.safeParse(
    v.strictObject(entries),
    Object.fromEntries(given),
  );
  for (const issue of issues) {
    problems.push(`${v.getDotPath(issue) ?? "the query"} ${issue.message}`);
  }
  if (problems.length > 0) throw new InvalidRequestError([...new Set(problems)].join("; "));
  return output as Query<Entries>;
}

function quoted(name: string): string {
  return JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name);
}
