import { TextLineStream } from "../../src/stream/std_streams.ts";

const ROOT = new URL("../../", import.meta.url);
const DEADLINE_MS = 120_000;

/** A run of `deno task start`, with its permissions, in a folder of its own. */
export class StartRun implements AsyncDisposable {
  /** The process of Deno. */
  readonly child: Deno.ChildProcess;
  /** The lines that it has shown so far. */
  readonly seen: string[] = [];
  readonly #folder: string;
  readonly #isOwnFolder: boolean;
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #deadline: ReturnType<typeof setTimeout>;

  private constructor(
    child: Deno.ChildProcess,
    folder: string,
    isOwnFolder: boolean,
    deadlineMs: number,
  ) {
    this.child = child;
    this.#folder = folder;
    this.#isOwnFolder = isOwnFolder;
    this.#reader = child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
    this.#deadline = setTimeout(() => child.kill("SIGKILL"), deadlineMs);
  }

  /** Starts it, without the token of the environment; it is killed at the deadline. */
  static async start(
    env: Record<string, string> = {},
    folder?: string,
    deadlineMs = DEADLINE_MS,
  ): Promise<StartRun> {
    const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
    const [, ...args]: string[] = tasks.start.command.split(" ");
    const script = args.pop() ?? "";
    const cwd = folder ?? await Deno.makeTempDir();
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...args,
        "--config",
        new URL("deno.json", ROOT).pathname,
        new URL(script, ROOT).pathname,
      ],
      cwd,
      env: { NO_COLOR: "1", TE_TOKEN: "", SOURCES: "", HOST: "", PORT: "", COLUMNS: "", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    return new StartRun(child, cwd, folder === undefined, deadlineMs);
  }

  /** Waits until it is ready, and returns where. */
  async ready(): Promise<{ port: number; token: string }> {
    const port = Number((await this.until(/Address\s+http:\/\/127\.0\.0\.1:(\d+)$/))[1]);
    const [, token = ""] = await this.until(/Token\s+(pan_\S+)$/);
    await this.until(/Ready after/);
    return { port, token };
  }

  /**
   * The first line that matches, among those read already or yet to come: events and alerts race.
   */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (const line of this.seen) {
      const found = pattern.exec(line);
      if (found !== null) return found;
    }
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) throw new Error(`It ended before ${pattern}:\n${this.seen.join("\n")}`);
      this.seen.push(value);
      const found = pattern.exec(value);
      if (found !== null) return found;
    }
  }

  /** Reads the remaining lines. */
  async rest(): Promise<void> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) return;
      this.seen.push(value);
    }
  }

  /** What trials have left in its folder. */
  async trials(): Promise<string[]> {
    return await Array.fromAsync(
      Deno.readDir(`${this.#folder}/.panoptes/trials`),
      ({ name }) => name,
    );
  }

  /** Stops it as Ctrl-C does. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.child.kill("SIGINT");
    } catch {
      // It has ended already.
    }
    await this.rest();
    await this.child.status;
    clearTimeout(this.#deadline);
    if (this.#isOwnFolder) await Deno.remove(this.#folder, { recursive: true });
  }
}
