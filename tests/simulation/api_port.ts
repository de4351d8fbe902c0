import { withDeadline } from "../../src/stream/with_deadline.ts";
import type { Clock } from "../../src/stream/clock.ts";
import { decodePage } from "../../src/thousandeyes/page/decode_page.ts";
import { nextLinkOf } from "../../src/thousandeyes/page/next_link.ts";
import { nextPageUrl } from "../../src/thousandeyes/page/next_page_url.ts";
import type { Page } from "../../src/thousandeyes/page/page.ts";
import { parseRateLimit } from "../../src/thousandeyes/errors/rate_limit.ts";
import { readPage } from "../../src/thousandeyes/page/read_page.ts";
import { RefusedLinkError } from "../../src/thousandeyes/page/refused_link_error.ts";
import { errorOfStatus } from "../../src/thousandeyes/errors/status_errors.ts";
import { ThousandEyesError } from "../../src/thousandeyes/errors/thousand_eyes_error.ts";
import { type Answer, API_ORIGIN, type ApiModel } from "./api_model.ts";
import type { Chance } from "./chance.ts";

/** What the connection to the API needs. */
export interface ApiPortOptions {
  readonly api: ApiModel;
  readonly clock: Clock;
  /** Decides how long answers take. */
  readonly chance: Chance;
  readonly random: () => number;
}

/** Reads pages through the real client, bytes included. */
export function wireReadPage(options: ApiPortOptions) {
  const { clock, random } = options;
  return (url: URL, signal?: AbortSignal): Promise<Page> =>
    readPage(url, {
      token: "made-up",
      baseUrl: `${API_ORIGIN}/v7`,
      clock,
      random,
      retry: { attempts: 1 },
      fetch: async (asked, init) => {
        const answer = await answerOf(options, asked, init.signal ?? undefined);
        const { status, headers, broken, body } = answer;
        if (status >= 300 && status < 400) return new Response(null, { status, headers });
        return new Response(broken === "middle" ? brokenBody(body) : body, { status, headers });
      },
      ...(signal === undefined ? {} : { signal }),
    });
}

/** Reaches the same results without the bytes, which is several times faster. */
export function lightReadPage(options: ApiPortOptions) {
  const { clock } = options;
  return async (url: URL, signal?: AbortSignal): Promise<Page> => {
    let answer: Answer;
    try {
      answer = await withDeadline(30_000, (stop) => answerOf(options, url, stop), {
        clock,
        signal,
      });
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      const code = error instanceof DOMException ? "timeout" : "network";
      throw new ThousandEyesError(code, "Cannot list audit events: no answer", { cause: error });
    }
    if (answer.broken !== undefined) {
      throw new ThousandEyesError("network", "Cannot list audit events: the connection broke off");
    }
    return pageOf(answer, url, clock.now());
  };
}

async function answerOf(
  { api, clock, chance }: ApiPortOptions,
  url: URL,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  await clock.wait(chance.int(1, 40), signal);
  const answer = api.answer(url);
  if (answer.broken === "never") {
    await clock.wait(chance.pick([1_000, 100_000]), signal);
    throw new TypeError("The connection was reset (injected)");
  }
  await clock.wait(chance.is(0.03) ? chance.int(1_000, 35_000) : chance.int(1, 300), signal);
  return answer;
}

function pageOf({ status, headers, body }: Answer, url: URL, now: number): Page {
  const rateLimit = parseRateLimit(new Headers(headers), now);
  const apiTime = Date.parse(headers.date ?? "");
  const limits = {
    ...(rateLimit !== undefined && { rateLimit }),
    ...(!Number.isNaN(apiTime) && { apiTime }),
  };
  if (status >= 300 && status < 400) {
    throw new ThousandEyesError("redirect_refused", "Cannot list audit events: the API redirects");
  }
  if (status !== 200) {
    const retryAt = status === 429 ? rateLimit?.resetAt : undefined;
    throw errorOfStatus(status, { ...limits, ...(retryAt !== undefined && { retryAt }) });
  }
  const bytes = new TextEncoder().encode(body);
  const { events, invalid, links } = decodePage(bytes);
  const page: Page = { events, invalid, next: undefined, ...limits, bytes: bytes.length };
  try {
    page.next = nextPageUrl(nextLinkOf(links), url);
  } catch (refusal) {
    if (refusal instanceof ThousandEyesError) throw new RefusedLinkError(refusal, page);
    throw refusal;
  }
  return page;
}

function brokenBody(body: string): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(body.slice(0, body.length / 2));
  return new ReadableStream({
    pull(controller) {
      if (bytes.length > 0 && controller.desiredSize! > 0) controller.enqueue(bytes);
      controller.error(new Error("The connection was cut (injected)"));
    },
  });
}
