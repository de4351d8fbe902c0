import { FarEnd } from "../worker/far_end.ts";
import { apiTokens, TOKEN } from "../support/api_token.ts";
import { eventually } from "../support/eventually.ts";
import { createShell } from "../support/shell.ts";
import type { Shell } from "../support/shell_name.ts";
import type { TargetOptions } from "./target.ts";

/** How many events there are at the start: more than a stream with a filter looks at in one step. */
const EVENTS = 1_400;
const USERS = [
  "Ana Diaz (ana@example.org)",
  "Bo 🙂 (bo@example.com)",
  "Ærø\u2028 (cy@example.org)",
];

/** Panoptes in a shell, with events that have been recorded, and a way to publish more. */
export async function startConformanceShell(shell: Shell): Promise<
  TargetOptions & AsyncDisposable & { readonly publish: (count: number) => Promise<void> }
> {
  const api = await FarEnd.start();
  const process = await createShell(shell, {
    TE_TOKEN: api.token,
    TE_BASE_URL: api.baseUrl,
    POLL_INTERVAL_SECONDS: "1",
    API_TOKENS: await apiTokens(),
    MAX_STREAMS: "100",
  });
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
  process.start();
  await process.ready();
  await process.cron();
  const headers = { authorization: `Bearer ${TOKEN}`, accept: "application/x-ndjson" };
  await eventually(
    async () =>
      (await (await fetch(`${process.origin}/v1/events`, { headers })).text()).split("\n"),
    (lines) => lines.length > EVENTS,
  );
  return {
    url: process.origin,
    token: TOKEN,
    publish,
    async [Symbol.asyncDispose]() {
      await process[Symbol.asyncDispose]();
      api[Symbol.dispose]();
    },
  };
}
