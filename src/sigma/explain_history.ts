import { historyOf } from "./correlation/history.ts";
import { networkText } from "./correlation/network_text.ts";
import type { Explanation } from "./explain.ts";
import { EventView } from "./match/event_view.ts";
import type { SigmaRule } from "./sigma_rule.ts";

/** How many values of a field an explanation shows. */
const MAX_FOUND = 5;

/**
 * Adds to the explanation of a rule how it looks back: the group of the event, and the value that is
 * remembered. Whether that value is new depends on the events before, so it is not said.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { explainHistory } from "./explain_history.ts";
 * import { parseSigma } from "./parse.ts";
 * import { RuleSet } from "./source_rule_set.ts";
 *
 * const { rules: [rule] } = parseSigma(`
 * title: Login from a new network
 * logsource: { product: thousandeyes }
 * detection: { selection: { event: Login }, condition: selection }
 * panoptes: { new_value: { field: ipAddress, group-by: user, network: true } }
 * `);
 * const event = { event: "Login", user: "Ana", ipAddress: "192.0.2.44" };
 * const ruleSet = new RuleSet([rule!], { baseRules: true });
 * const tree = explainHistory(rule!, event, ruleSet.explain(rule!, event));
 * const looksBack = tree.of.at(-1)!;
 * assertEquals(looksBack.text, "new_value: ipAddress as networks /16 and /48, by user, learn 14d");
 * assertEquals(looksBack.of.map(({ text, found }) => [text, found]), [
 *   ["group-by user", ["Ana"]],
 *   ["value of ipAddress", ["192.0.0.0/16"]],
 * ]);
 * ```
 *
 * @param rule The rule.
 * @param event The event, as JSON data.
 * @param tree What `RuleSet.explain()` says of them.
 * @returns The tree itself if the rule does not look back.
 */
export function explainHistory(rule: SigmaRule, event: unknown, tree: Explanation): Explanation {
  const history = historyOf(rule);
  if (history === undefined) return tree;
  const view = new EventView();
  view.show(event);
  const partOf = (text: string, field: string, read: (text: string) => string[]): Explanation => {
    const { texts, count } = view.slot(view.field([field]));
    const found = texts.slice(0, count).flatMap(read);
    return {
      kind: "group",
      text,
      matched: found.length > 0,
      found: found.slice(0, MAX_FOUND),
      of: [],
    };
  };
  const of = history.groupBy.map((field) => partOf(`group-by ${field}`, field, (text) => [text]));
  const by = history.groupBy.length > 0 ? `by ${history.groupBy.join(", ")}` : "for all together";
  let text: string;
  if (history.kind === "absence") text = `absence: no match for ${history.for.text}, ${by}`;
  else {
    const { field, network, learn } = history;
    const read = network ? (text: string) => networkText(text, network) : (text: string) => [text];
    of.push(partOf(`value of ${field}`, field, read));
    const as = network ? ` as networks /${network.ipv4} and /${network.ipv6}` : "";
    text = `new_value: ${field}${as}, ${by}, learn ${learn.text}`;
  }
  const matched = of.every((part) => part.matched);
  const looksBack: Explanation = { kind: "all", text, matched, of };
  return { ...tree, matched: tree.matched && matched, of: [...tree.of, looksBack] };
}
