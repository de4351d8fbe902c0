/**
 * SigmaHQ's rules and events: how long each stage of loading takes, and how many events are matched
 * per second. `deno task bench:corpus` runs it in a process that refuses code generation, as
 * Workers do. The corpus is in the folder SIGMA_CORPUS.
 *
 * @module
 */
import { parseSigma } from "../src/sigma/parse.ts";
import { RuleSet } from "../src/sigma/source_rule_set.ts";
import { isWindowsRule, readCorpus } from "../tests/support/sigma_corpus.ts";
import { printFigures } from "./figures.ts";

const ROUNDS = 20;
const ROUND_MS = 250;

const corpus = readCorpus();
if (!corpus) Deno.exit(0);

const before = Deno.memoryUsage();
const stages: Record<string, string> = {};
// Nothing is warm yet: this is what the start of a process costs.
const [parsed, parseMs] = timed(() =>
  corpus.rules.map(({ file, yaml }) => parseSigma(yaml, { file }))
);
const rules = parsed.flatMap((result) => result.rules);
const [all, compileMs] = timed(() => new RuleSet(rules, { onProblem: () => {} }));
const loadMs = parseMs + compileMs;
stages[`YAML text -> ${rules.length} rules`] = `${parseMs.toFixed(0)} ms`;
stages[`rules -> rule set of ${all.rules.length} with its index`] = `${compileMs.toFixed(0)} ms`;
const after = Deno.memoryUsage();
stages["memory taken, before garbage collection"] = megabytes(after.rss - before.rss);

const windows = new RuleSet(rules.filter(({ file }) => isWindowsRule(file!)), {
  onProblem: () => {},
});
const events = corpus.events.map(({ event }) => event);
const rates: number[] = [];
let matches = 0;
for (let round = 0; round < ROUNDS; round++) {
  const started = performance.now();
  let count = 0;
  matches = 0;
  while (performance.now() - started < ROUND_MS) {
    matches = 0;
    for (const event of events) matches += windows.match(event).length;
    count += events.length;
  }
  rates.push(count * 1000 / (performance.now() - started));
}
const rate = Math.max(...rates);
stages[`${windows.rules.length} Windows rules on ${events.length} events`] = `${matches} matches`;
stages["rules that are tried on every event"] = String(windows.alwaysEvaluated.length);
stages["events per second, best round"] = rate.toFixed(0);
printFigures({
  title: "SigmaHQ",
  table: stages,
  result: { corpus_events_per_s: Math.round(rate), load_ms: Math.round(loadMs) },
});

function timed<T>(work: () => T): [result: T, ms: number] {
  const started = performance.now();
  const result = work();
  return [result, performance.now() - started];
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MB`;
}
