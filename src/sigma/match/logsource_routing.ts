import type { LogSource } from "../sigma_rule.ts";

/**
 * Whether a rule, or a filter, for one log source is about what comes from another.
 *
 * Every key that `wanted` names has to be there and equal, in any case; `definition` is for people.
 *
 * @param wanted The log source of the rule or filter.
 * @param actual Where the event comes from, or the log source of the rule that a filter is tried on.
 * @returns Whether it applies.
 */
export function appliesTo(wanted: LogSource, actual: LogSource): boolean {
  return sameKey(wanted.category, actual.category) &&
    sameKey(wanted.product, actual.product) &&
    sameKey(wanted.service, actual.service) &&
    Object.entries(wanted.custom ?? {}).every(([key, value]) => {
      const { custom } = actual;
      return custom !== undefined && Object.hasOwn(custom, key) && sameKey(value, custom[key]);
    });
}

/** A text that is equal for log sources between which routing cannot tell. */
export function logSourceKey({ category, product, service, custom = {} }: LogSource): string {
  const extra = Object.entries(custom).sort(([a], [b]) => a < b ? -1 : 1);
  return JSON.stringify([category, product, service, extra]).toLowerCase();
}

function sameKey(wanted: string | undefined, actual: string | undefined): boolean {
  return wanted === undefined || wanted.toLowerCase() === actual?.toLowerCase();
}
