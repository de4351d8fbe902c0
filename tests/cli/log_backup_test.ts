import { assert, assertEquals, assertMatch } from "@std/assert";
import { createGateway } from "../../src/http/gateway.ts";
import { LogFixture } from "../http/log_fixture.ts";
import { sha256 } from "../support/api_token.ts";
import { folder, panoptes } from "./run_panoptes.ts";

const TOKEN = "an-admin-token";

/** A running Panoptes whose answers can be cut short. */
async function running() {
  const fixture = new LogFixture();
  const gateway = createGateway({
    sources: ["default"],
    tokens: [{ name: "ana", sha256: await sha256(TOKEN), scopes: ["admin"] }],
    clock: fixture.clock,
    backend: (request) => fixture.app.fetch(request),
    report: (error) => fixture.reports.push(error),
  });
  const instance = {
    fixture,
    /** Answers instead of Panoptes, if it does. */
    intercept: undefined as ((request: Request) => Promise<Response> | undefined) | undefined,
    run: (args: string[]) => panoptes([...args, "--url", url], { env: { PANOPTES_TOKEN: TOKEN } }),
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      fixture[Symbol.dispose]();
    },
  };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => instance.intercept?.(request) ?? gateway.fetch(request),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  return { ...instance, instance, gateway };
}

/** Large enough for several parts. */
async function fill({ log }: LogFixture): Promise<void> {
  const event = "x".repeat(2_000);
  const events = Array.from({ length: 400 }, (_, second) => ({
    event,
    date: new Date(second * 1_000).toISOString(),
  }));
  log.transaction(() => log.record(events, { now: 1 }));
  await Promise.resolve();
}

const bodies = ({ log }: LogFixture) =>
  log.eventsAfter(0, 1_000).map(({ seq, body }) => [seq, body]);

Deno.test("panoptes log export and import carry a log from one Panoptes to another", async () => {
  await using old = await running();
  await using other = await running();
  await using files = await folder({});
  await fill(old.fixture);
  const file = `${files.path}/log.ndjson.gz`;
  const written = await old.run(["log", "export", file]);
  assertEquals([written.code, written.err], [0, ""]);
  assertMatch(written.out, /: 400 events, \d+ bytes\n$/);
  assert((await Deno.stat(file)).size < 100_000, "it is compressed");
  assertEquals((await old.run(["log", "export", file])).code, 2); // it exists

  await other.fixture.recordEvents(1, 3);
  const refused = await other.run(["log", "import", file]);
  assertEquals(refused.code, 4);
  assertMatch(refused.err, /409: .*The log is not empty: it holds 3 events/);
  const done = await other.run(["log", "import", file, "--replace"]);
  assertEquals([done.code, done.err], [0, ""]);
  assertEquals(bodies(other.fixture), bodies(old.fixture));
});

Deno.test("panoptes log export goes on where it was cut short, by itself and in another run", async () => {
  await using old = await running();
  await using files = await folder({});
  await fill(old.fixture);
  const file = `${files.path}/log.ndjson`;
  let requests = 0;
  old.instance.intercept = (request) => {
    const isFirst = ++requests === 1;
    if (!isFirst) return Promise.resolve(new Response("down", { status: 503 }));
    return Promise.resolve(old.gateway.fetch(request)).then(async (response) => {
      const text = await response.text();
      return new Response(text.slice(0, text.length - 100_000), { headers: response.headers });
    });
  };
  const cut = await old.run(["log", "export", file]);
  assertEquals([cut.code, requests], [4, 2]);
  assertMatch(cut.err, /What arrived is in '.*\.part'/);
  const kept = (await Deno.stat(`${file}.part`)).size;
  assert(kept > 200_000);
  const asked: URL[] = [];
  old.instance.intercept = (request) => void asked.push(new URL(request.url)) as undefined;
  const whole = await old.run(["log", "export", file]);
  assertEquals([whole.code, whole.err], [0, ""]);
  assert(asked.every(({ searchParams }) => searchParams.has("from")));
  const text = await (await old.fixture.request("/v1/backup", { isAdmin: true })).text();
  assertEquals((await Deno.readTextFile(file)).split("\n").slice(1), text.split("\n").slice(1));
});

Deno.test("panoptes log import sends nothing of a file that is damaged or cut short, and goes on after an interruption", async () => {
  await using old = await running();
  await using other = await running();
  await using files = await folder({});
  await fill(old.fixture);
  const file = `${files.path}/log.ndjson`;
  assertEquals((await old.run(["log", "export", file])).code, 0);
  const text = await Deno.readTextFile(file);
  const damaged = { cut: text.slice(0, -90_000), changed: text.replace("xxxx", "xxyx") };
  let requests = 0;
  other.instance.intercept = () => void requests++ as undefined;
  for (const [name, content] of Object.entries(damaged)) {
    await Deno.writeTextFile(`${files.path}/${name}`, content);
    const { code, err } = await other.run(["log", "import", `${files.path}/${name}`]);
    assertEquals(code, 2);
    assertMatch(err, /(cut short|damaged).* Nothing was sent/);
  }
  assertEquals(requests, 0);
  other.instance.intercept = () =>
    ++requests > 3 ? Promise.resolve(new Response("down", { status: 503 })) : undefined;
  assertEquals((await other.run(["log", "import", file])).code, 4);
  assertEquals(other.fixture.log.restoring()?.part, 2);
  other.instance.intercept = undefined;
  const done = await other.run(["log", "import", file]);
  assertEquals([done.code, done.err], [0, ""]);
  assertEquals(bodies(other.fixture), bodies(old.fixture));
});
