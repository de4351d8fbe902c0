/** What a plan of Cloudflare allows. */
interface Plan {
  /** The maximum number of requests in one alarm, below the limit of the platform. */
  readonly requests: number;
  /** The maximum number of bytes that are stored, ... */
  readonly bytes: number;
  /** ... in each log, or in all of the account. */
  readonly in: "each log" | "the account";
}

/**
 * The plans of Cloudflare, by the values of `PLAN`.
 *
 * @see {@link https://developers.cloudflare.com/durable-objects/platform/limits/}
 */
export const PLANS = {
  free: { requests: 40, bytes: 5_000_000_000, in: "the account" },
  paid: { requests: 900, bytes: 10_000_000_000, in: "each log" },
} as const satisfies Record<string, Plan>;

/** The name of a plan. */
export type PlanName = keyof typeof PLANS;
