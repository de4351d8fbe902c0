import { assert, assertEquals } from "@std/assert";
import { parse } from "yaml";
import {
  type CorrelationInput,
  Correlator,
  MemoryStore,
  parseSigma,
  type Problem,
  RuleSet,
  SigmaError,
} from "../../../src/sigma/mod.ts";
import { CORRELATION_CASES } from "../cases/correlations/all.ts";
import { caseText, type CorrelationCase } from "../cases/correlations/correlation_case.ts";

/** At midnight; weeks, months and years have other slots, which cases write as `/`. */
const START = Date.UTC(2026, 0, 1);

interface Step {
  events: { event: Record<string, unknown>; time: number; id: string }[];
  watermark: number;
}

/** The calls of a case. */
function stepsOf({ events }: CorrelationCase): Step[] {
  const steps: Step[] = [];
  let step: Step = { events: [], watermark: Infinity };
  const words = events.split(", ").filter((word) => word !== "");
  for (const [number, word] of words.entries()) {
    if (/^w-?\d+$/.test(word)) {
      steps.push({ ...step, watermark: START + Number(word.slice(1)) * 1_000 });
      step = { events: [], watermark: Infinity };
      continue;
    }
    const fields = word.split(" ");
    const marked = fields.find((field) => field.startsWith("#"));
    const [seconds, kind, ...rest] = fields.filter((field) => field !== marked);
    const event: Record<string, unknown> = { kind };
    for (const [index, name] of ["user", "value", "host"].entries()) {
      const text = rest[index];
      if (text !== undefined && text !== "-") event[name] = parse(text.replace(";", ","));
    }
    event.deep = { user: event.user };
    step.events.push({
      event,
      time: START + Math.round(Number(seconds) * 1_000),
      id: marked ?? `e${number}`,
    });
  }
  return [...steps, step];
}

function run(spec: CorrelationCase): string {
  const { rules, correlations } = parseSigma(caseText(spec));
  const ruleSet = new RuleSet(rules, { baseRules: true });
  const correlator = new Correlator(correlations, rules);
  const store = new MemoryStore();
  const steps = stepsOf(spec);
  const found: string[] = [];
  for (const [number, { events, watermark }] of steps.entries()) {
    const inputs: CorrelationInput[] = [];
    for (const each of events) correlator.collect(each, ruleSet.match(each.event), inputs);
    const { results } = correlator.correlate(store, inputs, watermark);
    for (const { document: correlation, first, value } of results) {
      const name = correlations.length > 1 ? `${correlation.name}:` : "";
      const call = steps.length > 1 ? `@${number + 1}` : "";
      found.push(`${name}${(first - START) / 1_000}=${Math.round(value * 1e9) / 1e9}${call}`);
    }
  }
  return found.join(" ");
}

function check(spec: CorrelationCase): void {
  const { problems, rules, correlations } = parseSigma(caseText(spec), { file: "case.yml" });
  const errors: Problem[] = problems.filter(({ severity }) => severity === "error");
  try {
    new Correlator(correlations, rules);
  } catch (error) {
    if (!(error instanceof SigmaError)) throw error;
    errors.push(...error.problems);
  }
  const shown = errors.map(({ message, suggestion }) => `${message} ${suggestion ?? ""}`.trim());
  if (typeof spec.expected === "string") {
    assertEquals(shown, []);
    const expected = spec.expected.replace("/", "0");
    assertEquals(run(spec), expected);
    return;
  }
  const wanted = spec.expected.error;
  const found = errors.find((_, index) => wanted.test(shown[index]!));
  if (!found) throw new Error(`no problem says ${wanted}; found: ${JSON.stringify(shown)}`);
  assert(found.code.startsWith("correlation-"), found.code);
  assert(found.line > 15 && found.column >= 1, `${found.line}:${found.column}`);
}

for (const [family, cases] of Object.entries(CORRELATION_CASES)) {
  for (const spec of cases) {
    Deno.test(`Sigma correlations, ${family}: ${spec.name} [${spec.section}]`, () => check(spec));
  }
}

Deno.test("Sigma correlation cases are at least 150, and no two are the same", () => {
  const all = Object.values(CORRELATION_CASES).flat();
  assert(all.length >= 150, String(all.length));
  const keys = all.map(({ correlations, events }) => JSON.stringify([correlations, events]));
  assertEquals(keys.filter((key, at) => keys.indexOf(key) !== at), []);
});
