import { assertEquals, assertMatch } from "@std/assert";
import { TextLineStream } from "@std/streams";
import { parse as parseYaml } from "yaml";
import { matchRules } from "../../src/alert/match_rules.ts";
import type { RuleBundle } from "../../src/alert/rule_bundle.ts";
import { formatOf } from "../../src/delivery/format/formats.ts";
import { createEmulator } from "../../src/emulator/create_emulator.ts";
import { serveOnLoopback } from "../../src/server/serve_on_loopback.ts";
import bundle from "../../src/service/rules.json" with { type: "json" };
import { Bench, START } from "../watch/bench_of.ts";
import { fences, guides, ROOT } from "./document.ts";

const [README] = await guides();

/** What the README shows in a block of a language, the first one with some text in it. */
function shown(language: string, text: string): string {
  const blocks = fences(README!).filter((fence) => fence.language === language);
  return blocks.map(({ lines }) => lines.join("\n")).find((block) => block.includes(text)) ?? "";
}

/** The texts of a message of Slack, as a reader sees them one below the other. */
function readable(body: string): string {
  const { blocks } = JSON.parse(body);
  const lines: string[] = blocks.flatMap(({ text, fields = [] }: {
    text?: { text: string };
    fields?: { text: string }[];
  }) => [
    ...(text === undefined ? [] : [text.text]),
    ...fields.map((field) => field.text.replace("\n", ": ")),
  ]);
  return lines.join("\n").replace(/<[^|>]*\|([^>]*)>/g, "[$1]");
}

Deno.test("the README shows lines of the message that Slack shows of the takeover, in their order", async () => {
  const { match, correlator } = matchRules(bundle as unknown as RuleBundle, () => {});
  using bench = new Bench({}, { match, ...(correlator && { correlator }) });
  const names = [...Array(4).fill("Login failed."), "Login succeeded.", "API token generated."];
  for (const [index, event] of names.entries()) {
    bench.api.publish({
      aid: "2039801",
      accountGroupName: "Retail Americas",
      date: new Date(START + index * 1_000).toISOString().replace(".000Z", "Z"),
      event,
      ipAddress: "192.0.2.182",
      uid: "314527",
      user: "Ana Alvarez (ana.alvarez@example.com)",
    });
  }
  await bench.pass(5 * 60_000);
  const alerts = bench.log.alertsAfter(0, 100).map(({ body }) => JSON.parse(body));
  const alert = alerts.find(({ level }) => level === "high");
  const { body } = formatOf("slack").request(
    { type: "alert.created", alert, at: bench.clock.now() },
    { options: {}, linkTo: (id) => `https://panoptes.example.com/#/alerts?id=${id}` },
  );
  const told = shown("text", "Retail Americas").split("\n");
  assertEquals(told.length > 5, true);
  assertEquals(readable(body).split("\n").filter((line) => told.includes(line)), told);
});

Deno.test("the rule in the README is the one in rules/, without its tests", async () => {
  const { tests: _, ...rule } = parseYaml(
    await Deno.readTextFile(new URL("rules/account_takeover.yml", ROOT)),
  );
  const told = parseYaml(shown("yaml", "account_takeover"));
  for (const [key, value] of Object.entries(told)) assertEquals(value, rule[key], key);
  assertEquals(Object.keys(told).length, 5);
});

Deno.test("the program in the README goes from the token to a message in Slack", async () => {
  const emulator = createEmulator({ seed: 1 });
  const date = new Date(Date.now() - 60_000).toISOString();
  emulator.publish([{ event: "Account group deleted.", date }, {
    event: "Login succeeded.",
    date,
  }]);
  const messages: string[] = [];
  const server = serveOnLoopback(async (request) => {
    if (request.method !== "POST") {
      const asked = request.url.replace(server.origin, "https://api.thousandeyes.com");
      return await emulator.app.fetch(new Request(asked, request)); // its links lead there
    }
    messages.push(`${new URL(request.url).pathname} ${await request.text()}`);
    return new Response("ok");
  }, 0);
  const ending = new AbortController();
  const program = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--no-prompt",
      "--allow-env",
      "--allow-net=127.0.0.1",
      `--preload=${new URL("sent_to_loopback.ts", import.meta.url).pathname}`,
      "-",
    ],
    cwd: ROOT,
    env: {
      ORIGIN: server.origin,
      TE_TOKEN: emulator.token,
      SLACK_WEBHOOK: "https://hooks.slack.com/services/T000/B000/made-up",
      NO_COLOR: "1",
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
    // A program that sends nothing must not hang the tests.
    signal: AbortSignal.any([ending.signal, AbortSignal.timeout(60_000)]),
  }).spawn();
  try {
    const input = program.stdin.getWriter();
    await input.write(new TextEncoder().encode(shown("ts", "toWebhook(")));
    await input.close();
    const lines = program.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
    const { value: said = "" } = await lines.read();
    await lines.cancel();
    assertMatch(said, /^told Slack: high Account group deleted: /);
    assertEquals(messages.length, 1);
    assertMatch(
      messages[0]!,
      /^\/services\/T000\/B000\/made-up \{.*ThousandEyes Account Group Deleted/,
    );
  } finally {
    ending.abort();
    await program.status;
    await server.close();
  }
});
