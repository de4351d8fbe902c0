/** What a plan of Cloudflare allows. */
interface Plan {
  /** How many requests one alarm may make: less than the platform's limit, with room for retries. */
  readonly requests: number;
  /** How many bytes can be stored, ... */
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
