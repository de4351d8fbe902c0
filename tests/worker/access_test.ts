import { assert, assertEquals } from "@std/assert";
import { AccessTeam } from "../support/access_team.ts";
import { eventually } from "../support/eventually.ts";
import { WorkerFixture } from "./worker_fixture.ts";

Deno.test("in workerd, whoever Cloudflare Access has signed in reads without a token, and a change names them", async () => {
  await using team = await AccessTeam.start();
  await using worker = await WorkerFixture.start({
    vars: {
      ACCESS_TEAM_DOMAIN: team.domain,
      ACCESS_AUDIENCE: team.audience,
      ACCESS_ADMINS: "Ana@example.com, eve@example.com",
    },
  });
  const ask = async (path: string, assertion: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    headers.set("Cf-Access-Jwt-Assertion", assertion);
    const response = await fetch(new URL(path, worker.url), { ...init, headers });
    return [response.status, await response.json()];
  };
  const ana = await team.sign();
  const answers = await Promise.all(Array.from({ length: 5 }, () => ask("/v1/status", ana)));
  assertEquals(answers.map(([status]) => status), Array(5).fill(200));
  assertEquals(await ask("/session", ana), [200, {
    name: "access:ana@example.com",
    scopes: ["admin"],
  }]);
  const wrong = await team.sign({ aud: ["another-application"] });
  assertEquals((await ask("/v1/status", wrong))[0], 401);
  assertEquals((await ask("/v1/epoch", ana, { method: "POST" }))[0], 403);
  const headers = { "Sec-Fetch-Site": "same-origin" };
  assertEquals((await ask("/v1/epoch", ana, { method: "POST", headers }))[0], 200);
  const [, { changes }] = await ask("/v1/changes", ana);
  assertEquals([changes[0].by, changes[0].what], ["access:ana@example.com", "epoch.raised"]);
  await eventually(
    () => Promise.resolve(worker.logs),
    (logs) => logs.some((line) => line.includes('"token":"access:ana@example.com"')),
  );
  assert(!worker.logs.some((line) => line.includes(ana)));
});
