import { assert, assertEquals, assertMatch } from "@std/assert";
import { stop } from "esbuild";
import { createEmulator } from "../../src/emulator/create_emulator.ts";
import { serveOnLoopback } from "../../src/server/serve_on_loopback.ts";
import { serveContract } from "../runtime/contract_server.ts";
import { CONTRACT } from "../runtime/stream_contract.ts";
import { BareWorkerd } from "../support/bare_workerd.ts";
import type { Found } from "./consumers/consume.ts";
import { bunProgram, InstalledPackage } from "./installed_package.ts";

const DOM = ["es2022", "dom", "dom.iterable", "dom.asynciterable"];

Deno.test({
  name: "the npm package",
  // esbuild is a child process, and workerd has sockets.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(test) {
    await using installed = await InstalledPackage.create();
    const emulator = createEmulator({ seed: 1 });
    const now = Date.now();
    emulator.publish(Array.from({ length: 150 }, (_, index) => ({
      event: index === 7 ? "Test deleted." : "Login succeeded.",
      date: new Date(now - 60_000 - index * 1_000).toISOString(),
    })));
    const server = serveOnLoopback(
      (request) =>
        request.method === "POST"
          ? new Response(null, { status: 204 }) // the webhook's receiver
          : emulator.app.fetch(request),
      0,
    );
    const api = { BASE_URL: `${server.origin}/v7`, TOKEN: emulator.token };
    const bun = await bunProgram();

    const checkFound = (text: string) => {
      const { shipped, ...found }: Found = JSON.parse(text);
      assertEquals(found, {
        events: 150,
        streamed: 150,
        onFirstPage: 100,
        undated: 0,
        matches: 1,
        problems: ["modifier-unknown"],
        refused: "unauthorized",
        delivered: ["ThousandEyes Test Deleted or Disabled"],
      });
      assert(shipped > 30);
    };

    await test.step("has no module of a runtime in it, and no name that only Deno resolves", async () => {
      const { stdout } = await installed.run("grep", [
        "-rhoE",
        `^(import|export) .* from "[^".][^"]*"`,
        "node_modules/@panoptes/user-events",
        "--include=*.js",
        "--include=*.d.ts",
      ]);
      const names = new Set(stdout.trim().split("\n").map((line) => /from "(.*)"/.exec(line)?.[1]));
      assertEquals([...names].sort(), [
        "@noble/hashes/sha2.js",
        "re2js",
        "valibot",
        "yaml",
      ]);
    });

    await test.step("type-checks and runs on Node", async () => {
      await installed.compile("node.ts", { module: "nodenext", lib: DOM, types: [] });
      checkFound((await installed.run("node", ["node.js"], api)).stdout);
    });

    await test.step("runs on Bun", async () => {
      checkFound((await installed.run(bun, ["node.ts"], api)).stdout);
    });

    await test.step("type-checks and runs on Deno, from node_modules", async () => {
      const args = ["run", "--check", "--allow-env", "--allow-net=127.0.0.1", "deno.ts"];
      checkFound((await installed.run(Deno.execPath(), args, api)).stdout);
    });

    await test.step("type-checks and runs in workerd, bundled as for browsers", async () => {
      await installed.compile("worker.ts", {
        module: "esnext",
        moduleResolution: "bundler",
        lib: DOM,
        types: [],
        noEmit: true,
      });
      const script = await installed.bundle("worker.ts");
      assert(!/from\s*"node:/.test(script));
      await using workerd = await BareWorkerd.create({ script, vars: api, durableObjects: {} });
      workerd.start();
      await workerd.ready();
      checkFound(await (await fetch(workerd.origin)).text());
    });

    await test.step("keeps every promise of the contract on Node and on Bun", async () => {
      await installed.bundleTest("tests/runtime/contract_process.ts", "contract.mjs");
      const bundle = await Deno.readTextFile(`${installed.path}/contract.mjs`);
      assertMatch(bundle, /from "@panoptes\/user-events"/);
      const [far, other] = [serveContract(), serveContract()];
      try {
        const env = { ORIGIN: far.origin, OTHER_ORIGIN: other.origin };
        const wanted = Object.fromEntries(CONTRACT.map(({ name }) => [name, "ok"]));
        for (const program of ["node", bun]) {
          const { stdout } = await installed.run(program, ["contract.mjs"], env);
          assertEquals(JSON.parse(stdout), wanted, program);
        }
      } finally {
        await far.close();
        await other.close();
      }
    });

    await server.close();
    await stop();
  },
});

Deno.test("a program in another folder imports the sources on Deno, by name and by path", async () => {
  const root = new URL("../../", import.meta.url);
  const folder = await Deno.makeTempDir({ prefix: "panoptes-other-folder-" });
  try {
    await Deno.writeTextFile(
      `${folder}/main.ts`,
      `import { streamUserEvents } from "@panoptes/user-events";
       import { streamUserEvents as same } from ${JSON.stringify(new URL("mod.ts", root).href)};
       console.log(streamUserEvents === same);`,
    );
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--cached-only", "--config", new URL("deno.json", root).pathname, "main.ts"],
      cwd: folder,
    }).output();
    assertEquals(new TextDecoder().decode(stdout), "true\n", new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
