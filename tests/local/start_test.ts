import { assert, assertEquals } from "@std/assert";
import { TextLineStream } from "../../src/stream/std_streams.ts";

const ROOT = new URL("../../", import.meta.url);
const DEADLINE_MS = 120_000;

/** Runs the start command as a user does, without the token of the environment. */
function runStart(env: Record<string, string> = {}) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "start"],
    cwd: ROOT,
    env: { NO_COLOR: "1", TE_TOKEN: "", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  const reader = lines.getReader();
  const seen: string[] = [];
  return {
    child,
    seen,
    /**
     * The first line that matches, among those read already or yet to come: events and alerts race.
     */
    async until(pattern: RegExp): Promise<RegExpExecArray> {
      for (const line of seen) {
        const found = pattern.exec(line);
        if (found !== null) return found;
      }
      for (;;) {
        const { done, value } = await reader.read();
        if (done) throw new Error(`It ended before ${pattern}:\n${seen.join("\n")}`);
        seen.push(value);
        const found = pattern.exec(value);
        if (found !== null) return found;
      }
    },
    /** Reads the remaining lines. */
    async rest(): Promise<void> {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        seen.push(value);
      }
    },
  };
}

/** The descendants of a process, from /proc. */
async function descendants(of: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for await (const entry of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(entry.name)) continue;
    try {
      const stat = await Deno.readTextFile(`/proc/${entry.name}/stat`);
      parents.set(Number(entry.name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // It ended in the meantime.
    }
  }
  const found: number[] = [];
  for (let added = [of]; added.length > 0;) {
    added = [...parents].filter(([, parent]) => added.includes(parent)).map(([pid]) => pid);
    found.push(...added);
  }
  return found;
}

async function isRunning(pid: number): Promise<boolean> {
  try {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    return stat.slice(stat.lastIndexOf(")") + 2)[0] !== "Z"; // a zombie has ended
  } catch {
    return false;
  }
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch {
    return false;
  }
}

Deno.test("start names every invalid setting, and none of their values", async () => {
  const run = runStart({
    TE_TOKEN: "hush",
    TE_BASE_URL: "http://127.0.0.1:1/v7",
    WEBHOOKS: "hush",
    API_TOKENS: `[{"name":"hush"}]`,
    POLL_INTERVAL_SECONDS: "0",
  });
  await run.rest();
  const { code } = await run.child.status;
  const said = run.seen.slice(run.seen.findIndex((line) => line.startsWith("Cannot start")));
  assertEquals(said.map((line) => line.trim().split(/:| /)[0]), [
    "Cannot",
    "POLL_INTERVAL_SECONDS",
    "API_TOKENS",
    "API_TOKENS",
    "WEBHOOKS",
  ]);
  assertEquals(said.join().includes("hush"), false);
  assertEquals(code, 1);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
  Deno.test({
    name: `start shows events and a verified alert, and ${signal} leaves no process, port or file`,
    ignore: Deno.build.os !== "linux", // it reads /proc
    async fn() {
      const temporary = await Deno.makeTempDir();
      const run = runStart({ TMPDIR: temporary });
      const timer = AbortSignal.timeout(DEADLINE_MS);
      const onTimeout = () => run.child.kill("SIGKILL");
      timer.addEventListener("abort", onTimeout);
      try {
        const port = Number((await run.until(/Address\s+http:\/\/127\.0\.0\.1:(\d+)$/))[1]);
        const token = (await run.until(/Token\s+(pan_\S+)$/))[1]!;
        await run.until(/Ready after/);

        // What it prints is what a client needs.
        const refused = await fetch(`http://127.0.0.1:${port}/v1/events`);
        assertEquals([refused.status, refused.headers.get("content-type")], [
          401,
          "application/problem+json",
        ]);
        await refused.body?.cancel();
        const status = await fetch(`http://127.0.0.1:${port}/v1/status`, {
          headers: { authorization: `Bearer ${token}` },
        });
        assertEquals(status.status, 200);
        await status.body?.cancel();

        await run.until(/ {2}event {2}/);
        await run.until(/ {2}ALERT {2}.*verified/);
        const seconds = Number((await run.until(/alert received ([\d.]+) s after/))[1]);
        assert(seconds <= 20, `the first alert took ${seconds} s`);

        const processes = await descendants(run.child.pid);
        assert(processes.length >= 2, "deno task, deno run and workerd");
        run.child.kill(signal);
        await run.rest();
        await run.child.status;
        for (const pid of processes) assertEquals(await isRunning(pid), false, `process ${pid}`);
        assert(isFree(port), `port ${port} is still taken`);
        const left = await Array.fromAsync(Deno.readDir(temporary), (entry) => entry.name);
        assertEquals(left.filter((name) => !name.startsWith("deno")), []);
      } finally {
        timer.removeEventListener("abort", onTimeout);
        if (await isRunning(run.child.pid)) run.child.kill("SIGKILL");
        await run.child.status;
        await Deno.remove(temporary, { recursive: true });
      }
    },
  });
}
