// deno-lint-ignore-file no-console -- printing is what a benchmark is for
/**
 * Whether every reader and check takes time in proportion to its input: each case is measured at
 * one size and at twice that size. `deno task bench:linear` prints the factor of each; a quadratic
 * one is 4. It takes two arguments: a part of the names of cases, and how many milliseconds the smaller
 * input must take at least. Hidden terms show with a second or more.
 *
 * @module
 */
import process from "node:process";
import { CASES, type LinearCase } from "./linear/cases.ts";
import { median, printFigures } from "./figures.ts";

/** Short enough for many cases, and long enough for the clock. */
const MIN_MS = Number(Deno.args[1] ?? 20);
const MIN_ROUNDS = 5;
/** A factor above this is measured more often. */
const DOUBTFUL = 2.15;
const MAX_ROUNDS = 25;

/** How the time of one case grows; times in milliseconds. */
interface Growth {
  readonly size: number;
  readonly once: number;
  readonly twice: number;
  readonly factor: number;
}

const wanted = Deno.args[0] ?? "";
const table: Record<string, { size: number; "ms": string; "ms, doubled": string; factor: string }> =
  {};
let worst = 0;
for (const each of CASES.filter(({ name }) => name.includes(wanted))) {
  const { size, once, twice, factor } = await growthOf(each);
  worst = Math.max(worst, factor);
  table[each.name] = {
    size,
    "ms": once.toFixed(1),
    "ms, doubled": twice.toFixed(1),
    factor: factor.toFixed(2),
  };
  if (wanted !== "") console.log(each.name, table[each.name]);
}
printFigures({
  title: "Time when the input doubles (2 is linear, 4 is quadratic)",
  table,
  result: { worst_growth: Number(worst.toFixed(2)) },
});

/**
 * Measures both sizes in turn: a machine that is busy for a while slows both. The factor is the
 * middle of those of the rounds, each against the smaller input before and after the larger one.
 */
async function growthOf(each: LinearCase): Promise<Growth> {
  const size = await sizeOf(each);
  const [small, large] = [each.make(size), each.make(2 * size)];
  const rounds: { once: number; twice: number; factor: number }[] = [];
  const factor = () => median(rounds.map((round) => round.factor));
  while (rounds.length < MIN_ROUNDS || (factor() > DOUBTFUL && rounds.length < MAX_ROUNDS)) {
    const before = await timedAlone(small);
    const twice = await timedAlone(large);
    const once = (before + await timedAlone(small)) / 2;
    rounds.push({ once, twice, factor: twice / once });
  }
  return {
    size,
    once: median(rounds.map(({ once }) => once)),
    twice: median(rounds.map(({ twice }) => twice)),
    factor: factor(),
  };
}

/** The first size that takes long enough, or the largest that a case allows. */
async function sizeOf({ make, max }: LinearCase): Promise<number> {
  for (let size = 64;; size *= 2) {
    if (2 * size > max) return max / 2;
    const work = make(size);
    // Code that has just been compiled is slow at first.
    if (
      await timed(work) >= MIN_MS && await timed(work) >= MIN_MS && await timed(work) >= MIN_MS
    ) return size;
  }
}

/** The same, with nothing left of the last round that would have to be cleared away in this one. */
async function timedAlone(work: () => unknown): Promise<number> {
  (globalThis as { gc?: () => void }).gc?.();
  return await timed(work);
}

/** Time of the processor, since other programs on the machine also take their share of the clock. */
async function timed(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
