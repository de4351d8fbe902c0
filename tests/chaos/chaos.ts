// deno-lint-ignore-file no-console -- printing is what it is for
/**
 * `deno task chaos --kills N [--seed S]`: the Worker on bare workerd with its storage on disk, killed N times with SIGKILL
 * while events are published, webhooks delivered and streams followed; then an audit, id by id. Exit code 1
 * if anything is missing, doubled or wrong.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { runChaos } from "./run_chaos.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "20" },
    seed: { type: "string" },
    rate: { type: "string", default: "30" },
  },
});
const stopping = new AbortController();
Deno.addSignalListener("SIGINT", () => stopping.abort(new Error("Stopped")));
Deno.addSignalListener("SIGTERM", () => stopping.abort(new Error("Stopped")));
const { findings, figures } = await runChaos({
  kills: Number(values.kills),
  seed: values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed),
  perSecond: Number(values.rate),
  signal: stopping.signal,
  onProgress: (line) => console.log(line),
});
console.table(figures);
console.table(findings.map(({ examples: _, ...finding }) => finding));
const broken = findings.filter(({ missing, wrong }) => missing + wrong > 0);
for (const { promise, examples } of broken) console.error(promise, examples);
console.log(broken.length === 0 ? "Every promise was kept." : `Broken: ${broken.length}.`);
Deno.exit(broken.length === 0 ? 0 : 1);
