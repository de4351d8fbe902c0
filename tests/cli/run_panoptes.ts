import config from "../../deno.json" with { type: "json" };

const root = new URL("../../", import.meta.url);

/** Those of the task. */
const PERMISSIONS = config.tasks.panoptes.command.split(" ").filter((word) =>
  word.startsWith("--allow-")
);

/** How a run of the command line ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** How the command line is run: what it reads, where, and with which environment. */
export interface RunOptions {
  readonly stdin?: string | Uint8Array;
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** The file that its output goes to; default a pipe. */
  readonly out?: string;
}

/** Starts the command line as a user does, with the permissions of its task. */
export function startPanoptes(
  args: readonly string[],
  { cwd, env = {}, out }: RunOptions = {},
): Deno.ChildProcess {
  const [program, redirection] = out === undefined
    ? [Deno.execPath(), []]
    : ["/bin/sh", ["-c", `exec "$0" "$@" > ${out}`, Deno.execPath()]];
  return new Deno.Command(program, {
    args: [
      ...redirection,
      "run",
      "--quiet",
      "--no-prompt",
      ...PERMISSIONS,
      "--config",
      new URL("deno.json", root).pathname,
      new URL("src/cli/panoptes.ts", root).pathname,
      ...args,
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    cwd: cwd ?? root,
    env,
  }).spawn();
}

/** Runs the command line to its end. */
export async function panoptes(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const child = startPanoptes(args, options);
  const writer = child.stdin.getWriter();
  // A command that refuses its arguments does not read its input.
  const { stdin = "" } = options;
  const input = typeof stdin === "string" ? new TextEncoder().encode(stdin) : stdin;
  await writer.write(input).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

/** Text as Windows tools write it: UTF-16 with a byte order mark. */
export function utf16(text: string, littleEndian = true): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * text.length + 2));
  for (const [index, unit] of [...`\ufeff${text}`].entries()) {
    view.setUint16(2 * index, unit.charCodeAt(0), littleEndian);
  }
  return new Uint8Array(view.buffer);
}

/** A folder with files in it; removed after the test. */
export async function folder(
  files: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "panoptes" });
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(`${path}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${path}/${name}`, text);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** The permissions of each file in a folder, by its name. */
export async function modesOf(folder: string): Promise<Record<string, number>> {
  const modes: Record<string, number> = {};
  for await (const { name } of Deno.readDir(folder)) {
    modes[name] = ((await Deno.stat(`${folder}/${name}`)).mode ?? 0) & 0o777;
  }
  return modes;
}

/** A rule with one item, without errors or warnings. */
export function rule(title: string, item: string, more = ""): string {
  const id = title === "One"
    ? "929a690e-bef0-4204-a928-ef5e620d6fcc"
    : "08fbc97d-0a2f-491c-ae21-8ffcfd3174e9";
  return `title: ${title}
id: ${id}
status: test
description: For a test of the command line
level: high
logsource:
    product: test
detection:
    selection:
        ${item}
    condition: selection
${more}`;
}

/** Two inline tests that pass for a rule that finds an a. */
export const TESTS = `tests:
    - name: it is there
      match: true
      event: { f: xax }
    - name: it is not there
      match: false
      events: [{ f: x }, { g: a }]
`;
/** Three events on the lines 1, 2 and 4. */
export const EVENTS = `{"f":"a","n":1}\n{"f":"b"}\n\n{"f":"x a x"}\n`;
