/**
 * Many rules against one event: this engine, a naive one, and the alternatives on npm.
 * `deno task bench:match` runs it in a process that refuses code generation, as Workers do.
 *
 * @module
 */
import { parseSigma } from "../src/sigma/parse.ts";
import { RuleSet } from "../src/sigma/source_rule_set.ts";
import { printFigures } from "./figures.ts";
import { jsonLogicRules } from "./match/json_logic.ts";
import { jsonRulesEngine } from "./match/json_rules.ts";
import { naiveClosures } from "./match/naive_closures.ts";
import { prepareEvent, prepareRule } from "./match/predicates.ts";
import { seededRandom } from "./match/random.ts";
import { regexBenchmark } from "./match/regex_benchmark.ts";
import { syntheticEvents } from "./match/synthetic_events.ts";
import { syntheticRules, toSigma } from "./match/synthetic_rules.ts";

const SIZES = [10, 100, 1000, 3000];
const ROUNDS = 100;
/** Short, so that some rounds run undisturbed on a busy machine. */
const BUDGET_MS = 8;
/** A slow engine runs fewer rounds. */
const MAX_SPENT_MS = 2_000;
/**
 * Few enough to stay in the cache for every engine, so that matching is measured and not memory.
 */
const EVENTS = 500;

interface Contender {
  name: string;
  /** How many rules the event with this number matches. */
  match(event: number): number | Promise<number>;
  /** How many events are matched between two readings of the clock. */
  step: number;
  /** The total time of its rounds so far. */
  spentMs: number;
}

const random = seededRandom(7);
const events = syntheticEvents(EVENTS, random);
// The preparation for the others is not measured; this engine gets events as the API sends them.
const prepared = events.map(prepareEvent);
const allRules = syntheticRules(SIZES.at(-1)!, random);

// The best round counts, since other work of the machine can only make a round slower. All sizes
// and engines take turns, so that a slow minute does not hit only one of them.
const best = new Map<string, Map<number, number>>();
const bySize = new Map(SIZES.map((size) => [size, contendersFor(allRules.slice(0, size))]));
for (const contenders of bySize.values()) await checkAgreement(contenders);
for (let round = 0; round < ROUNDS; round++) {
  for (const [size, contenders] of bySize) {
    for (const contender of contenders) {
      const times = best.get(contender.name) ?? new Map<number, number>();
      best.set(contender.name, times);
      if (contender.spentMs > MAX_SPENT_MS) continue;
      const time = await microsPerEvent(contender, round);
      times.set(size, Math.min(times.get(size) ?? Infinity, time));
    }
  }
}

const { regexSetVsNative, worstRegexMs, worstPattern } = regexBenchmark();
const at = (name: string, size: number) => best.get(name)!.get(size)!;
printFigures({
  title: `microseconds per event (best of ${ROUNDS} rounds)`,
  table: Object.fromEntries(
    [...best].map(([name, times]) => [
      name,
      Object.fromEntries([...times].map(([size, time]) => [`${size} rules`, rounded(time)])),
    ]),
  ),
  notes: [`slowest hostile pattern on 5,000 characters: ${worstPattern}`],
  result: {
    speedup_naive_3000: rounded(at("naive", 3000) / at("panoptes", 3000)),
    speedup_json_logic_3000: rounded(at("json-logic-js", 3000) / at("panoptes", 3000)),
    growth_100_3000: rounded(at("panoptes", 3000) / at("panoptes", 100)),
    regex_set_vs_native: rounded(regexSetVsNative),
    worst_regex_ms: rounded(worstRegexMs),
  },
});

function contendersFor(rules: readonly (typeof allRules)[number][]): Contender[] {
  const parsed = rules.flatMap((rule) => parseSigma(toSigma(rule)).rules);
  const ruleSet = new RuleSet(parsed);
  if (parsed.length !== rules.length) throw new Error("Cannot compare: not every rule was loaded");
  const forOthers = rules.map(prepareRule);
  const naive = naiveClosures(forOthers);
  const logic = jsonLogicRules(forOthers);
  const engine = jsonRulesEngine(forOthers);
  return [
    { name: "naive", match: (event) => naive(prepared[event]!), step: 4, spentMs: 0 },
    {
      name: "panoptes",
      match: (event) => ruleSet.match(events[event]!).length,
      step: 256,
      spentMs: 0,
    },
    { name: "json-logic-js", match: (event) => logic(prepared[event]!), step: 2, spentMs: 0 },
    { name: "json-rules-engine", match: (event) => engine(prepared[event]!), step: 1, spentMs: 0 },
  ];
}

/** All engines must find the same number of matches, or the comparison means nothing. */
async function checkAgreement(contenders: readonly Contender[]): Promise<void> {
  const [first, ...others] = contenders;
  for (const { name, match, step } of others) {
    for (let event = 0; event < (step === 1 ? 20 : 400); event++) {
      const [expected, found] = [await first!.match(event), await match(event)];
      if (expected === found) continue;
      throw new Error(
        `Cannot compare: ${name} finds ${found} instead of ${expected} at event ${event}`,
      );
    }
  }
}

async function microsPerEvent(contender: Contender, round: number): Promise<number> {
  const { match, step } = contender;
  const started = performance.now();
  let event = (round * 97) % EVENTS;
  let count = 0;
  for (;;) {
    for (let index = 0; index < step; index++) {
      const result = match(event);
      if (typeof result !== "number") await result;
      event = (event + 1) % EVENTS;
    }
    count += step;
    const passed = performance.now() - started;
    if (passed < BUDGET_MS) continue;
    contender.spentMs += passed;
    return passed * 1000 / count;
  }
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
