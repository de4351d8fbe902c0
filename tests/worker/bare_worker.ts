import { bundleWorker } from "../../src/local/build_worker.ts";
import { BareWorkerd } from "../support/bare_workerd.ts";
import type { FarEnd } from "./far_end.ts";
import { apiTokens, TOKEN } from "../support/api_token.ts";

/** The part of the status that tests look at. */
export interface Status {
  health: string;
  failures: { code: string; count: number }[];
  reasons: { code: string; severity: string; about: string | null; message: string }[];
  unfedLogs: { source: string; events: number; alerts: number; owed: number }[];
  log: { messages: Record<string, number> };
}

/**
 * The Worker in bare workerd, as `deno task start` runs it: no tool stands between it and the network,
 * and its disk outlives its process, so that its settings can change.
 */
export async function startWorker(api: FarEnd, vars: Record<string, string>) {
  const workerd = await BareWorkerd.create({
    script: await bundleWorker("src/local/worker_with_cron.ts"),
    vars: {
      TE_TOKEN: api.token,
      TE_BASE_URL: api.baseUrl,
      TE_AID: "",
      POLL_INTERVAL_SECONDS: "1",
      API_TOKENS: await apiTokens(),
      ...vars,
    },
  });
  const get = async <T>(path: string, accept = "application/json"): Promise<T> => {
    const response = await fetch(`${workerd.origin}${path}`, {
      headers: { authorization: `Bearer ${TOKEN}`, accept },
    });
    return await response.json();
  };
  return {
    workerd,
    get,
    status: () => get<Status>("/v1/status"),
    async startWith(changed: Record<string, string> = {}) {
      await workerd.kill();
      workerd.start(changed);
      await workerd.ready();
      await workerd.cron();
    },
  };
}
