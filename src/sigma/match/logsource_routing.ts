import type { LogSource } from "../sigma_rule.ts";

/**
 * Whether a rule or filter for one log source applies to what comes from another.
 *
 * Every key of `wanted` must be present and equal, ignoring case; `definition` is for people
 * (https://sigmahq.io/docs/basics/log-sources.html).
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { appliesTo } from "./logsource_routing.ts";
 *
 * const events = { product: "windows", service: "security" };
 * assert(appliesTo({ product: "windows" }, events));
 * assert(!appliesTo({ product: "windows", category: "process_creation" }, events));
 * ```
 *
 * @param wanted The log source of the rule or filter.
 * @param actual Where the event comes from, or the log source of the rule that a filter is for.
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

/** How many different log sources of events are cached. */
const MAX_REMEMBERED = 1_000;

/** Tells which rules apply to a log source; answers are cached, since events have few sources. */
export class LogSourceRouter {
  readonly #sources: readonly LogSource[];
  readonly #known = new Map<string, Uint8Array>();
  /** The last log source, copied, and the answer for it. */
  #last: { category?: string; product?: string; service?: string } = {};
  #lastAllowed: Uint8Array | undefined;

  /** @param sources The log source of each rule. */
  constructor(sources: readonly LogSource[]) {
    this.#sources = sources;
  }

  /** For each rule, 1 if it applies to the source, else 0. */
  allowed(source: LogSource): Uint8Array {
    const { category, product, service, custom } = source;
    const last = this.#last;
    const isLast = custom === undefined && category === last.category &&
      product === last.product && service === last.service;
    if (isLast && this.#lastAllowed) return this.#lastAllowed;
    const key = logSourceKey(source);
    let allowed = this.#known.get(key);
    if (!allowed) {
      if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
      allowed = Uint8Array.from(this.#sources, (wanted) => appliesTo(wanted, source) ? 1 : 0);
      this.#known.set(key, allowed);
    }
    if (custom !== undefined) return allowed;
    const { definition: _, custom: __, ...routed } = source;
    this.#last = routed;
    return this.#lastAllowed = allowed;
  }
}

/** A key that is the same for log sources that routing cannot tell apart. */
function logSourceKey({ category, product, service, custom = {} }: LogSource): string {
  const extra = Object.entries(custom).sort(([a], [b]) => a < b ? -1 : 1);
  return JSON.stringify([category, product, service, extra]).toLowerCase();
}

function sameKey(wanted: string | undefined, actual: string | undefined): boolean {
  return wanted === undefined || wanted.toLowerCase() === actual?.toLowerCase();
}
