/**
 * What Cloudflare bills and allows, as its documentation said on 2026-11-27. Nothing here is an
 * offer: check before you decide.
 *
 * - https://developers.cloudflare.com/workers/platform/pricing/
 * - https://developers.cloudflare.com/durable-objects/platform/pricing/
 *
 * @module
 */

/** When the prices were read. */
export const READ_ON = "2026-11-27";

/** The memory that an object is billed for, whatever it uses, in GB. */
export const OBJECT_GB = 0.128;

/** What can be used in a month or a day, in the units that are billed. */
export interface Usage {
  /** Requests to the Worker; a cron run is one. */
  readonly workerRequests: number;
  /** Requests to objects and their alarms. */
  readonly objectRequests: number;
  /** How long objects are active, times their memory, in GB-s. */
  readonly duration: number;
  /** Rows that SQLite reads. */
  readonly rowsRead: number;
  /** Rows that SQLite writes, index rows and deleted rows included; setting an alarm is one. */
  readonly rowsWritten: number;
}

/** What the free plan allows in a day. */
export const FREE_PER_DAY: Usage = {
  workerRequests: 100_000,
  objectRequests: 100_000,
  duration: 13_000,
  rowsRead: 5_000_000,
  rowsWritten: 100_000,
};

/** What the free plan stores in all objects together, in GB. */
export const FREE_STORED_GB = 5;

/** The paid plan: its price, what it includes in a month, and a million of more, in US dollars. */
export const PAID = {
  perMonth: 5,
  included: {
    workerRequests: 10_000_000,
    objectRequests: 1_000_000,
    duration: 400_000,
    rowsRead: 25_000_000_000,
    rowsWritten: 50_000_000,
  },
  perMillion: {
    workerRequests: 0.3,
    objectRequests: 0.15,
    duration: 12.5,
    rowsRead: 0.001,
    rowsWritten: 1,
  },
  /** Stored data: what is included, in GB, and one GB more for a month. */
  storedGb: { included: 5, price: 0.2 },
} as const satisfies {
  readonly perMonth: number;
  readonly included: Usage;
  readonly perMillion: Usage;
  readonly storedGb: { readonly included: number; readonly price: number };
};

/**
 * What a month costs on the paid plan, if the account has nothing else.
 *
 * @param usage What a month uses.
 * @param storedGb What is stored, in GB.
 * @returns US dollars, the price of the plan included.
 */
export function paidPrice(usage: Usage, storedGb: number): number {
  let price = PAID.perMonth;
  for (const unit of Object.keys(usage) as (keyof Usage)[]) {
    price += Math.max(0, usage[unit] - PAID.included[unit]) / 1e6 * PAID.perMillion[unit];
  }
  return price + Math.max(0, storedGb - PAID.storedGb.included) * PAID.storedGb.price;
}

/**
 * Which limits of the free plan are exceeded, if the account has nothing else.
 *
 * @param usage What a day uses.
 * @param storedGb What is stored, in GB.
 * @returns Their names; empty if it fits.
 */
export function exceeded(usage: Usage, storedGb: number): string[] {
  const units = (Object.keys(usage) as (keyof Usage)[])
    .filter((unit) => usage[unit] > FREE_PER_DAY[unit]);
  return [...units, ...(storedGb > FREE_STORED_GB ? ["stored"] : [])];
}
