import { assert, assertEquals } from "@std/assert";
import { createGateway } from "../../src/http/gateway.ts";
import { withCheckedAnswers } from "../support/checked_answers.ts";
import { sha256 } from "../support/api_token.ts";
import { LogFixture } from "./log_fixture.ts";

const TOKEN = "reader-token";
const LIMITED = "limited-token";
const tokens = [
  { name: "all", sha256: await sha256(TOKEN), scopes: ["read" as const] },
  {
    name: "two",
    sha256: await sha256(LIMITED),
    scopes: ["read" as const],
    sources: ["default", "emea"],
  },
];

/** The gateway before two logs, and sources that fail in every other way. */
class Sources implements Disposable {
  first = new LogFixture();
  second = new LogFixture("emea");
  reports: unknown[] = [];
  /** Whether the request to the source that is stuck was aborted. */
  isReleased = false;
  #answered = 0;
  #isStuck = false;
  #app = withCheckedAnswers(createGateway({
    tokens,
    sources: ["default", "emea", "failing", "refusing", "stuck"],
    clock: this.first.clock,
    backend: (request, source) => this.#answer(request, source),
    report: (error) => this.reports.push(error),
  }));

  async #answer(request: Request, source: string): Promise<Response> {
    const log = { default: this.first, emea: this.second }[source];
    if (log !== undefined) {
      const answer = await log.app.fetch(request);
      const text = await answer.text();
      this.#answered++;
      return new Response(text, answer);
    }
    if (source === "failing") throw new Error("it failed");
    if (source === "refusing") return new Response("{}", { status: 503 });
    this.#isStuck = true;
    request.signal.addEventListener("abort", () => this.isReleased = true);
    return await new Promise(() => {}); // never
  }

  async get(path: string, token = TOKEN): Promise<Response> {
    const headers = { Authorization: `Bearer ${token}` };
    this.#answered = 0;
    this.#isStuck = false;
    let isOver = false;
    const answer = Promise.resolve(this.#app.request(`https://panoptes.test${path}`, { headers }))
      .finally(() => isOver = true);
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve));
      if (this.#isStuck && this.#answered === 2) this.first.clock.advance(10_000);
    }
    return await answer;
  }

  [Symbol.dispose](): void {
    this.first[Symbol.dispose]();
    this.second[Symbol.dispose]();
  }
}

Deno.test("GET /v1/sources lists all that the token may see; one that fails, refuses or is stuck is red, and the others are as they are", async () => {
  using sources = new Sources();
  await sources.second.recordEvents(1, 3);
  const { sources: listed } = await (await sources.get("/v1/sources")).json();
  const shown = listed.map((
    { name, health, events, reasons }: Record<string, unknown> & { reasons: { code: string }[] },
  ) => [name, health, events, ...reasons.map(({ code }) => code)]);
  assertEquals(shown, [
    ["default", "green", 0],
    ["emea", "green", 3],
    ["failing", "red", null, "log_unreachable"],
    ["refusing", "red", null, "log_unreachable"],
    ["stuck", "red", null, "log_unreachable"],
  ]);
  assertEquals(sources.reports.map(String), ["Error: it failed"]);
  assert(sources.isReleased, "what nobody waits for any more is not asked for any longer");
  const limited = await (await sources.get("/v1/sources", LIMITED)).json();
  assertEquals(limited.sources.map(({ name }: { name: string }) => name), ["default", "emea"]);
});

Deno.test("GET /v1/status is the worst of all, with the source of each reason, or the status of the one that is named", async () => {
  using sources = new Sources();
  const total = await (await sources.get("/v1/status")).json();
  assertEquals(total.health, "red");
  assertEquals(
    total.reasons.map(({ source, code }: Record<string, string>) => `${source} ${code}`),
    ["failing log_unreachable", "refusing log_unreachable", "stuck log_unreachable"],
  );
  const names = total.sources.map(({ source }: { source: string }) => source);
  assertEquals(names, ["default", "emea"]);
  assertEquals((await (await sources.get("/v1/status", LIMITED)).json()).health, "green");
  const one = await (await sources.get("/v1/status?source=emea")).json();
  assertEquals([one.source, one.health, one.sources], ["emea", "green", undefined]);
});

Deno.test("GET /metrics has the metrics of all sources, and GET /.well-known/webhook-keys their keys, each once", async () => {
  using sources = new Sources();
  await sources.second.recordEvents(1, 3);
  const text = await (await sources.get("/metrics")).text();
  const up = [...text.matchAll(/^panoptes_source_up\{source="(\w+)"\} (\d)$/gm)];
  assertEquals(up.map(([, name, value]) => `${name} ${value}`), [
    "default 1",
    "emea 1",
    "failing 0",
    "refusing 0",
    "stuck 0",
  ]);
  assertEquals(text.includes(`panoptes_log_entries{kind="event",source="emea"} 3`), true);
  const keys = await sources.get("/.well-known/webhook-keys");
  assertEquals((await keys.json()).keys.length, 1);
  assertEquals(keys.headers.get("Cache-Control"), "no-store"); // some may be missing
});

Deno.test("a route without a total wants the name of a source; a parameter that there is not is refused", async () => {
  using sources = new Sources();
  for (const path of ["/v1/events", "/v1/rules", "/v1/deliveries", "/v1/silences"]) {
    const response = await sources.get(path);
    assertEquals([response.status, (await response.json()).code], [400, "source_required"], path);
  }
  const refused = await sources.get("/v1/status?sources=emea");
  assertEquals([refused.status, (await refused.json()).code], [400, "invalid_request"]);
});
