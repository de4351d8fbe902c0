import type { Clock } from "../stream/clock.ts";
import { problem } from "./answer/problem.ts";
import { InvalidRequestError, readQuery } from "./request/read_query.ts";
import type { Operation, SourceAnswer, Total } from "./route.ts";

/** A log that has not answered by then, in milliseconds, is told as one that does not answer. */
const PATIENCE_MS = 10_000;

/** What a total is made with. */
export interface TotalOptions {
  /** The names of the sources. */
  readonly sources: readonly string[];
  /** Limits how long one source can keep the others waiting. */
  readonly clock: Clock;
  /** Asks the log of one source. */
  readonly ask: (request: Request, source: string) => Response | Promise<Response>;
  /** Receives the errors of a source that does not answer. */
  readonly report: (error: unknown) => void;
}

/**
 * Answers a request for several sources: each is asked, all at once, and one that fails or takes too
 * long leaves the answer of the others as it is. What is still asked when the answer is there, or
 * when the client leaves, is aborted.
 *
 * @param request The request, without a body.
 * @param operation Its operation.
 * @param total How one answer is made.
 * @param options The sources.
 * @returns The answer; a problem if the query is invalid.
 */
export async function totalAnswer(
  request: Request,
  { query }: Pick<Operation, "query">,
  { answer }: Total,
  { sources, clock, ask, report }: TotalOptions,
): Promise<Response> {
  try {
    readQuery(request.url, query);
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    return problem("invalid_request", { detail: error.message });
  }

  const over = new AbortController();
  const signal = AbortSignal.any([request.signal, over.signal]);

  async function valueOf(source: string): Promise<unknown> {
    const { url, headers } = request; // GET, also where only the head is asked for
    const response = await ask(new Request(url, { headers, signal }), source);
    if (response.ok) {
      const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
      return await (isJson ? response.json() : response.text());
    }
    await response.body?.cancel();
    return undefined;
  }

  const late = clock.wait(PATIENCE_MS, signal).then(() => undefined, () => undefined);
  const answers = await Promise.all(sources.map(async (source): Promise<SourceAnswer> => {
    const value = valueOf(source).catch((error) => signal.aborted ? undefined : void report(error));
    return { source, value: await Promise.race([value, late]) };
  }));
  over.abort();
  return answer(answers, clock.now());
}
