import { freePort } from "./free_port.ts";
import { portHolder } from "./port_holder.ts";
import type { WorkerSettings } from "./worker_settings.ts";
import { workerdConfig } from "./workerd_config.ts";
import { spawnWorkerd, type WorkerdProcess } from "./workerd_process.ts";

/** How the Worker is run. */
export interface WorkerdOptions {
  /** The bundled Worker; its entry is `worker_with_cron.ts`. */
  readonly script: string;
  readonly settings: WorkerSettings;
  /** Variables and secrets; they take precedence over those of wrangler.toml. */
  readonly env: Readonly<Record<string, string>>;
  /** The folder of the Durable Objects; workerd crashes on alarms if their storage is in memory. */
  readonly storage: string;
  /** The descriptor of the lock on that folder. */
  readonly lock?: number | undefined;
  /** The address to listen on, besides loopback. */
  readonly host: string;
  /** The port to listen on; undefined is the usual one, or any other if that is taken. */
  readonly port: number | undefined;
  /** Receives every line that workerd and the Worker log. */
  readonly onLog: (level: string, message: string) => void;
}

/** The Worker, running in workerd. */
export interface Workerd {
  /** `http://127.0.0.1:<port>`, without a final slash. */
  readonly origin: string;
  readonly port: number;
  /** Whether the usual port was taken. */
  readonly moved: boolean;
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>;
  /** Runs the Worker's cron handler once. */
  runCron(): Promise<void>;
  /** Ends workerd and waits until the process is gone. */
  close(): Promise<void>;
}

const USUAL_PORT = 8787;

/**
 * Starts workerd itself, with no development tool in between: those open further ports, through
 * which anybody on this machine reaches the Durable Objects without a token.
 *
 * @param options What runs, and where.
 * @throws {Error} If the wanted port is taken; the message says by whom, where that can be known.
 */
export async function startWorkerd(options: WorkerdOptions): Promise<Workerd> {
  const { script, settings, storage, env } = options;
  const cronKey = crypto.randomUUID();
  const values = { ...settings.vars, ...env, CRON_KEY: cronKey };
  const folder = `${storage}/run`;
  await Deno.mkdir(`${storage}/do`, { recursive: true });
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/worker.js`, script);
  const launch = async (wanted: number) => {
    await Deno.writeTextFile(
      `${folder}/config.capnp`,
      workerdConfig({
        script: "worker.js",
        disk: "do",
        addresses: addressesOf(options.host, wanted),
        certificates: await furtherCertificates(),
        compatibilityDate: settings.compatibilityDate,
        compatibilityFlags: settings.compatibilityFlags,
        durableObjects: settings.durableObjects,
        variables: Object.keys(values),
      }),
    );
    const early: [level: string, message: string][] = [];
    let onLog: WorkerdOptions["onLog"] = (...line) => void early.push(line);
    const process = spawnWorkerd({
      folder: storage,
      config: "run/config.capnp",
      env: values,
      onLog: (level, message) => onLog(level, message),
      held: options.lock,
    });
    const port = await process.port; // if it fails, the error has these lines
    onLog = options.onLog;
    for (const [level, message] of early) onLog(level, message);
    return { process, port };
  };
  const wanted = options.port ?? USUAL_PORT;
  let started: { process: WorkerdProcess; port: number };
  try {
    started = await launch(wanted);
  } catch (error) {
    if (!isTaken(error)) throw error;
    if (options.port !== undefined) throw new Error(await takenMessage(wanted));
    started = await launch(freePort());
  }
  const { process, port } = started;
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    port,
    moved: port !== wanted && wanted !== 0,
    ended: process.ended,
    async runCron() {
      const headers = { authorization: `Bearer ${cronKey}` };
      await (await fetch(`${origin}/cron`, { method: "POST", headers })).body?.cancel();
    },
    close: () => process.kill(),
  };
}

/** Loopback is always among them: that is where the clients of this process look. */
function addressesOf(host: string, port: number): string[] {
  if (host === "::") return [`*:${port}`];
  if (host === "0.0.0.0") return [`0.0.0.0:${port}`];
  const loopback = `127.0.0.1:${port}`;
  const address = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  return address === loopback ? [loopback] : [loopback, address];
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && /already in use/i.test(error.message);
}

async function takenMessage(port: number): Promise<string> {
  const holder = await portHolder(port);
  return `Cannot start: port ${port} is taken${
    holder === undefined ? "" : ` by ${holder}`
  }. End that process, or set PORT to another port`;
}

/** Where a company inspects TLS, its own authority is named as for Deno or Node. */
async function furtherCertificates(): Promise<string> {
  const file = Deno.env.get("DENO_CERT") ?? Deno.env.get("NODE_EXTRA_CA_CERTS") ?? "";
  return file === "" ? "" : await Deno.readTextFile(file);
}
