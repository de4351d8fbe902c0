/**
 * Finds out which process listens on a TCP port of this machine, for an error message: from /proc
 * on Linux, and with `lsof` elsewhere.
 *
 * @param port The port.
 * @returns For example `process 4711 (python3 -m http.server)`; undefined if it cannot be known, as
 *   for a process of another user.
 */
export async function portHolder(port: number): Promise<string | undefined> {
  const pid = Deno.build.os === "linux" ? await pidOnLinux(port) : await pidByLsof(port);
  if (pid === undefined) return undefined;
  const command = Deno.build.os === "linux"
    ? (await output("/bin/cat", `/proc/${pid}/cmdline`)).replaceAll("\0", " ")
    : await output("ps", "-o", "command=", "-p", pid);
  return `process ${pid} (${command.trim().slice(0, 100)})`;
}

async function pidOnLinux(port: number): Promise<string | undefined> {
  const LISTENING = "0A";
  const tables = await output("/bin/cat", "/proc/net/tcp", "/proc/net/tcp6");
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  for (const line of tables.split("\n")) {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    if (state !== LISTENING || !local.endsWith(`:${hex}`)) continue;
    // A child may look there, and this process may not: Deno guards /proc.
    const found = await output(
      "/bin/sh",
      "-c",
      'find /proc/[0-9]*/fd -lname "socket:\\[$0\\]"',
      inode ?? "",
    );
    return /^\/proc\/(\d+)\//m.exec(found)?.[1];
  }
  return undefined;
}

async function pidByLsof(port: number): Promise<string | undefined> {
  const found = await output("lsof", "-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-t");
  return /^\d+/.exec(found)?.[0];
}

/** What a command writes; nothing if it does not exist. */
async function output(command: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await new Deno.Command(command, { args, stdin: "null", stderr: "null" })
      .output();
    return new TextDecoder().decode(stdout);
  } catch {
    return "";
  }
}
