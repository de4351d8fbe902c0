import { assert, assertEquals, assertMatch } from "@std/assert";
import type { LogFixture } from "../http/log_fixture.ts";
import { folder, modesOf } from "./run_panoptes.ts";
import { type Between, running } from "./running_instance.ts";

/** A running Panoptes whose answers can be cut short. */
async function interceptable() {
  // A test may replace it while Panoptes runs.
  let intercept: Between = (_, answer) => answer();
  const instance = await running(["default"], (request, answer) => intercept(request, answer));
  return Object.assign(instance, { intercept: (by: Between) => void (intercept = by) });
}

/** What ends a command at once. */
const refusal = () => Response.json({ code: "forbidden", title: "Forbidden" }, { status: 403 });

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
  await using old = await interceptable();
  await using other = await interceptable();
  await using files = await folder({});
  await fill(old.fixture);
  const file = `${files.path}/log.ndjson.gz`;
  const written = await old.run(["log", "export", file]);
  assertEquals([written.code, written.err], [0, ""]);
  assertMatch(written.out, /: 400 events, \d+ bytes\n$/);
  assert((await Deno.stat(file)).size < 100_000, "it is compressed");
  assertEquals(await modesOf(files.path), { "log.ndjson.gz": 0o600 });
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
  await using old = await interceptable();
  await using files = await folder({});
  await fill(old.fixture);
  const file = `${files.path}/log.ndjson`;
  let requests = 0;
  old.intercept(async (_, answer) => {
    const isFirst = ++requests === 1;
    if (!isFirst) return refusal();
    const response = await answer();
    const text = await response.text();
    return new Response(text.slice(0, text.length - 100_000), { headers: response.headers });
  });
  const cut = await old.run(["log", "export", file]);
  assertEquals([cut.code, requests], [4, 2]);
  assertMatch(cut.err, /cut short; trying again\n.*403: Forbidden\. What arrived is in '.*\.part'/);
  const kept = (await Deno.stat(`${file}.part`)).size;
  assert(kept > 200_000);
  const asked: URL[] = [];
  old.intercept((request, answer) => {
    asked.push(new URL(request.url));
    return answer();
  });
  const whole = await old.run(["log", "export", file]);
  assertEquals([whole.code, whole.err], [0, ""]);
  assert(asked.every(({ searchParams }) => searchParams.has("from")));
  const text = await (await old.fixture.request("/v1/backup", { isAdmin: true })).text();
  assertEquals((await Deno.readTextFile(file)).split("\n").slice(1), text.split("\n").slice(1));
});

Deno.test("panoptes log import sends nothing of a file that is damaged or cut short, and goes on after an interruption", async () => {
  await using old = await interceptable();
  await using other = await interceptable();
  await using files = await folder({});
  await fill(old.fixture);
  const file = `${files.path}/log.ndjson`;
  assertEquals((await old.run(["log", "export", file])).code, 0);
  const text = await Deno.readTextFile(file);
  const damaged = { cut: text.slice(0, -90_000), changed: text.replace("xxxx", "xxyx") };
  let requests = 0;
  other.intercept((_, answer) => {
    requests++;
    return answer();
  });
  for (const [name, content] of Object.entries(damaged)) {
    await Deno.writeTextFile(`${files.path}/${name}`, content);
    const { code, err } = await other.run(["log", "import", `${files.path}/${name}`]);
    assertEquals(code, 2);
    assertMatch(err, /(cut short|damaged).* Nothing was sent/);
  }
  assertEquals(requests, 0);
  other.intercept((_, answer) => ++requests > 3 ? refusal() : answer());
  assertEquals((await other.run(["log", "import", file])).code, 4);
  assertEquals(other.fixture.log.restoring()?.part, 2);
  other.intercept((_, answer) => answer());
  const done = await other.run(["log", "import", file]);
  assertEquals([done.code, done.err], [0, ""]);
  assertEquals(bodies(other.fixture), bodies(old.fixture));
});
