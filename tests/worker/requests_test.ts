import { assert, assertEquals } from "@std/assert";
import { SseReader } from "../support/read_sse.ts";
import { sha256, TOKEN } from "../support/api_token.ts";
import { eventually } from "../support/eventually.ts";
import { WorkerFixture } from "./worker_fixture.ts";

const SHORT = "test-short-lived-token";

Deno.test("in workerd, each request is one line of the log, and a stream ends when its token expires", async () => {
  const expires = new Date(Date.now() + 20_000).toISOString();
  const token = async (name: string, token: string, more = {}) => ({
    name,
    sha256: await sha256(token),
    scopes: ["read"],
    ...more,
  });
  await using worker = await WorkerFixture.start({
    vars: {
      API_TOKENS: JSON.stringify([
        await token("tests", TOKEN),
        await token("short", SHORT, { expires }),
      ]),
    },
  });
  const open = async (token: string, query = "") => {
    const response = await fetch(new URL(`/v1/events${query}`, worker.url), {
      headers: { Authorization: `Bearer ${token}` },
    });
    assertEquals(response.status, 200);
    return new SseReader(response.body!);
  };
  const left = await open(TOKEN, "?user=hunter2");
  assertEquals((await left.next())?.event, "ready");
  await left.cancel();
  const expiring = await open(SHORT);
  await fetch(new URL("/v1/status?x=hunter2", worker.url), {
    headers: { Authorization: "Bearer hunter2" },
  }).then((response) => response.body?.cancel());

  while (await expiring.next() !== undefined); // ends as usual
  const again = await fetch(new URL("/v1/events", worker.url), {
    headers: { Authorization: `Bearer ${SHORT}` },
  });
  assertEquals([again.status, (await again.json()).code], [401, "token_expired"]);

  const lines = () =>
    worker.logs.filter((line) => line.includes('"A request has ended"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const told = await eventually(() => Promise.resolve(lines()), (lines) => lines.length >= 4);
  const brief = told.map(({ token, route, status, end, source }) =>
    [token, route, status, end, typeof source].join(" ")
  );
  for (
    const line of [
      " /v1/status 401  undefined",
      "short /v1/events 200 expired string",
      "short /v1/events 401  undefined",
    ]
  ) assert(brief.includes(line), `${line} in ${brief.join("; ")}`);
  // Which of the two the runtime says depends on who notices first.
  assert(
    brief.some((line) => /^tests \/v1\/events 200 (cancelled|aborted) /.test(line)),
    brief.join(),
  );
  for (const secret of [TOKEN, SHORT, "hunter2"]) {
    assert(!worker.logs.some((line) => line.includes(secret)), secret);
  }
});

Deno.test("many wrong tokens are counted and are one operational alert, and a valid one is still accepted", async () => {
  await using worker = await WorkerFixture.start();
  for (let n = 0; n < 25; n++) {
    const { status, body } = await fetch(new URL("/v1/status", worker.url), {
      headers: { Authorization: `Bearer guess-${n}`, "CF-Connecting-IP": "192.0.2.7" },
    });
    await body?.cancel();
    assert(status === 401 || status === 429, String(status));
  }
  const { authentication, tokens } = await eventually(
    () =>
      worker.json("/v1/status") as Promise<{
        authentication: { failed: number };
        tokens: { name: string; requests: number }[];
      }>,
    ({ authentication }) => authentication.failed === 25,
  );
  assertEquals(authentication.failed, 25);
  assert(tokens.find(({ name }) => name === "tests")!.requests > 0);
  const alerts = await eventually(
    () => worker.alerts(),
    (alerts) => alerts.some(({ alert }) => alert.rule.id === "panoptes.authentication.failing"),
  );
  const text = JSON.stringify(alerts);
  assert(text.includes("25 requests within 5 minutes") && !text.includes("guess-"), text);
  assert((await (await worker.fetch("/metrics")).text()).includes(
    `panoptes_authentication_failures_total{source="default"} 25\n`,
  ));
});
