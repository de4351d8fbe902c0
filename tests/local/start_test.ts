import { assert, assertEquals, assertMatch } from "@std/assert";
import { FarEnd } from "../worker/far_end.ts";
import { commandOf, descendants, isRunning, listening } from "../support/processes.ts";
import { StartRun } from "./start_run.ts";

/** They read /proc. */
const ignore = Deno.build.os !== "linux";

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch {
    return false;
  }
}

Deno.test("start names every invalid setting, and none of their values", async () => {
  await using run = await StartRun.start({
    TE_TOKEN: "hush",
    TE_BASE_URL: "http://127.0.0.1:1/v7",
    WEBHOOKS: "hush",
    API_TOKENS: `[{"name":"reader","scopes":"hush"}]`,
    POLL_INTERVAL_SECONDS: "0",
  });
  await run.rest();
  const { code } = await run.child.status;
  const said = run.seen.slice(run.seen.findIndex((line) => line.startsWith("Cannot start")));
  assertEquals(said.map((line) => line.trim().split(/:| /)[0]), [
    "Cannot",
    "POLL_INTERVAL_SECONDS",
    "WEBHOOKS",
    "API_TOKENS",
    "API_TOKENS",
  ]);
  assertEquals(said.join().includes("hush"), false);
  assertEquals(code, 1);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test({
    name: `start shows events and a verified alert, and ${signal} leaves no process, port or file`,
    ignore,
    async fn() {
      await using run = await StartRun.start();
      const { port, token } = await run.ready();

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
      await run.until(/alert received [\d.]+ s after/);
      assertEquals(run.seen.filter((line) => / {2}(error|warn|fails) {2}/.test(line)), []);

      const processes = await descendants(run.child.pid);
      assert(processes.some(({ command }) => command.includes("workerd serve")));
      run.child.kill(signal);
      await run.rest();
      await run.child.status;
      for (const { pid, command } of processes) assertEquals(await isRunning(pid), false, command);
      assert(isFree(port), `port ${port} is still taken`);
      assertEquals(await run.trials(), []);
    },
  });
}

Deno.test({
  name: "SIGKILL of deno task ends start, as when npx is killed",
  ignore,
  async fn() {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["task", "-q", "start"],
      cwd: new URL("../../", import.meta.url),
      env: { NO_COLOR: "1", TE_TOKEN: "" },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; !text.includes("Ready after");) {
      const { done, value } = await reader.read();
      assert(!done, text);
      text += value;
    }
    const processes = await descendants(child.pid);
    assert(processes.length >= 3, "deno run, workerd and its guard");
    child.kill("SIGKILL");
    while (!(await reader.read()).done); // it ends when the last writer has ended
    await child.status;
    for (const { pid, command } of processes) assertEquals(await isRunning(pid), false, command);
  },
});

Deno.test({
  name: "start opens three ports, each for a purpose and on loopback, and workerd only one",
  ignore,
  async fn() {
    await using run = await StartRun.start();
    const { port } = await run.ready();
    const emulator = await run.until(/emulator\s+http:\/\/127\.0\.0\.1:(\d+)/);
    const receiver = await run.until(/receiver\s+http:\/\/127\.0\.0\.1:(\d+)/);
    const children = await descendants(run.child.pid);
    const ofChildren = await listening(children.map(({ pid }) => pid));
    // Neither a debugger, nor a registry of Workers, nor any other service of a development tool.
    assertEquals(ofChildren, [`tcp 127.0.0.1:${port}`]);
    assertEquals(
      (await listening([run.child.pid])).sort(),
      [
        `tcp 127.0.0.1:${emulator[1]}`,
        `tcp 127.0.0.1:${receiver[1]}`,
      ].sort(),
    );
    // Nor does the cron of the Worker answer strangers.
    const cron = await fetch(`http://127.0.0.1:${port}/cron`, { method: "POST" });
    assertEquals(cron.status, 401);
    await cron.body?.cancel();
  },
});

Deno.test({
  name: "PORT and HOST say where the Worker listens; beyond loopback, start says what that means",
  ignore,
  async fn() {
    using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = free.addr;
    free.close();
    await using run = await StartRun.start({ HOST: "0.0.0.0", PORT: String(port) });
    assertEquals((await run.ready()).port, port);
    await run.until(/HOST is 0\.0\.0\.0: other machines reach the Worker/);
    const children = await descendants(run.child.pid);
    assertEquals(await listening(children.map(({ pid }) => pid)), [`tcp 0.0.0.0:${port}`]);
    assertEquals(
      (await listening([run.child.pid])).filter((at) => !at.startsWith("tcp 127.0.0.1:")),
      [],
    );
  },
});

