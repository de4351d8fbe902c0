// deno-lint-ignore-file no-console -- printing is what it is for
/**
 * `deno task chaos:backfill --events 1000000`: the Worker on bare workerd backfills an organisation
 * with a long history. Prints the resident memory of the workerd process after each tenth. The exit
 * code is 1 if an event is missing in the end.
 *
 * @module
 */
import { bundleWorker } from "../../src/local/build_worker.ts";
import { newToken } from "../../src/local/credentials.ts";
import { serveOnLoopback } from "../../src/server/serve_on_loopback.ts";
import { wait } from "../../src/stream/wait.ts";
import { createEmulator } from "../../src/emulator/create_emulator.ts";
import { BareWorkerd } from "../support/bare_workerd.ts";
import { LogClient } from "./log_client.ts";
import { wholeNumber } from "../../src/cli/common_options.ts";
import { taskCommand } from "../../src/cli/task_command.ts";

const { events: wanted, days } = taskCommand("chaos:backfill")
  .description("Backfills a long history through real workerd, and shows the memory that it takes.")
  .option("--events <n>", "how many events the history has", wholeNumber, 1_000_000)
  .option("--days <n>", "how many days it covers", wholeNumber, 30)
  .parse(Deno.args, { from: "user" }).opts<{ events: number; days: number }>();
const MIB = 1_048_576;
const POLL_MS = 200;
/** The history ends before the live range begins, so that all of it is backfilled. */
const MARGIN_MS = 3_600_000;
/** After this time without a new event, no more are expected. */
const STANDSTILL_MS = 60_000;

const emulator = createEmulator({ ratePerMinute: 10_000_000, pageSize: 1_000 });
const now = Date.now();
emulator.publishHistory(
  wanted,
  now - days * 86_400_000 + MARGIN_MS,
  now - MARGIN_MS,
);
console.log(`${emulator.size} events in ${days} days`);

const recorded = await backfill();
console.log(recorded === wanted ? "All recorded." : `Only ${recorded} recorded.`);
Deno.exit(recorded === wanted ? 0 : 1);

async function backfill(): Promise<number> {
  const api = serveOnLoopback((request) => emulator.app.fetch(request), 0);
  await using _ = { [Symbol.asyncDispose]: () => api.close() };
  const { token, configured } = await newToken();
  await using workerd = await BareWorkerd.create({
    script: await bundleWorker(),
    vars: {
      TE_TOKEN: emulator.token,
      TE_BASE_URL: `${api.origin}/v7`,
      BACKFILL: `${days}d`,
      API_TOKENS: configured,
    },
  });
  const client = new LogClient(workerd.origin, { authorization: `Bearer ${token}` });
  workerd.start();
  await workerd.ready();

  const step = wanted / 10;
  const started = Date.now();
  let mark = { at: started, events: 0, next: Math.min(step, wanted) };
  let last = { at: started, events: 0 };
  console.log("   recorded  resident MiB  on disk MiB  events/s  alerts  requests");
  while (last.events < wanted && Date.now() - last.at < STANDSTILL_MS) {
    await wait(POLL_MS);
    const { log, counts } = await client.status() as {
      log: { events: number; alerts: number; bytes: number };
      counts: { requests: number };
    };
    if (log.events > last.events) last = { at: Date.now(), events: log.events };
    if (log.events < mark.next) continue;
    const seconds = (Date.now() - mark.at) / 1_000;
    const figures: [number, number][] = [
      [log.events, 11],
      [await workerd.residentBytes() / MIB, 14],
      [await workerd.diskBytes() / MIB, 13],
      [(log.events - mark.events) / seconds, 10],
      [log.alerts, 8],
      [counts.requests, 10],
    ];
    console.log(
      figures.map(([figure, width]) => String(Math.round(figure)).padStart(width)).join(""),
    );
    const next = Math.min((Math.floor(log.events / step) + 1) * step, wanted);
    mark = { at: Date.now(), events: log.events, next };
  }
  console.log(`${Math.round(last.events / (last.at - started) * 1_000)} events/s overall`);
  return last.events;
}
