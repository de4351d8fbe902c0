import { bundleWorker } from "../../src/local/build_worker.ts";
import { BareServer } from "./bare_server.ts";
import { BareWorkerd } from "./bare_workerd.ts";
import type { Shell } from "./shell_name.ts";

/** A process of Panoptes that can be killed and restarted on the same disk. */
export type ShellProcess = BareWorkerd | BareServer;

/** Prepares a process of a shell, and starts nothing yet. */
export async function createShell(
  shell: Shell,
  vars: Readonly<Record<string, string>>,
): Promise<ShellProcess> {
  return shell === "server" ? await BareServer.create({ vars }) : await BareWorkerd.create({
    script: await bundleWorker("src/local/worker_with_cron.ts"),
    vars,
  });
}
