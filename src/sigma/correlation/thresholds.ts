import type { Thresholds } from "../sigma_rule.ts";

/** The operators of a condition, each with its meaning. */
export const OPERATORS = {
  gt: "More than this",
  gte: "This or more",
  lt: "Less than this",
  lte: "This or less",
  eq: "Exactly this",
  neq: "Anything but this",
} as const satisfies Record<keyof Required<Thresholds>, string>;

/** Whether a number satisfies all of the bounds. */
export function satisfies(
  { gt, gte, lt, lte, eq, neq }: Thresholds,
  value: number,
): boolean {
  return (gt === undefined || value > gt) && (gte === undefined || value >= gte) &&
    (lt === undefined || value < lt) && (lte === undefined || value <= lte) &&
    (eq === undefined || value === eq) && (neq === undefined || value !== neq);
}

/** Whether a number that satisfies the bounds still does when it grows. */
export function onlyGrows({ lt, lte, eq, neq }: Thresholds): boolean {
  return lt === undefined && lte === undefined && eq === undefined && neq === undefined;
}

/**
 * The smallest and the largest whole number within a range that satisfy the bounds.
 *
 * @param thresholds The bounds.
 * @param from The smallest number possible.
 * @param to The largest number possible.
 * @returns Undefined if no whole number satisfies them.
 */
export function wholeNumbers(
  thresholds: Thresholds,
  from: number,
  to: number,
): { min: number; max: number } | undefined {
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity, eq, neq } = thresholds;
  let min = Math.max(from, Math.floor(gt) + 1, Math.ceil(gte));
  let max = Math.min(to, Math.ceil(lt) - 1, Math.floor(lte));
  if (eq !== undefined) {
    if (!Number.isInteger(eq)) return undefined;
    min = Math.max(min, eq);
    max = Math.min(max, eq);
  }
  if (min === neq) min++;
  if (max === neq) max--;
  return min <= max ? { min, max } : undefined;
}

/** Whether some number, whole or not, satisfies the bounds. */
export function canHold(thresholds: Thresholds): boolean {
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity, eq, neq } = thresholds;
  if (eq !== undefined) return satisfies(thresholds, eq);
  const from = Math.max(gt, gte);
  const to = Math.min(lt, lte);
  if (from < to) return true;
  return from === to && from > gt && to < lt && from !== neq;
}

/** The bounds in words, such as "at least 5 and less than 10". */
export function thresholdsText(thresholds: Thresholds): string {
  const words: Record<keyof Required<Thresholds>, string> = {
    gt: "more than",
    gte: "at least",
    lt: "less than",
    lte: "at most",
    eq: "exactly",
    neq: "not",
  };
  return Object.entries(thresholds)
    .map(([operator, bound]) => `${words[operator as keyof Thresholds]} ${bound}`)
    .join(" and ");
}
