import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { SETTING_NAMES } from "../../src/service/settings.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, root));
const UNIT = "deploy/systemd/panoptes.service";
/** The settings that begin like it, as `TE_TOKEN_EMEA` does, and what the YAML parser looks for. */
const OTHERS = ["TE_*", "LOG_STREAM", "LOG_TOKENS"];

async function systemdAnalyze(...args: string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await new Deno.Command("systemd-analyze", { args, cwd: root })
      .output();
    return [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

const version = await systemdAnalyze("--version");

Deno.test("deno task serve asks for the settings in the environment, one folder, and no program", async () => {
  const { tasks } = JSON.parse(await read("deno.json"));
  const flags = (tasks.serve.command as string).match(/--allow-\S+/g) ?? [];
  const names = SETTING_NAMES.filter((name) => !name.startsWith("TE_"));
  assertEquals(flags, [
    "--allow-read",
    "--allow-write=data",
    `--allow-env=${[...OTHERS, ...names].join(",")}`,
    "--allow-net",
  ]);
});

Deno.test({
  name: "the systemd unit is valid, and systemd rates what it may do as OK",
  ignore: version === undefined,
  async fn() {
    const found = await systemdAnalyze("verify", UNIT) ?? "";
    // Whether deno is installed is a matter of the machine.
    const lines = found.split("\n").filter((line) =>
      line.includes("panoptes") && !line.includes("is not executable")
    );
    assertEquals(lines, []);
    const security = await systemdAnalyze("security", "--offline=true", UNIT) ?? "";
    const [, level] = /Overall exposure level for panoptes\.service: ([\d.]+)/.exec(security) ?? [];
    assert(Number(level) < 2, security);
  },
});

Deno.test("the unit and the image run the version of Deno that CI runs, with files that exist", async () => {
  const [, deno] = /deno@(\d+\.\d+\.\d+)/.exec(await read(".ci/run")) ??
    /deno@(\d+\.\d+\.\d+)/.exec(await read("CONTRIBUTING.md")) ?? [];
  const image = await read("deploy/oci/Containerfile");
  const images = image.match(/^FROM \S+/gm) ?? [];
  assertEquals(images.length, 2);
  for (const from of images) assert(from.endsWith(`-${deno}`), from);
  for (const text of [image, await read(UNIT)]) {
    const [entry = ""] = /src\/\S+?\.ts/.exec(text) ?? [];
    assert((await Deno.stat(new URL(entry, root))).isFile, entry);
    assertStringIncludes(text, "--no-prompt");
    assert(!/--allow-(all|run|ffi|sys)|\s-A\s/.test(text));
  }
});

Deno.test("the image runs as a number that is not root, keeps secrets out, and says how healthy it is", async () => {
  const image = await read("deploy/oci/Containerfile");
  const users = image.match(/^USER .*$/gm) ?? [];
  assertEquals(users, ["USER 10001:10001"]);
  assert(image.lastIndexOf("USER") < image.indexOf("ENTRYPOINT"));
  assertStringIncludes(image, "/healthz");
  const ignored = (await read(".dockerignore")).split("\n");
  for (const name of [".git", ".env*", "*.env", ".dev.vars*", "data"]) {
    assert(ignored.includes(name), name);
  }
});
