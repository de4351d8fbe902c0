import { freePort } from "../../src/local/free_port.ts";
import { workerSettings } from "../../src/local/worker_settings.ts";
import { workerdConfig } from "../../src/local/workerd_config.ts";
import { spawnWorkerd, type WorkerdProcess } from "../../src/local/workerd_process.ts";
import { untilAnswers } from "./until_answers.ts";

/** What to run. */
export interface BareWorkerdOptions {
  /** The bundled Worker. */
  readonly script: string;
  /** Variables and secrets. */
  readonly vars?: Readonly<Record<string, string>>;
  /** The path of a Unix socket where it listens, too; default none. */
  readonly socket?: string;
  /** Durable Object classes by the name of their binding; default those of wrangler.toml. */
  readonly durableObjects?: Readonly<Record<string, string>>;
}

const MAX_LOG_LINES = 200;
const CRON_KEY = "tests";

/**
 * `workerd serve` without any development tool: storage and alarms are on disk, and it can be
 * killed and restarted on the same disk as often as needed. It leaves nothing behind.
 */
export class BareWorkerd implements AsyncDisposable {
  /** `http://127.0.0.1:<port>`, without a final slash. */
  readonly origin: string;
  /** The last lines of output of workerd and the Worker. */
  readonly log: string[] = [];
  readonly #folder: string;
  readonly #vars: Readonly<Record<string, string>>;
  #process: WorkerdProcess | undefined;

  private constructor(folder: string, port: number, vars: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#vars = vars;
    this.origin = `http://127.0.0.1:${port}`;
  }

  /** Writes the configuration, and starts nothing yet. */
  static async create({ script, vars = {}, socket, durableObjects }: BareWorkerdOptions): Promise<
    BareWorkerd
  > {
    const settings = await workerSettings();
    const folder = await Deno.makeTempDir({ prefix: "panoptes-workerd-" });
    const port = freePort();
    const values = { ...settings.vars, ...vars, CRON_KEY };
    await Deno.mkdir(`${folder}/disk`);
    await Deno.writeTextFile(`${folder}/worker.js`, script);
    await Deno.writeTextFile(
      `${folder}/config.capnp`,
      workerdConfig({
        script: "worker.js",
        disk: "disk",
        addresses: [...(socket ? [`unix:${socket}`] : []), `127.0.0.1:${port}`],
        compatibilityDate: settings.compatibilityDate,
        compatibilityFlags: settings.compatibilityFlags,
        durableObjects: durableObjects ?? settings.durableObjects,
        variables: Object.keys(values),
      }),
    );
    return new BareWorkerd(folder, port, values);
  }

  /** The process, while it runs. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /**
   * Starts the process without waiting until it listens.
   *
   * @param vars Values that replace those of variables given to `create()`.
   */
  start(vars: Readonly<Record<string, string>> = {}): void {
    if (this.#process !== undefined) throw new Error("Cannot start workerd: it is already running");
    this.#process = spawnWorkerd({
      folder: this.#folder,
      config: "config.capnp",
      env: { ...this.#vars, ...vars },
      onLog: (level, message) => {
        this.log.push(`${level}: ${message}`);
        this.log.splice(0, this.log.length - MAX_LOG_LINES);
      },
    });
  }

  /** Waits until it answers requests. */
  ready(): Promise<void> {
    return untilAnswers(this.origin, "workerd", this.log);
  }

  /** Runs the cron once, if the entry is `worker_with_cron.ts`. */
  async cron(): Promise<void> {
    const headers = { authorization: `Bearer ${CRON_KEY}` };
    await (await fetch(`${this.origin}/cron`, { headers })).body?.cancel();
  }

  /** Sends SIGKILL: the process gets no chance to write anything. */
  async kill(): Promise<void> {
    await this.#process?.kill();
    this.#process = undefined;
  }

  /** The resident memory of the process, in bytes. */
  async residentBytes(): Promise<number> {
    const status = await Deno.readTextFile(`/proc/${this.pid}/status`);
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? NaN) * 1024;
  }

  /** The size of its files on disk, in bytes. */
  async diskBytes(folder = `${this.#folder}/disk`): Promise<number> {
    let bytes = 0;
    for await (const entry of Deno.readDir(folder)) {
      const path = `${folder}/${entry.name}`;
      bytes += entry.isDirectory ? await this.diskBytes(path) : (await Deno.stat(path)).size;
    }
    return bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.#folder, { recursive: true }).catch(() => {});
  }
}
