/** Whether a process runs; a zombie has ended. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    return stat.slice(stat.lastIndexOf(")") + 2)[0] !== "Z";
  } catch {
    return false;
  }
}

/** The descendants of a process, from /proc, with their commands. */
export async function descendants(of: number): Promise<{ pid: number; command: string }[]> {
  const parents = new Map<number, number>();
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = await Deno.readTextFile(`/proc/${name}/stat`);
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // It ended in the meantime.
    }
  }
  const found: number[] = [];
  for (let added = [of]; added.length > 0;) {
    added = [...parents].filter(([, parent]) => added.includes(parent)).map(([pid]) => pid);
    found.push(...added);
  }
  return await Promise.all(found.map(async (pid) => ({ pid, command: await commandOf(pid) })));
}

/** The command of a process, with its arguments. */
export async function commandOf(pid: number): Promise<string> {
  const line = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");
  return line.replaceAll("\0", " ").trim();
}

/** The addresses on which processes listen, TCP and UDP, from /proc: `tcp 127.0.0.1:8787`. */
export async function listening(pids: readonly number[]): Promise<string[]> {
  const inodes = new Set<string>();
  for (const pid of pids) {
    for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
      const link = await Deno.readLink(`/proc/${pid}/fd/${name}`).catch(() => "");
      const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
      if (inode !== undefined) inodes.add(inode);
    }
  }
  const found: string[] = [];
  for (const table of ["tcp", "tcp6", "udp", "udp6"]) {
    const [, ...lines] = (await Deno.readTextFile(`/proc/net/${table}`)).trim().split("\n");
    for (const line of lines) {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      const isOpen = table.startsWith("udp") || state === "0A"; // LISTEN
      if (!isOpen || !inodes.has(inode)) continue;
      const [address = "", port = ""] = local.split(":");
      const host = address.length === 8
        ? (address.match(/../g) ?? []).reverse().map((byte) => parseInt(byte, 16)).join(".")
        : address;
      found.push(`${table} ${host}:${parseInt(port, 16)}`);
    }
  }
  return found;
}