Deno.test("an invalid PORT or HOST is an error that says what is expected", async () => {
  for (
    const [env, expected] of [
      [{ PORT: "http" }, "PORT must be a number from 1 to 65535"],
      [{ PORT: "65536" }, "PORT must be a number from 1 to 65535"],
      [{ HOST: "example.com" }, "HOST must be an IP address of this machine, or localhost"],
    ] as const
  ) {
    await using run = await StartRun.start(env);
    await run.rest();
    assertEquals((await run.child.status).code, 1);
    assertEquals(run.seen.at(-1), `Cannot start: ${expected}`);
  }
});

Deno.test({
  name: "with TE_TOKEN, the port is the same after a restart; if it is taken, start says by whom",
  ignore,
  async fn() {
    using api = await FarEnd.start();
    const folder = await Deno.makeTempDir();
    try {
      const env = { TE_TOKEN: api.token, TE_BASE_URL: api.baseUrl };
      // Another run holds the usual port, or has it free: either way the port is kept.
      let port = 0;
      {
        await using run = await StartRun.start(env, folder);
        port = (await run.ready()).port;
      }
      {
        await using run = await StartRun.start(env, folder);
        assertEquals((await run.ready()).port, port);
      }
      using _ = Deno.listen({ hostname: "127.0.0.1", port });
      await using run = await StartRun.start(env, folder);
      await run.rest();
      assertEquals((await run.child.status).code, 1);
      const last = run.seen.at(-1) ?? "";
      assert(last.startsWith(`Cannot start: port ${port} is taken by process ${Deno.pid} (`), last);
      assert(last.includes((await commandOf(Deno.pid)).slice(0, 20)), last);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "SIGKILL of deno ends workerd, and the next start delivers to the receiver it is told",
  ignore,
  async fn() {
    using api = await FarEnd.start();
    const folder = await Deno.makeTempDir();
    try {
      const env = { TE_TOKEN: api.token, TE_BASE_URL: api.baseUrl, POLL_INTERVAL_SECONDS: "1" };
      await using first = await StartRun.start(env, folder);
      await first.ready();
      const processes = await descendants(first.child.pid);
      const workerd = processes.find(({ command }) => /workerd serve/.test(command));
      assert(workerd !== undefined);

      await using second = await StartRun.start(env, folder);
      await second.rest();
      assertMatch(
        second.seen.at(-1) ?? "",
        new RegExp(`another Panoptes is running on \\.panoptes as process ${first.child.pid}\\b`),
      );

      first.child.kill("SIGKILL");
      await first.child.status;
      // The lock is workerd's too: once a start has it, the workerd of the old one is gone.
      await using third = await StartRun.start(env, folder);
      await third.ready();
      for (const { pid, command } of processes) assertEquals(await isRunning(pid), false, command);
      await api.publish({ event: "SSO settings disabled." });
      await third.until(/ {2}ALERT {2}.*verified/);
      await first.rest();
      assertEquals(first.seen.filter((line) => line.includes("  ALERT  ")), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "the lock of the storage lives as long as workerd, even if deno and the guard are killed",
  ignore,
  async fn() {
    using api = await FarEnd.start();
    const folder = await Deno.makeTempDir();
    let workerd = 0;
    try {
      const env = { TE_TOKEN: api.token, TE_BASE_URL: api.baseUrl };
      await using first = await StartRun.start(env, folder);
      await first.ready();
      const processes = await descendants(first.child.pid);
      const pidOf = (pattern: RegExp) =>
        processes.find(({ command }) => pattern.test(command))?.pid ?? 0;
      workerd = pidOf(/workerd serve/);
      Deno.kill(pidOf(/^\/bin\/sh/), "SIGKILL");
      first.child.kill("SIGKILL");
      await first.child.status;
      assert(await isRunning(workerd));
      await using second = await StartRun.start(env, folder);
      await second.rest();
      assertMatch(second.seen.at(-1) ?? "", /another Panoptes is running.*or its workerd still is/);
    } finally {
      if (workerd !== 0) Deno.kill(workerd, "SIGKILL");
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "loopback never goes through a proxy: neither start's requests nor the Worker's",
  ignore,
  async fn() {
    // Nothing listens there.
    const proxy = "http://127.0.0.1:1";
    await using run = await StartRun.start({
      HTTP_PROXY: proxy,
      HTTPS_PROXY: proxy,
      ALL_PROXY: proxy,
      http_proxy: proxy,
      https_proxy: proxy,
      all_proxy: proxy,
      NO_PROXY: "example.com",
    });
    await run.ready();
    await run.until(/ {2}event {2}/); // from the emulator, through the Worker, to start
    await run.until(/ {2}ALERT {2}.*verified/);
  },
});

/** What start shows that differs from run to run: times, ids and columns. */
function steady(line: string): string {
  return line.replace(/\d\d:\d\d:\d\d/, "").replace(/ *webhook-id \S+ verified.*$/, "")
    .replace(/\d+ seconds/, "some seconds").replace(/ +/g, " ").trim();
}

Deno.test("the README's walkthrough names exactly what start shows: the takeover is one alert with its parts", async () => {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const [, text = ""] = /creates a token:\n\n```\n([^`]*)```/.exec(readme) ?? [];
  const told = text.trim().split("\n").map(steady);
  assertEquals(told.length, 10);
  await using run = await StartRun.start();
  await run.ready();
  await run.until(/ {2}ALERT {2}/);
  await run.until(/API Token Created$/);
  await run.until(/ {2}event {2}API token generated\./);
  const shown = run.seen.map(steady);
  const attacked = shown.filter((line) => line.includes("192.0.2.182") || line.startsWith("- "));
  const [events, alert] = [told.slice(0, 6), told.slice(6)];
  assertEquals(attacked.filter((line) => line.startsWith("event ")), events);
  assertEquals(attacked.filter((line) => !line.startsWith("event ")), alert);
});

Deno.test("start says which entry of DISABLED_RULES is no rule, and what may be meant", async () => {
  using api = await FarEnd.start();
  await using run = await StartRun.start({
    TE_TOKEN: api.token,
    TE_BASE_URL: api.baseUrl,
    DISABLED_RULES: "thousandeyes_login_faild, thousandeyes_mass_test_deletion",
  });
  await run.ready();
  await run.until(
    /DISABLED_RULES, thousandeyes_login_faild: no rule has this id, name or tag; the closest is 'thousandeyes_login_failed'/,
  );
});

Deno.test("start with SOURCES watches them all, without TE_TOKEN, and says whose events these are", async () => {
  using api = await FarEnd.start();
  using other = await FarEnd.start();
  await using run = await StartRun.start({
    SOURCES: JSON.stringify([
      { name: "emea", tokenFrom: "TE_TOKEN_EMEA", baseUrl: api.baseUrl },
      { name: "apac", token: other.token, baseUrl: other.baseUrl },
    ]),
    TE_TOKEN_EMEA: api.token,
    POLL_INTERVAL_SECONDS: "1",
  });
  await run.until(/watching the ThousandEyes API with SOURCES$/);
  await run.until(/Sources {2}emea, apac$/);
  const { port, token } = await run.ready();
  assert(run.seen.some((line) => line.endsWith(`/v1/events?source=emea"`)));
  await api.publish({ event: "SSO settings disabled." });
  await other.publish({ event: "Test created." });
  await run.until(/ {2}event {2}emea {2}SSO settings disabled\./);
  await run.until(/ {2}event {2}apac {2}Test created\./);
  await run.until(/ {2}ALERT {2}emea {2}.*verified/);
  const { sources } = await (await fetch(`http://127.0.0.1:${port}/v1/sources`, {
    headers: { authorization: `Bearer ${token}` },
  })).json();
  assertEquals(
    sources.map(({ name, events }: { name: string; events: number }) => [name, events]),
    [["emea", 1], ["apac", 1]],
  );
});

Deno.test("at 100 columns no line of start is longer, and what is to be copied is whole", async () => {
  await using run = await StartRun.start({ COLUMNS: "100" });
  const { port, token } = await run.ready();
  await run.until(/ {2}ALERT {2}/);
  assertEquals(run.seen.filter((line) => [...line].length > 100), []);
  assert(run.seen.includes(`    TOKEN=${token}`));
  assert(
    run.seen.some((line) =>
      line.includes("$TOKEN") && line.endsWith(` http://127.0.0.1:${port}/v1/alerts`)
    ),
  );
});
