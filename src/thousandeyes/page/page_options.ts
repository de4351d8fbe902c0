import type { Clock } from "../../stream/clock.ts";
import type { Fetch } from "../../stream/fetch.ts";
import type { RateBudget } from "./rate_budget.ts";

/** A bearer token, or a function that is asked for one before every request. */
export type Token = string | (() => string | Promise<string>);

/** How a page is requested. */
export interface PageOptions {
  /** The bearer token. It is sent to the origin of `baseUrl` and to no other. */
  token: Token;
  /** The address of the API, https or loopback; `https://api.thousandeyes.com/v7` by default. */
  baseUrl?: string | URL;
  /** Stops at once; its reason is the rejection, untouched. */
  signal?: AbortSignal;
  /** What requests pages; the global `fetch` by default. */
  fetch?: Fetch;
  /** How failures are repeated. */
  retry?: RetryOptions;
  /** How long one request may take, its body included, in milliseconds; 30,000 by default. */
  timeoutMs?: number;
  /** The largest body accepted, in bytes; 16 MiB by default. */
  maxBytes?: number;
  /** Keeps part of the organisation's rate limit for others. */
  budget?: RateBudget;
  /** Time; the machine's by default. */
  clock?: Clock;
  /** Chance, in [0, 1); `Math.random` by default. */
  random?: () => number;
}

/** How often and how patiently a failed request is repeated. */
export interface RetryOptions {
  /** Requests in all, the first one included; 5 by default. */
  attempts?: number;
  /** The highest wait before the second request, in milliseconds, doubling from there; 500 by default. */
  baseMs?: number;
  /** The highest wait, in milliseconds; 30,000 by default. */
  capMs?: number;
  /** The longest wait that the API may ask for, in milliseconds; 65,000 by default. */
  longestMs?: number;
}
