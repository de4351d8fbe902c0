import type { Clock } from "../../stream/clock.ts";
import type { Fetch } from "../../stream/fetch.ts";
import type { ThousandEyesError } from "../errors/thousand_eyes_error.ts";
import type { RateBudget } from "./rate_budget.ts";

/** A bearer token, or a function that returns one and is called before every request. */
export type Token = string | (() => string | Promise<string>);

/** How a page is requested. */
export interface PageOptions {
  /** The bearer token. It is sent to the origin of `baseUrl` and to no other. */
  token: Token;
  /** The address of the API, https or on loopback; `https://api.thousandeyes.com/v7` by default. */
  baseUrl?: string | URL;
  /** Stops everything at once; the rejection is its reason, unchanged. */
  signal?: AbortSignal;
  /** Makes the requests; the global `fetch` by default. */
  fetch?: Fetch;
  /** How failed requests are retried. */
  retry?: RetryOptions;
  /** Called before the wait that precedes each retry, and awaited. */
  onRetry?: (retry: Retry) => void | Promise<void>;
  /** The timeout of one request, including its body, in milliseconds; 30,000 by default. */
  timeoutMs?: number;
  /** The maximum size of a body, in bytes; 16 MiB by default. */
  maxBytes?: number;
  /**
   * Leaves part of the organisation's rate limit to others. Streams have one by default, which all
   * streams with the same token share.
   */
  budget?: RateBudget;
  /** The clock; the machine's by default. */
  clock?: Clock;
  /** The source of randomness, in [0, 1); `Math.random` by default. */
  random?: () => number;
}

/** A failure that is not final. */
export interface Retry {
  /** The number of attempts so far, from 1. */
  attempt: number;
  /** Why the last one failed. */
  error: ThousandEyesError;
  /** How long until the next attempt, in milliseconds. */
  delayMs: number;
}

/** How often a failed request is retried, and with which delays. */
export interface RetryOptions {
  /** The maximum number of requests, including the first; 5 by default, and may be infinite. */
  attempts?: number;
  /** How long after the first failure there is still a retry, in milliseconds; no limit by default. */
  giveUpAfterMs?: number;
  /**
   * The maximum delay before the second request, in milliseconds, doubling from there; 500 by
   * default.
   */
  baseMs?: number;
  /** The maximum delay that doubling leads to, in milliseconds; 30,000 by default. */
  capMs?: number;
  /** The maximum delay that the API may ask for, in milliseconds; 65,000 by default. */
  maxAskedMs?: number;
}
