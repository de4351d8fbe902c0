import * as v from "valibot";

/** A request that a client has to change before it can be answered. */
export class InvalidRequestError extends Error {
  /** @inheritdoc */
  override name = "InvalidRequestError";
}

const whole = (least: number, most: number) => {
  const message = `must be a whole number from ${least} to ${most}`;
  return v.pipe(
    v.string(message),
    v.regex(/^\d{1,16}$/, message),
    v.transform(Number),
    v.minValue(least, message),
    v.maxValue(most, message),
  );
};

/** The parameters that routes share. */
export const parameters = {
  /** The most entries of one answer, up to `most`. */
  limit: (most: number) => v.optional(whole(1, most)),
  /** A row or seq, 0 for the beginning. */
  row: v.optional(whole(0, Number.MAX_SAFE_INTEGER)),
  /** An SSE id, `earliest` or `latest`; what it is gets decided where it is used. */
  place: v.optional(v.string()),
  /** A short name. */
  name: v.optional(v.pipe(v.string(), v.maxLength(64, "must be at most 64 characters"))),
};

/**
 * Reads the query of a request strictly: a parameter that is misspelt, repeated or out of range is told, and
 * never guessed at.
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
 * @param url The address of the request.
 * @param entries The parameters that there are; absent ones stay absent.
 * @returns The parameters.
 * @throws {InvalidRequestError} If one cannot be understood; its message names parameters and quotes no value.
 */
export function readQuery<const Entries extends v.ObjectEntries>(
  url: string,
  entries: Entries,
): v.InferOutput<v.StrictObjectSchema<Entries, undefined>> {
  const given = new Map<string, string>();
  const wrong: string[] = [];
  for (const [name, value] of new URL(url).searchParams) {
    if (!Object.hasOwn(entries, name)) wrong.push(`${shown(name)} is not a parameter here`);
    else if (given.has(name)) wrong.push(`${name} is given twice`);
    else given.set(name, value);
  }
  const { output, issues = [] } = v.safeParse(
    v.strictObject(entries),
    Object.fromEntries(given),
  );
  for (const issue of issues) {
    wrong.push(`${v.getDotPath(issue) ?? "the query"} ${issue.message}`);
  }
  if (wrong.length > 0) throw new InvalidRequestError([...new Set(wrong)].join("; "));
  return output as v.InferOutput<v.StrictObjectSchema<Entries, undefined>>;
}

function shown(name: string): string {
  return JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name);
}
