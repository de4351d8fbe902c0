import process from "node:process";
import { Miniflare, MiniflareCoreError, type MiniflareOptions } from "miniflare";
import type { WorkerSettings } from "./worker_settings.ts";

/** How the Worker is run. */
export interface WorkerdOptions {
  /** The bundled Worker. */
  readonly script: string;
  readonly settings: WorkerSettings;
  /** Variables and secrets; they take precedence over those of wrangler.toml. */
  readonly env: Readonly<Record<string, string>>;
  /** The folder of the Durable Objects; workerd crashes on alarms if their storage is in memory. */
  readonly storage: string;
  /** The wanted port; if it is taken, another one is chosen. */
  readonly port: number;
  /** Receives every line that the Worker logs. */
  readonly onLog: (level: string, message: string) => void;
}

interface Scheduled {
  scheduled(options: { cron: string }): Promise<unknown>;
}

/** The Worker, running in workerd on loopback. */
export interface Workerd {
  /** `http://127.0.0.1:<port>`, without a final slash. */
  readonly origin: string;
  /** Whether the wanted port was taken. */
  readonly moved: boolean;
  /** Runs the Worker's cron handler once. */
  runCron(cron: string): Promise<void>;
  /** Ends workerd and waits until the process is gone. */
  close(): Promise<void>;
}

/**
 * Starts workerd through miniflare's own API, so that clients talk to workerd itself, with no
 * development proxy in between.
 *
 * @param options What runs, and where.
 */
export async function startWorkerd(options: WorkerdOptions): Promise<Workerd> {
  const wanted = isFree(options.port) ? options.port : 0;
  let started: { miniflare: Miniflare; url: URL };
  try {
    started = await launch(options, wanted);
  } catch (error) {
    // Another process took the port in the meantime.
    if (!(error instanceof MiniflareCoreError && error.code === "ERR_ADDRESS_IN_USE")) throw error;
    started = await launch(options, 0);
  }
  const { miniflare, url } = started;
  return {
    origin: url.origin,
    moved: Number(url.port) !== options.port && options.port !== 0,
    async runCron(cron) {
      // Its types come from a package that is not installed, so they resolve to something else.
      const worker = await miniflare.getWorker() as unknown as Scheduled;
      await worker.scheduled({ cron });
    },
    close: () => miniflare.dispose(),
  };
}

async function launch(options: WorkerdOptions, port: number) {
  const miniflare = new Miniflare(miniflareOptions(options, port));
  // It would end the process on a signal, before our own shutdown; its hook on exit stays.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(signal);
  try {
    return { miniflare, url: await miniflare.ready };
  } catch (error) {
    await miniflare.dispose().catch(() => {});
    throw error;
  }
}

function miniflareOptions(
  { script, settings, env, storage, onLog }: WorkerdOptions,
  port: number,
): MiniflareOptions {
  const name = "panoptes";
  const classes = new Set(Object.values(settings.durableObjects));
  return {
    host: "127.0.0.1",
    port,
    cf: false, // otherwise it fetches an example from the internet
    logRequests: false,
    telemetry: { enabled: false },
    resourcePersistencePath: storage,
    handleStructuredLogs: ({ level, message }: { level: string; message: string }) =>
      onLog(level, message),
    workers: [{
      config: {
        name,
        compatibilityDate: settings.compatibilityDate,
        compatibilityFlags: [...settings.compatibilityFlags],
        manifest: {
          mainModule: "worker.mjs",
          modulesRoot: Deno.cwd(),
          modules: { "worker.mjs": { type: "esm", contents: script } },
        },
        env: {
          ...Object.fromEntries(
            Object.entries({ ...settings.vars, ...env })
              .map(([key, value]) => [key, { type: "text" as const, value }]),
          ),
          ...Object.fromEntries(
            Object.entries(settings.durableObjects).map(([binding, className]) => [
              binding,
              { type: "durable-object" as const, worker: name, exportName: className },
            ]),
          ),
        },
        exports: Object.fromEntries(
          [...classes].map((className) => [
            className,
            { type: "durable-object" as const, storage: "sqlite" as const },
          ]),
        ),
      },
    }],
  };
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
