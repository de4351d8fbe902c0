/**
 * The command `deno task simulate`: the watch, the log, the outbox and the event streams in virtual
 * time, between models of the API and of the endpoints that fail in every known way, checked by an
 * independent bookkeeper.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { BUGS } from "./bugs.ts";
import { ALL_KINDS, FAULT_KINDS, isFaultKind } from "./fault_kinds.ts";
import { SHELLS } from "../support/shell_name.ts";
import type { RunOptions } from "./plan.ts";
import { type RunResult, runSeed } from "./run_seed.ts";
import { runInWorkers } from "./run_in_workers.ts";
import { runSeeds } from "./run_seeds.ts";
import { commandOf, shrink } from "./shrink.ts";

const HELP = `deno task simulate [options]

  --seeds N      how many seeds to run (100)
  --seed S       the first seed (random, and printed)
  --minutes M    how long faults occur in each run, in simulated minutes (the seed decides)
  --without A,B  kinds of fault to leave out
  --bug NAME     a deliberate bug; the command fails if the checker does not catch it
  --shell NAME   worker, or server: its files, its writes and its ticks in every run (worker,
                 or that of the bug)
  --jobs N       how many threads (2)
  --history N    lines of history to print for the first failure (60)

Kinds of fault:
${ALL_KINDS.map((kind) => `  ${kind.padEnd(14)} ${FAULT_KINDS[kind]}`).join("\n")}

Bugs:
${Object.entries(BUGS).map(([name, { about }]) => `  ${name.padEnd(18)} ${about}`).join("\n")}
`;

/** The parsed command line. */
interface Arguments {
  readonly first: number;
  readonly seeds: number;
  readonly history: number;
  readonly jobs: number;
  readonly options: Omit<RunOptions, "seed">;
}

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: string[]): Promise<number> {
  const parsed = readArgs(args);
  if (typeof parsed === "string") {
    print(parsed);
    return parsed === HELP ? 0 : 2;
  }
  const { first, seeds, options } = parsed;
  print(`Seeds ${first} to ${first + seeds - 1}`);
  const began = performance.now();
  const result = options.bug === undefined && parsed.jobs > 1 && seeds > 20
    ? await runInWorkers(first, seeds, options, parsed.jobs, (done, failed) => {
      progress(done, `${done} of ${seeds}, ${failed} with violations`);
    })
    : await runSeeds(first, seeds, options, ({ violations }, done) => {
      progress(done, `${done} of ${seeds}`);
      return options.bug === undefined || violations.length === 0;
    });
  progress(0, "");
  const seconds = (performance.now() - began) / 1_000;
  const { totals, failed } = result;
  print(
    `${result.seeds} seeds in ${
      seconds.toFixed(1)
    } s: ${totals.events} events, ${totals.alerts} alerts, ` +
      `${totals.requests} requests, ${totals.lives} processes: ${failed} seeds with violations`,
  );
  for (const { plan, violations } of result.failures.slice(1, 20)) {
    print(`seed ${plan.seed}: ${violations[0]?.split("\n")[0]}`);
  }
  const failure = result.failures[0];
  if (options.bug !== undefined) {
    print(failure ? `Caught at seed ${failure.plan.seed}: ${failure.violations[0]}` : "Not caught");
    return failure === undefined ? 1 : 0;
  }
  if (failure !== undefined) await explain(failure, parsed);
  return failed === 0 ? 0 : 1;
}

async function explain(
  { plan, violations }: RunResult,
  { options, history }: Arguments,
): Promise<void> {
  print(`\nSeed ${plan.seed}, with ${[...plan.kinds].join(", ") || "no faults"}:`);
  for (const line of violations.slice(0, 20)) print(`  ${line}`);
  print("Looking for a smaller run that still fails …");
  const smallest = await shrink({ ...options, seed: plan.seed });
  const again = await runSeed({ ...smallest, keepsHistory: true });
  print(`\nWith ${[...again.plan.kinds].join(", ") || "no faults"}:`);
  for (const line of again.violations.slice(0, 20)) print(`  ${line}`);
  print(`\nThe last lines of its history:`);
  for (const line of again.history.slice(-history)) print(`  ${line}`);
  print(`\nRun it again: ${commandOf(smallest)}`);
}

function readArgs(args: string[]): Arguments | string {
  let values: ReturnType<typeof parse>["values"];
  try {
    ({ values } = parse(args));
  } catch (error) {
    return `Cannot simulate: ${error instanceof Error ? error.message : error}`;
  }
  if (values.help) return HELP;
  const without = values.without.split(",").filter((name) => name !== "");
  const unknown = without.find((name) => !isFaultKind(name));
  if (unknown !== undefined) return `Cannot simulate: "${unknown}" is not a kind of fault`;
  const { bug } = values;
  if (bug !== undefined && !Object.hasOwn(BUGS, bug)) {
    return `Cannot simulate: "${bug}" is not a bug`;
  }
  const wanted = values.shell ?? (bug && BUGS[bug]?.shell) ?? "worker";
  const shell = SHELLS.find((shell) => shell === wanted);
  if (shell === undefined) return `Cannot simulate: "${wanted}" is not a shell`;
  const numbers = [values.seeds, values.seed, values.minutes, values.history, values.jobs];
  const invalid = numbers.find((text) => text !== undefined && !/^\d{1,10}$/.test(text));
  if (invalid !== undefined) return `Cannot simulate: "${invalid}" is not a whole number`;
  return {
    first: Number(values.seed ?? Math.floor(Math.random() * 1e9)),
    seeds: Number(values.seeds),
    history: Number(values.history),
    jobs: Math.min(Number(values.jobs), 64),
    options: {
      minutes: values.minutes === undefined ? undefined : Math.max(1, Number(values.minutes)),
      without: without.filter(isFaultKind),
      bug,
      shell,
    },
  };
}

function parse(args: string[]) {
  return parseArgs({
    args,
    options: {
      seeds: { type: "string", default: "100" },
      seed: { type: "string" },
      minutes: { type: "string" },
      without: { type: "string", default: "" },
      bug: { type: "string" },
      shell: { type: "string" },
      history: { type: "string", default: "60" },
      jobs: { type: "string", default: "2" },
      help: { type: "boolean" },
    },
  });
}

function print(line: string): void {
  // deno-lint-ignore no-console -- it is a command
  console.log(line);
}

/** Without a terminal, one line for each thousand is enough. */
function progress(done: number, text: string): void {
  const isTerminal = Deno.stderr.isTerminal();
  if (!isTerminal && (done === 0 || done % 1_000 !== 0)) return;
  const line = isTerminal ? `\r\x1b[K${text}` : `${text}\n`;
  Deno.stderr.writeSync(new TextEncoder().encode(line));
}
