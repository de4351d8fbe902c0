/** `promtool` of Prometheus: its path, or why there is none. */
export type FoundPromtool = { readonly path: string } | { readonly missing: string };

const CACHE = new URL("../../node_modules/.cache/promtool/", import.meta.url).pathname;

/**
 * Finds `promtool`; on Debian it is taken out of the package `prometheus`, of which nothing is
 * installed.
 *
 * @returns Its path, or why the tests that need it are skipped.
 * @throws {Error} In a run of CI, which never skips them.
 */
export async function findPromtool(): Promise<FoundPromtool> {
  for (const path of [Deno.env.get("PROMTOOL") ?? "promtool", `${CACHE}promtool`]) {
    if (await runs(path, "--version")) return { path };
  }
  if (Deno.build.os === "linux" && await runs("dpkg-deb", "--version")) {
    const path = await unpacked();
    if (path !== undefined) return { path };
  }
  const missing = "no promtool was found; PROMTOOL can name one";
  if (Deno.env.has("CI")) throw new Error(`Cannot check the files for Prometheus: ${missing}`);
  return { missing };
}

async function unpacked(): Promise<string | undefined> {
  const folder = await Deno.makeTempDir();
  const script = `cd "$0" && { apt-get download prometheus ||
    { apt-get -o DPkg::Lock::Timeout=300 update && apt-get download prometheus; }; } &&
    dpkg-deb -x prometheus_*.deb . && mkdir -p "$1" && mv usr/bin/promtool "$1"`;
  try {
    return await runs("sh", "-c", script, folder, CACHE) ? `${CACHE}promtool` : undefined;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function runs(command: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args, stdout: "null", stderr: "null" }).output())
      .success;
  } catch {
    return false; // there is no such command
  }
}
