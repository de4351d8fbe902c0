import { assert, assertEquals, assertMatch } from "@std/assert";
import { createEmulator } from "../../src/emulator/create_emulator.ts";
import type { FaultName } from "../../src/emulator/fault.ts";
import { checkThousandEyes } from "../../src/cli/commands/check_thousand_eyes.ts";
import { panoptes } from "./run_panoptes.ts";
import { running } from "./running_instance.ts";

Deno.test("panoptes doctor says of each fault of the API what to mend", async () => {
  const emulator = createEmulator({ seed: 5 });
  emulator.publishHistory(60, Date.now() - 3_600_000, Date.now() - 60_000);
  let skewMs = 0;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const answer = await emulator.app.fetch(request);
      const headers = new Headers(answer.headers);
      headers.set("Date", new Date(Date.now() - skewMs).toUTCString());
      return new Response(answer.body, { status: answer.status, headers });
    },
  );
  const baseUrl = `http://127.0.0.1:${server.addr.port}/v7`;
  const doctor = async (
    { token = emulator.token, fault }: { token?: string; fault?: FaultName } = {},
  ) => {
    emulator.setFaults(...(fault === undefined ? [] : [{ name: fault }]));
    const findings = await checkThousandEyes({ token, baseUrl }, Date.now());
    assert(!JSON.stringify(findings).includes(token));
    return {
      results: Object.fromEntries(findings.map(({ check, result }) => [check, result])),
      mend: findings.filter(({ result }) => result !== "ok").map(({ mend }) => mend).join("\n"),
    };
  };
  const well = await doctor();
  assertEquals(well.mend, "");
  assertEquals(Object.keys(well.results), [
    "token",
    "activity log",
    "account groups",
    "clock",
    "rate limit",
  ]);
  const cases: [Parameters<typeof doctor>[0], string, RegExp][] = [
    [{ token: "wrong-made-up-token" }, "token", /Make a new OAuth bearer token/],
    [{ fault: "forbidden" }, "permission", /'View activity log for all users/],
    [{ fault: "too-many-requests" }, "rate limit", /used its requests of this minute/],
    [{ fault: "html-502" }, "API", /a gateway or proxy/],
  ];
  for (const [given, check, mend] of cases) {
    const ill = await doctor(given);
    assertEquals(ill.results[check], "fail");
    assertMatch(ill.mend, mend);
  }
  skewMs = 120_000;
  const skewed = await doctor();
  assertEquals(skewed.results["clock"], "fail");
  assertMatch(skewed.mend, /by NTP/);
  const env = { TE_TOKEN: emulator.token, TE_BASE_URL: baseUrl };
  const { code, out } = await panoptes(["doctor", "--json"], { env });
  assertEquals(code, 1);
  assertMatch(out, /^\{"result":"ok","check":"token"[^]*\{"result":"fail","check":"clock"/);
});

Deno.test("panoptes doctor shows why a running Panoptes is not green, tests its endpoints, and says if it may not", async () => {
  await using instance = await running();
  const { fixture, run } = instance;
  fixture.endpoints.put(
    "siem",
    { url: "https://siem.example.com/", secret: `whsec_${btoa("s".repeat(32))}` },
    "ana",
  );
  const well = await run(["doctor"], { env: { PANOPTES_TOKEN: "an-admin-token", COLUMNS: "60" } });
  assertMatch(well.out, /^ok {4}Panoptes {8}http:\/\/127[^]*^(ok|warn|fail) +health/m);
  assert(well.out.split("\n").every((line) => line.length <= 60), well.out);
  assertMatch(well.out, /^ok {4}plan +free: the log may grow to 4500 MB/m);
  fixture.maxBytes = 8_000_000_000;
  const large = await run(["doctor"]);
  assertEquals(large.code, 1);
  assertMatch(large.out, /^fail {2}plan[^]*8000 MB[^]*Set RETENTION_MEGABYTES to 4500 or less/m);
  fixture.maxBytes = 4_500_000_000;
  const tested = await run(["doctor", "--test-endpoints", "--json"]);
  assertMatch(tested.out, /"result":"ok","check":"endpoint test","says":"siem accepts a sample"/);
  const refused = await run(["doctor"], { env: { PANOPTES_TOKEN: "wrong" } });
  assertEquals(refused.code, 1);
  assertMatch(refused.out, /^fail {2}Panoptes[^]*401[^]*Check PANOPTES_TOKEN/);
  const nothing = await panoptes(["doctor"]);
  assertEquals([nothing.code, nothing.out], [2, ""]);
  assertMatch(nothing.err, /Nothing to check: set TE_TOKEN/);
});
