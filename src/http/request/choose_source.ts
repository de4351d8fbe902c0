import { problem } from "../answer/problem.ts";

/** The query parameter that names a source. */
const PARAMETER = "source";

/** What it means, for every operation that needs a token. */
export const SOURCE_PARAMETER = {
  name: PARAMETER,
  description: "the name of the source; needed if there are several that the token may see",
} as const;

/** A request for the log of one source. */
export interface SourceRequest {
  /** The request, without the name in its query. */
  readonly request: Request;
  /** The name of the source. */
  readonly source: string;
}

/** A request that may be meant for several sources. */
export interface TotalRequest {
  /** Their names. */
  readonly sources: readonly string[];
}

/**
 * Finds out which source a request is for: the one that it names, or the only one that its token may
 * see.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { chooseSource } from "./choose_source.ts";
 *
 * const request = new Request("https://panoptes.test/v1/events?source=emea&limit=5");
 * const { source, request: { url } } = chooseSource(request, ["emea", "apac"]) as never;
 * assertEquals([source, url], ["emea", "https://panoptes.test/v1/events?limit=5"]);
 * ```
 *
 * @param request The request.
 * @param sources The names of all sources.
 * @param permitted The names of those that the token may see; default all.
 * @returns The source, or several if the request names none; or the problem to answer with.
 */
export function chooseSource(
  request: Request,
  sources: readonly string[],
  permitted?: readonly string[],
): SourceRequest | TotalRequest | Response {
  const visible = sources.filter((name) => permitted?.includes(name) ?? true);
  const members = { sources: visible };
  const list = visible.join(", ") || "none";
  const url = new URL(request.url);
  const [named, ...more] = url.searchParams.getAll(PARAMETER);
  if (more.length > 0) return problem("invalid_request", { detail: `${PARAMETER} is repeated` });
  if (named === undefined) {
    const [only, ...others] = visible;
    if (only === undefined) return forbidden();
    return others.length === 0 ? { request, source: only } : { sources: visible };
  }
  if (visible.includes(named)) {
    url.searchParams.delete(PARAMETER);
    return { request: new Request(url, request), source: named };
  }
  // Whether there is a source that it may not see is not for this token to learn.
  return permitted?.includes(named) ?? true
    ? problem("unknown_source", { detail: `The sources are: ${list}`, members })
    : forbidden();

  function forbidden(): Response {
    return problem("forbidden", { detail: `The sources of this token are: ${list}`, members });
  }
}

/**
 * The answer to a request that has to name a source, and does not.
 *
 * @param request What it may be meant for.
 * @returns The problem.
 */
export function sourceRequired({ sources }: TotalRequest): Response {
  return problem("source_required", {
    detail: `Name one of the sources in the query, as ?${PARAMETER}=NAME: ${sources.join(", ")}`,
    members: { sources },
  });
}
