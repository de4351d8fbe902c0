import { assertEquals, assertMatch } from "@std/assert";
import { parse } from "@std/csv";
import { createEmulator } from "../../src/emulator/create_emulator.ts";
import { eventually } from "../support/eventually.ts";
import { folder, modesOf, panoptes, startPanoptes } from "./run_panoptes.ts";
import { running, TOKEN } from "./running_instance.ts";

async function gunzipped(path: string): Promise<string> {
  const { stdout } = await new Deno.Command("gzip", { args: ["-dc", path] }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("panoptes events export continues a file of its owner alone after a kill, each event once, with its filters", async () => {
  let stallsAt = 2_000_000;
  await using instance = await running(["default"], async (_, answer) => {
    let left = stallsAt;
    const stalling = new TransformStream<Uint8Array, Uint8Array>({
      async transform(chunk, controller) {
        left -= chunk.length;
        if (left > 0) controller.enqueue(chunk);
        else await new Promise(() => {});
      },
    });
    const whole = await answer();
    return new Response(whole.body?.pipeThrough(stalling) ?? null, whole);
  });
  const events = Array.from({ length: 3_000 }, (_, n) => ({
    event: n % 3 === 0 ? "Test deleted." : "Login failed.",
    user: `${"Ana ".repeat(500)}(${n}@example.org)`,
    date: "2026-11-23T10:00:00Z",
  }));
  instance.fixture.log.transaction(() => instance.fixture.log.record(events, { now: 0 }));
  await using files = await folder({});
  const out = `${files.path}/events.ndjson`;
  const args = ["events", "export", "--where", "event=Login failed.", "--out", out, "--url"];
  const env = { PANOPTES_TOKEN: TOKEN };
  const killed = startPanoptes([...args, instance.url], { env });
  // Until the place after a piece is kept.
  const keeps = async () =>
    JSON.parse(await Deno.readTextFile(`${out}.place`).catch(() => "{}")).events > 0;
  await eventually(keeps, (isKept) => isKept);
  killed.kill("SIGKILL");
  await killed.output();
  const { "events.ndjson": mode, "events.ndjson.place": placeMode } = await modesOf(files.path);
  assertEquals([mode, placeMode], [0o600, 0o600]);
  await killed.stdin.close();
  await Deno.writeTextFile(out, '{"id":"cut off in the mid', { append: true });
  await Deno.chmod(out, 0o640);
  stallsAt = Infinity;
  const { code, err } = await panoptes([...args, instance.url], { env });
  assertEquals(code, 0, err);
  assertMatch(err, /continued after \d+ events\n2000 events exported/);
  const lines = (await Deno.readTextFile(out)).trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
  assertEquals(
    lines.map(({ event }) => event),
    events.filter(({ event }) => event === "Login failed."),
  );
  assertEquals(await modesOf(files.path), { "events.ndjson": 0o640 });
  const again = await panoptes([...args, instance.url], { env });
  assertEquals(again.code, 2);
  assertMatch(again.err, /it exists already; remove it, or name another file/);
});

Deno.test("panoptes events export reads the API itself, continues exactly, and writes CSV that no spreadsheet calculates", async () => {
  const emulator = createEmulator({ seed: 3, pageSize: 1_000, ratePerMinute: 1_000 });
  const now = Date.now();
  emulator.publishHistory(20_500, now - 6.9 * 86_400_000, now - 60_000);
  const twin = {
    event: '=HYPERLINK("http://evil.example","\n")',
    user: "+1,2",
    date: now - 90_000,
  };
  emulator.publish([twin, twin, { ...twin, event: "\t@SUM(1)" }]);
  let requests = 0;
  let refusesFrom = 30; // after the first slice of time
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      emulator.setFaults(...(++requests >= refusesFrom ? [{ name: "forbidden" as const }] : []));
      return emulator.app.fetch(request);
    },
  );
  await using files = await folder({});
  const out = `${files.path}/events.csv.gz`;
  const args = "events export --from thousandeyes --since 7d --format csv --gzip --out".split(" ");
  const run = () =>
    panoptes([...args, out], {
      env: {
        TE_TOKEN: emulator.token,
        TE_BASE_URL: `http://127.0.0.1:${server.addr.port}/v7`,
      },
    });
  const refused = await run();
  assertEquals(refused.code, 4);
  assertMatch(refused.err, /Stopped after [1-9]\d* events; repeat the command to continue[^]*403/);
  refusesFrom = Infinity;
  const { code, err } = await run();
  assertEquals([code, err.split("\n").length], [0, 3], err);
  const rows = parse(await gunzipped(out), { skipFirstRow: true }) as Record<string, string>[];
  const dates = rows.map(({ date = "" }) => date);
  assertEquals(rows.length, 20_503);
  assertEquals(dates, dates.toSorted());
  const texts = (list: readonly { event?: string }[]) => list.map(({ event }) => event).toSorted();
  const safe = (text = "") => /^[=\t]/.test(text) ? `'${text}` : text;
  assertEquals(
    texts(rows),
    emulator.events().map(({ event: { event } }) => safe(String(event))).toSorted(),
  );
  assertEquals(rows.filter(({ user }) => user === "'+1,2").length, 3);
});
