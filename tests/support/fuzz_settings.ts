/**
 * The seed of every random test: fixed, so that none fails by chance, unless `deno task fuzz` says
 * otherwise.
 */
export const SEED = Number(Deno.env.get("FUZZ_SEED") ?? 1);

/**
 * How many random cases a test tries.
 *
 * @param ordinary The number in an ordinary run; `deno task fuzz --runs` asks for another.
 */
export function runsOf(ordinary: number): number {
  return Number(Deno.env.get("FUZZ_RUNS") ?? ordinary);
}
