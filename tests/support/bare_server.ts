import config from "../../deno.json" with { type: "json" };
import { freePort } from "../../src/local/free_port.ts";
import { eventually } from "./eventually.ts";
import { untilAnswers } from "./until_answers.ts";

/** How a server is run. */
export interface BareServerOptions {
  /** Settings. */
  readonly vars?: Readonly<Record<string, string>>;
  /** More of the command line. */
  readonly args?: readonly string[];
  /** The URL of a module that runs before the program. */
  readonly preload?: string;
}

const ROOT = new URL("../../", import.meta.url).pathname;
const MAX_LOG_LINES = 200;

/** Those of the task, which may write to one folder. */
const PERMISSIONS = config.tasks.serve.command.split(" ").filter((word) =>
  word.startsWith("--allow-") && !word.startsWith("--allow-write=")
);

/**
 * `panoptes serve` in a process of its own, with no more permissions than its task has: it can be
 * killed and restarted on the same folder as often as needed. It leaves nothing behind.
 */
export class BareServer implements AsyncDisposable {
  /** `http://127.0.0.1:<port>`, without a final slash. */
  readonly origin: string;
  /** The folder of its logs. */
  readonly data: string;
  /** The last lines of output. */
  readonly log: string[] = [];
  readonly #port: number;
  readonly #options: BareServerOptions;
  #process: { child: Deno.ChildProcess; ended: Promise<unknown> } | undefined;

  private constructor(data: string, port: number, options: BareServerOptions) {
    this.data = data;
    this.#port = port;
    this.#options = options;
    this.origin = `http://127.0.0.1:${port}`;
  }

  /** Makes its folder, and starts nothing yet. */
  static async create(options: BareServerOptions = {}): Promise<BareServer> {
    const folder = await Deno.makeTempDir({ prefix: "panoptes-server-" });
    return new BareServer(`${folder}/data`, freePort(), options);
  }

  /** The process, while it runs. */
  get pid(): number | undefined {
    return this.#process?.child.pid;
  }

  /** Starts the process without waiting until it listens. */
  start(vars: Readonly<Record<string, string>> = {}): void {
    if (this.#process !== undefined) throw new Error("Cannot start: it is already running");
    const { vars: given = {}, args = [] } = this.#options;
    const child = this.spawn({ ...given, ...vars }, args);
    const ended = Promise.all([child.status, this.#read(child.stdout), this.#read(child.stderr)]);
    this.#process = { child, ended };
  }

  /** Another process on the same folder. */
  spawn(vars: Readonly<Record<string, string>>, args: readonly string[] = []): Deno.ChildProcess {
    const { PATH = "", HOME = "" } = Deno.env.toObject();
    return new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-check",
        "--no-prompt",
        "--quiet",
        ...(this.#options.preload === undefined ? [] : ["--preload", this.#options.preload]),
        ...PERMISSIONS,
        `--allow-write=${this.data.replace(/\/data$/, "")}`,
        "src/cli/panoptes.ts",
        "serve",
        "--data",
        this.data,
        "--port",
        String(this.#port),
        ...args,
      ],
      cwd: ROOT,
      clearEnv: true,
      env: { PATH, HOME, NO_COLOR: "1", ...vars },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /** Waits until it answers requests. */
  ready(): Promise<void> {
    return untilAnswers(this.origin, "the server", this.log);
  }

  /** There is none: the server has no cron. */
  cron(): Promise<void> {
    return Promise.resolve();
  }

  /** Sends SIGKILL: the process gets no chance to write anything. */
  async kill(): Promise<void> {
    await this.signal("SIGKILL");
  }

  /** Sends a signal, and waits for the end. */
  async signal(name: Deno.Signal): Promise<number | undefined> {
    try {
      this.#process?.child.kill(name);
    } catch {
      // It has ended by itself.
    }
    return await this.ended();
  }

  /** Waits until it ends by itself; returns its exit code, or undefined if it was not running. */
  async ended(): Promise<number | undefined> {
    const running = this.#process;
    if (running === undefined) return undefined;
    await running.ended;
    this.#process = undefined;
    return (await running.child.status).code;
  }

  /** Waits for a line of its output. */
  async logs(pattern: RegExp): Promise<string> {
    const found = () => Promise.resolve(this.log.find((line) => pattern.test(line)));
    return (await eventually(found, (line) => line !== undefined))!;
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      this.log.push(...lines);
      this.log.splice(0, this.log.length - MAX_LOG_LINES);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.data.replace(/\/data$/, ""), { recursive: true }).catch(() => {});
  }
}
