import type { EventView } from "../match/event_view.ts";
import type { Problem, ProblemCode } from "../problem.ts";
import type { SigmaDocument, SigmaFilter, SigmaRule } from "../sigma_rule.ts";
import { compileCondition, compileNamed } from "./compile_detection.ts";
import type { FilterLookup } from "./filter_lookup.ts";
import type { ItemScope } from "./work.ts";
import { allOf, type CompiledNode } from "./compiled_node.ts";

/** A compiled condition of a rule; a rule with several conditions has several of these. */
export interface CompiledRule {
  /** The rule. */
  rule: SigmaRule;
  /** The index of the condition in the rule. */
  condition: number;
  /** The condition, joined with the filters that apply. */
  node: CompiledNode;
  /** The condition alone. */
  own: CompiledNode;
}

/** The context in which rules are compiled. */
export interface RuleScope {
  /** The fields of the event. */
  view: EventView;
  /** The filters to add where they apply. */
  filters: FilterLookup;
  /** The lists for `expand`. */
  placeholders: NonNullable<ItemScope["placeholders"]>;
  /** Where regular expressions come from. */
  regexes: ItemScope["regexes"];
}

/**
 * Compiles a rule with the filters that apply to it.
 *
 * A filter's condition is joined with AND, so a filter that excludes events says `not selection`.
 *
 * @param rule As parsed.
 * @param scope Its context.
 * @returns One entry for each condition, or every problem.
 */
export function compileRule(
  rule: SigmaRule,
  scope: RuleScope,
): { compiled: CompiledRule[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const added = scope.filters.of(rule).flatMap((filter) =>
    conditionsOf(filter, scope, problems).map((node) => inFilter(filter, node))
  );
  const compiled = conditionsOf(rule, scope, problems).map((own, condition): CompiledRule => ({
    rule,
    condition,
    node: added.length === 0 ? own : allOf([own, ...added]),
    own,
  }));
  return { compiled, problems };
}

/** The condition of a filter, under the name that explanations show. */
function inFilter({ title }: SigmaFilter, node: CompiledNode): CompiledNode {
  const name = node.name === undefined ? "" : `, ${node.name}`;
  return { ...node, name: `filter '${title}'${name}` };
}

function conditionsOf(
  document: SigmaDocument,
  { view, placeholders, regexes }: RuleScope,
  problems: Problem[],
): CompiledNode[] {
  const named = compileNamed(document.detections, {
    view,
    chain: [],
    placeholders,
    regexes,
    report: (item, { code, message, suggestion }) => {
      const field = [item.field ?? "", ...item.modifiers].join("|");
      problems.push(documentProblem(document, code, `${field}: ${message}`, suggestion));
    },
  });
  return document.conditions.map(({ expression }) => compileCondition(expression, named));
}

/** A problem in a document whose source is no longer available: it names the file, and line 1. */
export function documentProblem(
  document: SigmaDocument,
  code: ProblemCode,
  message: string,
  suggestion?: string,
): Problem {
  const place = { line: 1, column: 1, endLine: 1, endColumn: 1 };
  return {
    code,
    severity: "error",
    message: `${document.title}: ${message}`,
    ...(document.file === undefined ? {} : { file: document.file }),
    ...place,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}
