import { createEmulator } from "../../src/emulator/create_emulator.ts";
import { serveOnLoopback } from "../../src/server/serve_on_loopback.ts";
import { StartRun } from "../local/start_run.ts";
import type { Command } from "./commands.ts";
import { ROOT } from "./document.ts";
import { shellScript } from "./shell_script.ts";

const DEADLINE_MS = 600_000;

/** What running the commands of a document showed. */
export interface Run {
  /** The place of the command that failed; undefined if none did. */
  readonly failed: string | undefined;
  /** The last lines that were written. */
  readonly output: string;
}

/**
 * Runs the commands of one document, in order and in one shell, in a copy of the repository, with a
 * ThousandEyes API that is emulated and, where a command speaks to Panoptes, one that runs.
 *
 * @param commands The commands.
 * @returns Which of them failed, if one did.
 */
export async function runCommands(commands: readonly Command[]): Promise<Run> {
  await using world = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "panoptes-docs-" });
  world.defer(() => Deno.remove(folder, { recursive: true }));
  const copy = `${folder}/panoptes`;
  await copyRepository(copy);
  await writeShims(`${folder}/bin`);

  const emulator = createEmulator({ seed: 7, pageSize: 500 });
  emulator.publishHistory(200, Date.now() - 24 * 3_600_000, Date.now());
  const api = serveOnLoopback((request) => emulator.app.fetch(request), 0);
  world.defer(() => api.close());
  const receiver = serveOnLoopback(() => new Response(null, { status: 204 }), 0);
  world.defer(() => receiver.close());
  await writeFiles(copy, receiver.origin, emulator.events().map(({ event }) => event));

  const env: Record<string, string> = {
    PATH: `${folder}/bin:${folder}/home/.deno/bin:${Deno.env.get("PATH")}`,
    HOME: `${folder}/home`,
    DENO_DIR: await denoDir(),
    npm_config_cache: `${Deno.env.get("HOME")}/.npm`,
    WORLD: folder,
    NO_COLOR: "1",
    TE_BASE_URL: `${api.origin}/v7`,
    EMULATOR_TOKEN: emulator.token,
    NO_PROXY: "127.0.0.1,localhost",
  };
  await Deno.mkdir(`${folder}/home`);
  const values: Record<string, string> = { "TE_TOKEN=": emulator.token, "whsec_": `whsec_${KEY}` };
  if (commands.some(({ text }) => /\b(ADDRESS|TOKEN|PANOPTES_\w+)\b|^panoptes /m.test(text))) {
    const panoptes = world.use(await StartRun.start({}, undefined, DEADLINE_MS));
    const { port, token } = await panoptes.ready();
    await panoptes.until(/first\s+alert received/);
    const address = `http://127.0.0.1:${port}`;
    const get = async (path: string) =>
      await (await fetch(`${address}${path}`, {
        headers: { authorization: `Bearer ${token}`, accept: "application/json" },
      })).json();
    await fetch(`${address}/v1/endpoints/on-call`, {
      method: "PUT",
      headers: { authorization: `Bearer ${token}` },
      body: await Deno.readTextFile(`${copy}/on_call.yml`),
    });
    const { deliveries } = await get("/v1/deliveries");
    const { alerts, next } = await get("/v1/alerts?level=high");
    Object.assign(env, {
      ADDRESS: address,
      TOKEN: token,
      PANOPTES_URL: address,
      PANOPTES_TOKEN: token,
      ALERT: alerts[0].alert.id,
      MESSAGE: String(deliveries[0].id),
      NEXT: next,
      SOURCE: "default",
    });
    Object.assign(values, { "PANOPTES_TOKEN=": token, "TOKEN=": token, address });
  }
  const script = `${folder}/commands.sh`;
  await Deno.writeTextFile(script, shellScript(commands, values));
  return await runScript(script, copy, env);
}

/** Where packages are that have been fetched already. */
async function denoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

/** A key for signing in the examples. */
const KEY = btoa("a key for the examples only, ok?");

async function runScript(script: string, cwd: string, env: Record<string, string>): Promise<Run> {
  const places = `${script}.places`;
  const log = `${script}.log`;
  const child = new Deno.Command("bash", {
    args: ["-c", `exec 3>"${places}" >"${log}" 2>&1; exec bash "${script}"`],
    cwd,
    env,
    stdin: "null",
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  const { success } = await child.output();
  const reached = (await Deno.readTextFile(places)).trim().split("\n");
  const output = (await Deno.readTextFile(log)).split("\n").slice(-40).join("\n");
  return { failed: success ? undefined : reached.at(-1), output };
}

/** Copies what git knows and what is generated; packages are only read, so they are linked. */
async function copyRepository(to: string): Promise<void> {
  await Deno.mkdir(to);
  const copy =
    `{ git ls-files -co --exclude-standard -z; git ls-files -oi --exclude-standard -z -- src; } |
    xargs -0 cp --parents -t "$1" 2>/dev/null; ln -s "$PWD/node_modules" "$1/node_modules"`;
  await new Deno.Command("bash", { args: ["-c", copy, "copy", to], cwd: ROOT }).output();
}

/** `panoptes` as the documents write it, and a curl that fails as a reader would notice. */
async function writeShims(folder: string): Promise<void> {
  await Deno.mkdir(folder);
  const shims = {
    panoptes: `exec deno task -q panoptes "$@"`,
    curl: `PATH=\${PATH#*:}
case " $* " in *" --fail "*) ;; *) set -- --fail-with-body "$@" ;; esac
exec curl --silent --show-error "$@"`,
  };
  for (const [name, body] of Object.entries(shims)) {
    await Deno.writeTextFile(`${folder}/${name}`, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }
}

/** The files that the documents take for granted. */
async function writeFiles(
  folder: string,
  receiver: string,
  events: readonly unknown[],
): Promise<void> {
  const endpoint = { url: receiver, secret: `whsec_${KEY}`, allowHttpLoopback: true };
  const files: Record<string, string> = {
    "events.ndjson": events.map((event) => JSON.stringify(event)).join("\n"),
    "event.json": JSON.stringify(events[0]),
    "on_call.yml": JSON.stringify(endpoint),
    "webhooks.yml": JSON.stringify([{ name: "on-call", ...endpoint }]),
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, `${text}\n`);
  }
}
