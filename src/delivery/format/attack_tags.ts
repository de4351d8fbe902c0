/** What the tags of a rule say about MITRE ATT&CK. */
export interface Attack {
  /** The ids of techniques, such as `T1078` or `T1078.004`. */
  readonly techniques: readonly string[];
  /** The names of tactics, such as `Credential Access`. */
  readonly tactics: readonly string[];
}

/**
 * Reads the tags of Sigma's namespace `attack`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { attackOf } from "./attack_tags.ts";
 *
 * assertEquals(attackOf(["attack.t1078.004", "attack.credential-access", "panoptes.x"]), {
 *   techniques: ["T1078.004"],
 *   tactics: ["Credential Access"],
 * });
 * ```
 *
 * @param tags The tags of a rule.
 * @returns The techniques and tactics among them; groups and software are neither.
 */
export function attackOf(tags: readonly string[]): Attack {
  const names = tags.flatMap((tag) => /^attack\.([a-z0-9._-]{1,64})$/i.exec(tag)?.[1] ?? []);
  const isCode = /^(ta|[gmst])\d{4}/i;
  return {
    techniques: names.filter((name) => /^t\d{4}(\.\d{3})?$/i.test(name))
      .map((name) => name.toUpperCase()),
    tactics: names.filter((name) => !isCode.test(name))
      .map((name) =>
        name.replace(/[._-]+/g, " ").replace(/\b(?!and\b)[a-z]/g, (c) => c.toUpperCase())
      ),
  };
}
