/** Where browsers of the Chromium family usually are; `CHROME` names another. */
const PLACES: Partial<Record<typeof Deno.build.os, readonly string[]>> = {
  linux: [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/usr/bin/microsoft-edge",
  ],
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
  ],
  windows: [
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
  ],
};

/** The browser of the tests: its path, or why there is none. */
export type FoundBrowser = { readonly path: string } | { readonly missing: string };

/**
 * Finds Chrome, Chromium or Edge; on Debian, Chromium is installed for root.
 *
 * @returns Its path, or why the tests of the page are skipped.
 * @throws {Error} In a run of CI, which never skips them.
 */
export async function findBrowser(): Promise<FoundBrowser> {
  const found = await firstThatExists();
  if (found !== undefined) return { path: found };
  if (Deno.build.os === "linux" && Deno.uid() === 0 && await exists("/etc/debian_version")) {
    // Other test files may be installing it at the same time.
    const wait = ["-o", "DPkg::Lock::Timeout=300"];
    await run("apt-get", ...wait, "update");
    await run("apt-get", ...wait, "install", "--yes", "--no-install-recommends", "chromium");
    const installed = await firstThatExists();
    if (installed !== undefined) return { path: installed };
  }
  const missing = "no Chrome, Chromium or Edge was found; CHROME can name one";
  if (Deno.env.has("CI")) throw new Error(`Cannot test the page: ${missing}`);
  return { missing };
}

async function firstThatExists(): Promise<string | undefined> {
  const named = Deno.env.get("CHROME");
  for (const path of [...(named ? [named] : []), ...PLACES[Deno.build.os] ?? []]) {
    if (await exists(path)) return path;
  }
  return undefined;
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}

async function run(command: string, ...args: string[]): Promise<void> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await new Deno.Command(command, { args, env, stdout: "null" }).output();
}
