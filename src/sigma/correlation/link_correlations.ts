import { closest } from "../closest.ts";
import { NOWHERE, type Problem, type ProblemCode } from "../problem.ts";
import type { SigmaCorrelation, SigmaRule } from "../sigma_rule.ts";
import { historyOf } from "./history.ts";
import { wholeNumbers } from "./thresholds.ts";

/** What a correlation refers to under one of its names. */
export type Referenced = SigmaRule | SigmaCorrelation;

/** A correlation whose references have been resolved. */
export interface LinkedCorrelation {
  /** As parsed. */
  correlation: SigmaCorrelation;
  /** What it refers to, in the order of its `rules`. */
  references: Referenced[];
}

/** A problem between documents: where it is, as a key of `places`. */
export interface LinkProblem {
  /** The correlation that has the problem. */
  correlation: SigmaCorrelation;
  /** Keys of its `places`; the first that is there says where. */
  at: string[];
  /** The kind. */
  code: ProblemCode;
  /** One sentence. */
  message: string;
  /** What to write instead. */
  suggestion?: string;
  /** The name that is unknown, if that is the problem. */
  unknown?: string;
}

/**
 * Resolves what correlations refer to, and finds everything that shows only among all documents.
 *
 * @param correlations Parsed correlations.
 * @param rules The rules that they may refer to.
 * @param maxMatches How many matches a group can hold.
 * @returns The correlations without a problem, each after those that it refers to; and the
 * problems of the others.
 */
export function linkCorrelations(
  correlations: readonly SigmaCorrelation[],
  rules: readonly SigmaRule[],
  maxMatches = Infinity,
): { linked: LinkedCorrelation[]; problems: LinkProblem[] } {
  const known = new Map<string, Referenced>();
  for (const document of [...rules, ...correlations]) {
    for (const key of keysOf(document)) if (!known.has(key)) known.set(key, document);
  }
  const problems: LinkProblem[] = [];
  const linked: LinkedCorrelation[] = [];
  const states = new Map<SigmaCorrelation, "open" | "good" | "bad">();

  function visit(correlation: SigmaCorrelation, path: readonly SigmaCorrelation[]): boolean {
    const state = states.get(correlation);
    if (state === "open") {
      const cycle = [...path.slice(path.indexOf(correlation)), correlation];
      const last = path.at(-1)!;
      problems.push({
        correlation: last,
        at: [placeOfReference(last, correlation, known), "rules", "condition"],
        code: "correlation-cycle",
        message: `The correlations refer to each other in a cycle: ${
          cycle.map(({ name, title }) => name ?? title).join(" → ")
        }`,
      });
      return false;
    }
    if (state !== undefined) return state === "good";
    states.set(correlation, "open");
    const own: LinkProblem[] = [];
    const references: Referenced[] = [];
    let good = true;
    correlation.rules.forEach((name, index) => {
      const found = known.get(keyOf(name));
      if (found === undefined) {
        own.push(unknownRule(correlation, name, index, known));
        return;
      }
      const isAgain = references.includes(found);
      // "A, then B, then A again" is a sequence of events; elsewhere "again" has no meaning.
      if (isAgain && (correlation.type !== "temporal_ordered" || found.kind === "correlation")) {
        own.push({
          correlation,
          at: [`rules.${index}`, "rules"],
          code: "correlation-rules",
          message: `'${name}' is named twice`,
        });
      }
      references.push(found);
      if (found.kind === "correlation" && !visit(found, [...path, correlation])) good = false;
    });
    if (own.length === 0) own.push(...checkFields({ correlation, references }));
    own.push(...checkCount(correlation, maxMatches));
    problems.push(...own);
    good = good && own.length === 0;
    states.set(correlation, good ? "good" : "bad");
    if (good) linked.push({ correlation, references });
    return good;
  }

  for (const correlation of correlations) visit(correlation, []);
  return { linked, problems };
}

