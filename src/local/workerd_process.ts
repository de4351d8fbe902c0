import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import type { Readable, Writable } from "node:stream";
import { LAST_SOCKET } from "./workerd_config.ts";

/** How a process of workerd is started. */
export interface WorkerdProcessOptions {
  /** Its working directory, to which the paths in its configuration are relative. */
  readonly folder: string;
  /** Its configuration: a path in that folder. */
  readonly config: string;
  /** The values of the Worker's variables and secrets, by name. */
  readonly env: Readonly<Record<string, string>>;
  /** Receives each line that it or the Worker writes, as workerd's JSON has it. */
  readonly onLog: (level: string, message: string) => void;
  /** A file that it holds open as long as it lives: the descriptor of a lock. */
  readonly held?: number | undefined;
}

/** A process of workerd. It ends with this process, however this one ends. */
export interface WorkerdProcess {
  /** The id of the process of workerd itself. */
  readonly pid: number;
  /**
   * The port of its last address, once it listens on all of them.
   *
   * @throws {Error} If it ends before; the message has its last words.
   */
  readonly port: Promise<number>;
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>;
  /** Sends SIGKILL and waits: all that it has promised is on disk, and nothing else is to be done. */
  kill(): Promise<void>;
}

/**
 * Becomes workerd, and leaves a guard behind as its only child. The guard waits on a pipe that this
 * process holds: the kernel closes it when this process ends in any way, and the guard then kills
 * workerd, which would otherwise go on polling and posting. A line on the pipe sends the guard home.
 *
 * Descriptor 3 is the lock: workerd keeps it, and the guard does not. 4 is for workerd's control
 * messages.
 */
const GUARDED = `exec 5<&0 </dev/null
(
  trap '' HUP INT TERM
  exec 3>&- 4>&- >/dev/null 2>&1
  read -r _ <&5 || kill -KILL $$
) &
exec "$0" "$@" 5<&-`;

/** The lines that say why it ended. */
const LAST_WORDS = 20;

/**
 * Starts workerd, without inspector, debug port or any development tool.
 *
 * @param options Configuration, environment and log.
 * @returns The process, which may not listen yet.
 */
export function spawnWorkerd(
  { folder, config, env, onLog, held }: WorkerdProcessOptions,
): WorkerdProcess {
  const command = [workerdPath(), "serve", "--control-fd=4", config];
  const [program = "", ...args] = Deno.build.os === "windows" // it has no sh, and no guard
    ? command
    : ["/bin/sh", "-c", GUARDED, ...command];
  const child: ChildProcess = spawn(program, args, {
    cwd: folder,
    env: { ...systemEnvironment(), ...env },
    stdio: ["pipe", "pipe", "pipe", held ?? "ignore", "pipe"],
  });
  const [guard, stdout, stderr, , control] = child.stdio as unknown as [
    Writable,
    Readable,
    Readable,
    unknown,
    Readable,
  ];
  const words: string[] = [];
  const keep = (line: string) => {
    const { level, message } = logLine(line);
    words.push(message);
    words.splice(0, words.length - LAST_WORDS);
    onLog(level, message);
  };
  const ended = Promise.withResolvers<void>();
  const listening = Promise.withResolvers<number>();
  listening.promise.catch(() => {}); // whoever does not ask for it has no use for its error
  const refuse = () =>
    listening.reject(new Error(`workerd ended before it listened:\n${words.join("\n")}`));
  child.on("error", (error) => {
    words.push(error.message);
    refuse();
    ended.resolve();
  });
  child.on("exit", () => guard.end("\n"));
  child.on("close", () => {
    refuse();
    ended.resolve();
  });
  guard.on("error", () => {}); // it has gone already
  void eachLine(stdout, keep);
  void eachLine(stderr, keep);
  void eachLine(control, (line) => {
    const { event, socket, port } = JSON.parse(line);
    if (event === "listen" && socket === LAST_SOCKET) listening.resolve(port);
  });
  return {
    pid: child.pid ?? 0,
    port: listening.promise,
    ended: ended.promise,
    async kill() {
      child.kill("SIGKILL");
      await ended.promise;
    },
  };
}

/** What workerd itself reads. Its environment has nothing else, and proxies are not for it. */
function systemEnvironment(): Record<string, string> {
  return Object.fromEntries(["SSL_CERT_FILE", "SSL_CERT_DIR", "TMPDIR"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

/** The binary for this machine, which npm's `workerd` finds. */
function workerdPath(): string {
  const require = createRequire(import.meta.url);
  return (require("workerd") as { default: string }).default;
}

async function eachLine(stream: Readable, onLine: (line: string) => void): Promise<void> {
  let rest = "";
  try {
    for await (const text of stream.setEncoding("utf8")) {
      const lines = (rest + String(text)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.trim() !== "") onLine(line);
    }
  } catch {
    // The process was killed.
  }
}

/** What workerd writes is JSON, apart from what it says before it has read its configuration. */
function logLine(line: string): { level: string; message: string } {
  try {
    const { level, message } = JSON.parse(line);
    return { level: String(level), message: String(message) };
  } catch {
    return { level: "warn", message: line };
  }
}
