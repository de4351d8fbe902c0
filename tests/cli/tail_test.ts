import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { UsageError } from "../../src/cli/exit_code.ts";
import { filterQuery } from "../../src/cli/input/entry_filter_options.ts";
import { TextLineStream } from "../../src/stream/std_streams.ts";
import { folder, modesOf, startPanoptes } from "./run_panoptes.ts";
import { type Between, running, TOKEN } from "./running_instance.ts";

/** Follows the log, line by line. */
function tailing(url: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = startPanoptes(["tail", ...args, "--url", url], {
    env: { PANOPTES_TOKEN: TOKEN, ...env },
  });
  // Rather a test that fails than one that waits for ever.
  const late = setTimeout(() => child.kill("SIGKILL"), 60_000);
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    .getReader();
  return {
    async lines(count: number): Promise<string[]> {
      const found: string[] = [];
      while (found.length < count) {
        const { done, value } = await lines.read();
        if (done) throw new Error(`It ended: ${await new Response(child.stderr).text()}`);
        found.push(value);
      }
      return found;
    },
    async stop() {
      child.kill("SIGINT");
      const [{ code }, err, rest] = await Promise.all([
        child.status,
        new Response(child.stderr).text(),
        lines.read().then(({ value }) => value),
      ]);
      clearTimeout(late);
      await child.stdin.close();
      return { code, err, rest };
    },
  };
}

/** A gateway that ends streams in the middle of a frame, and every other time has no service. */
function unsteady(): Between {
  let streams = 0;
  return async (_, whole) => {
    const answer = await whole();
    if (!answer.headers.get("Content-Type")?.startsWith("text/event-stream")) return answer;
    if (streams++ % 2 === 1) {
      void answer.body?.cancel();
      return new Response("<h1>Bad gateway</h1>", { status: 502 });
    }
    let left = 700;
    const cut = new TransformStream<string, string>({
      transform(text, controller) {
        const soon = text.replace(/^retry: .*$/m, "retry: 9");
        controller.enqueue(soon.slice(0, left));
        left -= soon.length;
        if (left <= 0) controller.terminate();
      },
    });
    const body = answer.body?.pipeThrough(new TextDecoderStream()).pipeThrough(cut)
      .pipeThrough(new TextEncoderStream());
    return new Response(body ?? null, answer);
  };
}

Deno.test("panoptes tail shows each event once through broken connections and restarts, and says what is lost", async () => {
  await using instance = await running(["default"], unsteady());
  const { fixture, url } = instance;
  await using files = await folder({});
  const args = ["events", "--format", "ndjson", "--resume", `${files.path}/place`];
  const named = (line: string) => JSON.parse(line).event.event;
  await fixture.recordEvents(1, 40);
  const first = tailing(url, [...args, "--after", "earliest"]);
  assertEquals((await first.lines(40)).map(named), fixtureNames(1, 40));
  await fixture.recordEvents(41, 50);
  assertEquals((await first.lines(10)).map(named), fixtureNames(41, 50));
  const stopped = await first.stop();
  assertEquals([stopped.code, stopped.rest], [0, undefined]);
  assertEquals(await modesOf(files.path), { place: 0o600 });
  await Deno.chmod(`${files.path}/place`, 0o644);
  assertMatch(
    stopped.err,
    /answers 502: the answer is not from Panoptes; trying again\nevents: connected again/,
  );

  await fixture.recordEvents(51, 52);
  const second = tailing(url, args);
  assertEquals((await second.lines(2)).map(named), fixtureNames(51, 52));
  assertEquals((await second.stop()).code, 0);
  assertEquals(await modesOf(files.path), { place: 0o644 });

  const headers = { Authorization: `Bearer ${TOKEN}` };
  await (await fetch(`${url}/v1/epoch`, { method: "POST", headers })).body?.cancel();
  const third = tailing(url, args);
  const [gap = "", next = ""] = await third.lines(2);
  assertEquals([JSON.parse(gap).gap.lost, named(next)], [null, "Event 1"]);
  await third.stop();
});

Deno.test("panoptes tail takes the filters of the API, and shows hostile text as text, folded to the terminal", async () => {
  await using instance = await running();
  const { fixture, url } = instance;
  const user = "Ana\u001b[2J\u202e (ana@example.org)";
  const event = { event: "Test deleted.", user, date: "2026-11-23T10:00:00Z", aid: "12" };
  fixture.log.transaction(() => fixture.log.record([event, { ...event, aid: "13" }], { now: 0 }));
  fixture.queueAlert("a");
  const follower = tailing(url, ["--after", "earliest", "--since", "2026-11-22T00:00:00Z"], {
    COLUMNS: "40",
    NO_COLOR: "1",
  });
  const shown = await follower.lines(8);
  await follower.stop();
  const text = shown.join("\n");
  assert(shown.every((line) => line.length <= 40), text);
  // deno-lint-ignore no-control-regex -- what a terminal would obey
  assert(!/[\u001b\u202e]/.test(text), text);
  assertMatch(text, /2026-11-23 10:00:00 {2}Test deleted\.\n {21}Ana/);
  assertMatch(text, /MEDIUM/);

  const filtered = tailing(url, [
    "events",
    "--format",
    "json",
    "--where",
    "aid=13",
    "--after",
    "earliest",
  ]);
  const lines = await filtered.lines(9);
  await filtered.stop();
  assertEquals(JSON.parse(lines.join("\n")).event.aid, "13");

  assertThrows(
    () => filterQuery({ where: ["limit=5"] }, 0),
    UsageError,
    "Invalid --where 'limit=5'",
  );
  const wrong: [number, RegExp, string[]][] = [
    [2, /--level and --rule are about alerts/, ["events", "--level", "high"]],
    [4, /400: .*levle/, ["--where", "levle=high"]],
  ];
  for (const [code, message, args] of wrong) {
    const ran = await instance.run(["tail", ...args]);
    assertEquals([ran.code, ran.out], [code, ""], ran.err);
    assertMatch(ran.err, message);
  }
});

function fixtureNames(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `Event ${from + index}`);
}