/** The problem with its place, in a document whose source is no longer available. */
export function placedProblem({ correlation, at, ...rest }: LinkProblem): Problem {
  const { code, message, suggestion } = rest;
  const place = at.map((key) => correlation.places?.[key]).find((span) => span !== undefined);
  return {
    code,
    severity: "error",
    message: `${correlation.title}: ${message}`,
    ...(correlation.file === undefined ? {} : { file: correlation.file }),
    ...(place ?? NOWHERE),
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

/**
 * The field that stands for an alias or a field name in the matches of one reference.
 *
 * @param linked The correlation.
 * @param reference The number of the reference.
 * @param name A field or alias from `group-by` or `condition.field`.
 * @returns Undefined if the name is an alias without a field for this reference.
 */
export function fieldFor(
  { correlation, references }: LinkedCorrelation,
  reference: number,
  name: string,
): string | undefined {
  const alias = Object.hasOwn(correlation.aliases, name) ? correlation.aliases[name] : undefined;
  if (alias === undefined) return name;
  const keys = keysOf(references[reference]!);
  return Object.entries(alias).find(([rule]) => keys.includes(keyOf(rule)))?.[1];
}

/**
 * The fields that the results of a correlation have, or of a rule with `new_value`.
 *
 * @param document What is referred to.
 * @returns Undefined for other rules: their matches are events, with any field.
 */
export function resultFields(document: Referenced): readonly string[] | undefined {
  if (document.kind === "correlation") return document.groupBy;
  const history = historyOf(document);
  return history?.kind === "new_value" ? [...history.groupBy, history.field] : undefined;
}

/** Fields that the matches of a rule cannot have. */
function* checkFields(linked: LinkedCorrelation): Generator<LinkProblem> {
  const { correlation, references } = linked;
  const { condition, groupBy, aliases } = correlation;
  const valueFields = condition.kind === "thresholds" ? condition.fields : [];
  const known = references.flatMap(keysOf);
  for (const [alias, fields] of Object.entries(aliases)) {
    for (const rule of Object.keys(fields)) {
      if (known.includes(keyOf(rule))) continue;
      const meant = closest(rule, correlation.rules);
      yield {
        correlation,
        at: [`aliases.${alias}.${rule}`, `aliases.${alias}`],
        code: "correlation-alias",
        message: `The alias '${alias}' has a field for '${rule}', which is not one of the rules`,
        ...(meant === undefined ? {} : { suggestion: meant }),
      };
    }
  }
  const used: [name: string, at: string[]][] = [
    ...groupBy.map((name, index): [string, string[]] => [name, [`group-by.${index}`]]),
    ...valueFields.map((name): [string, string[]] => [name, ["condition"]]),
  ];
  for (const [name, at] of used) {
    for (const [index, reference] of references.entries()) {
      const field = fieldFor(linked, index, name);
      if (field === undefined) {
        yield {
          correlation,
          at: [`aliases.${name}`, ...at],
          code: "correlation-alias",
          message: `The alias '${name}' has no field for the rule '${correlation.rules[index]}'`,
        };
        continue;
      }
      const fields = resultFields(reference);
      if (fields?.includes(field) === false) {
        const groups = fields.length > 0
          ? `it groups by ${fields.join(", ")}`
          : "it has no group-by";
        const meant = closest(field, fields);
        yield {
          correlation,
          at,
          code: "correlation-group",
          message: `The results of '${
            correlation.rules[index]
          }' have no field '${field}': ${groups}`,
          ...(meant === undefined ? {} : { suggestion: meant }),
        };
      }
    }
  }
  const isNumeric = /^value_(sum|avg|percentile|median)$/.test(correlation.type);
  for (const [index, reference] of references.entries()) {
    const name = correlation.rules[index];
    const history = reference.kind === "rule" ? historyOf(reference) : undefined;
    const message = history?.kind === "absence"
      ? `'${name}' is about the absence of events, so it has no matches`
      : isNumeric && resultFields(reference) !== undefined
      ? `'${correlation.type}' computes with fields of events, ` +
        `but '${name}' ${history ? "has new_value" : "is a correlation"}`
      : undefined;
    if (message === undefined) continue;
    yield { correlation, at: [`rules.${index}`], code: "correlation-reference", message };
  }
}

/** A count that no group can reach. */
function checkCount(correlation: SigmaCorrelation, maxMatches: number): LinkProblem[] {
  const { condition, type } = correlation;
  if (condition.kind !== "thresholds" || !/^(event|value)_count$/.test(type)) return [];
  const { min } = wholeNumbers(condition.thresholds, 1, Infinity) ?? { min: 1 };
  if (min <= maxMatches) return [];
  const message = `The condition needs ${min} matches, ` +
    `but only ${maxMatches} are kept for each group`;
  return [{ correlation, at: ["condition"], code: "correlation-condition", message }];
}

function unknownRule(
  correlation: SigmaCorrelation,
  name: string,
  index: number,
  known: ReadonlyMap<string, Referenced>,
): LinkProblem {
  const documents = [...new Set(known.values())];
  const meant = closest(name, documents.flatMap(({ name }) => name ?? []));
  const titled = documents.find(({ title }) => title === name);
  const suggestion = titled ? titled.name ?? titled.id : meant;
  return {
    correlation,
    at: [`rules.${index}`, `condition.${name}`, "rules", "condition"],
    code: "correlation-reference",
    message: `No rule or correlation has the id or name '${name}'`,
    unknown: name,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function placeOfReference(
  from: SigmaCorrelation,
  to: SigmaCorrelation,
  known: ReadonlyMap<string, Referenced>,
): string {
  return `rules.${from.rules.findIndex((name) => known.get(keyOf(name)) === to)}`;
}

function keysOf({ id, name }: Referenced): string[] {
  return [id, name].flatMap((key) => key === undefined ? [] : [keyOf(key)]);
}

/** UUIDs are compared without their case, names with it. */
function keyOf(name: string): string {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(name) ? name.toLowerCase() : name;
}
