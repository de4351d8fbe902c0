import { startWorker } from "../worker/bare_worker.ts";
import { FarEnd } from "../worker/far_end.ts";
import { TOKEN } from "../support/api_token.ts";
import { eventually } from "../support/eventually.ts";
import type { TargetOptions } from "./target.ts";

/** How many events there are at the start: more than a stream with a filter looks at in one step. */
const EVENTS = 1_400;
const USERS = [
  "Ana Diaz (ana@example.org)",
  "Bo 🙂 (bo@example.com)",
  "Ærø\u2028 (cy@example.org)",
];

/** The Worker in bare workerd, with events that have been recorded, and a way to publish more. */
export async function startConformanceWorker(): Promise<
  TargetOptions & AsyncDisposable & { readonly publish: (count: number) => Promise<void> }
> {
  const api = await FarEnd.start();
  const { workerd, startWith } = await startWorker(api, { MAX_STREAMS: "100" });
  let published = 0;
  const publish = (count: number) => {
    const from = Date.now() - 600_000;
    return api.publish(...Array.from({ length: count }, () => {
      const number = published++;
      return {
        event: number % 7 === 3 ? "Login failed." : `Event ${number}`,
        user: USERS[number % USERS.length]!,
        date: from + number * 100,
      };
    }));
  };
  await publish(EVENTS);
  await startWith();
  const headers = { authorization: `Bearer ${TOKEN}`, accept: "application/x-ndjson" };
  await eventually(
    async () =>
      (await (await fetch(`${workerd.origin}/v1/events`, { headers })).text()).split("\n"),
    (lines) => lines.length > EVENTS,
  );
  return {
    url: workerd.origin,
    token: TOKEN,
    publish,
    async [Symbol.asyncDispose]() {
      await workerd[Symbol.asyncDispose]();
      api[Symbol.dispose]();
    },
  };
}
