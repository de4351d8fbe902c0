import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createEventSource } from "eventsource-client";
import { apiTokens, TOKEN } from "../support/api_token.ts";
import { BareServer } from "../support/bare_server.ts";
import { eventually } from "../support/eventually.ts";
import { FarEnd } from "../worker/far_end.ts";

const headers = { authorization: `Bearer ${TOKEN}`, accept: "application/json" };

async function settingsFor(api: FarEnd): Promise<Record<string, string>> {
  return {
    TE_TOKEN: api.token,
    TE_BASE_URL: api.baseUrl,
    POLL_INTERVAL_SECONDS: "1",
    BACKFILL: "1h",
    API_TOKENS: await apiTokens(),
  };
}

Deno.test("panoptes serve: one process at a time records, alerts, shows the page, stops cleanly, and its readers resume", async (test) => {
  using api = await FarEnd.start();
  const vars = await settingsFor(api);
  await using server = await BareServer.create({ vars });
  const get = async (path: string) => (await fetch(`${server.origin}${path}`, { headers })).json();
  const eventCount = async () => (await get("/v1/status")).log.events as number;
  await api.publishMany(50, Date.now() - 300_000);
  await api.publish({ event: "Login failed.", date: Date.now() - 60_000 });
  server.start();
  await server.ready();

  await test.step("it reads the API, and rules make alerts", async () => {
    await eventually(eventCount, (count) => count === 51);
    const { alerts } = await eventually(
      () => get("/v1/alerts?limit=10"),
      ({ alerts }) => alerts.length > 0,
    );
    assertEquals(alerts[0].alert.rule.title, "ThousandEyes Login Failed");
  });

  await test.step("without a token, the page, the description and the health are all there is", async () => {
    for (const [path, type] of [["/", "text/html"], ["/docs", "text/html"]] as const) {
      const response = await fetch(`${server.origin}${path}`);
      assertStringIncludes(response.headers.get("content-type") ?? "", type, path);
      await response.body?.cancel();
    }
    const refused = await fetch(`${server.origin}/v1/events`);
    await refused.body?.cancel();
    assertEquals(refused.status, 401);
  });

  await test.step("a second process on the same folder is refused, and names the first", async () => {
    const { code, stderr } = await server.spawn(vars).output();
    assertEquals(code, 4);
    assertStringIncludes(
      new TextDecoder().decode(stderr),
      `another Panoptes is running on ${server.data}, as process ${server.pid}`,
    );
  });

  await test.step("no other user of the machine can read the log", () => {
    const modeOf = (path: string) => (Deno.statSync(path).mode ?? 0) & 0o777;
    assertEquals(modeOf(server.data), 0o700);
    const files = [...Deno.readDirSync(server.data)].filter(({ name }) => name.includes(".db"));
    assertEquals(files.length, 3);
    for (const { name } of files) assertEquals(modeOf(`${server.data}/${name}`), 0o600, name);
  });

  await test.step("SIGTERM ends streams, and their readers resume after the restart: nothing lost or twice", async () => {
    const ids: string[] = [];
    const stream = createEventSource({
      url: `${server.origin}/v1/events`,
      headers,
      onMessage: ({ event, id = "" }) => {
        if (event === "audit") ids.push(id);
      },
    });
    await eventually(() => Promise.resolve(ids.length), (count) => count === 51);
    assertEquals(await server.signal("SIGTERM"), 0);
    const left = [...Deno.readDirSync(server.data)].map(({ name }) => name).sort();
    assertEquals(left.length, 2, left.join()); // one file and the lock: nothing is left to recover
    await api.publishMany(20, Date.now() - 30_000);
    server.start();
    await server.ready();
    await eventually(() => Promise.resolve(ids.length), (count) => count >= 71);
    assertEquals(await eventCount(), 71);
    assertEquals(new Set(ids).size, 71);
    assertEquals(ids.length, 71);
    stream.close();
  });
});

Deno.test("panoptes serve names every setting that is invalid, and starts nothing", async () => {
  await using server = await BareServer.create();
  const { code, stderr } = await server.spawn({ RETENTION: "1y", POLL_INTERVAL_SECONDS: "x" })
    .output();
  const text = new TextDecoder().decode(stderr);
  assertEquals(code, 2);
  for (const name of ["TE_TOKEN", "RETENTION", "POLL_INTERVAL_SECONDS"]) {
    assertMatch(text, new RegExp(`^  ${name}: must be .*$`, "m"));
  }
  assert(!text.includes("1y"), "no value is quoted");
});

Deno.test("panoptes serve takes all settings from a file, rules from a folder, and speaks TLS", async () => {
  using api = await FarEnd.start();
  await using server = await BareServer.create();
  const folder = server.data.replace(/\/data$/, "");
  const lines = Object.entries(await settingsFor(api)).map(([name, value]) => `${name}='${value}'`);
  await Deno.writeTextFile(`${folder}/panoptes.env`, `# settings\n${lines.join("\n")}\n`);
  await Deno.mkdir(`${folder}/rules`);
  await Deno.copyFile(
    new URL("../../rules/login_failed.yml", import.meta.url),
    `${folder}/rules/own.yml`,
  );
  const { success } = await new Deno.Command("openssl", {
    args: "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1"
      .split(" ").concat(
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
      )
      .concat("-keyout", `${folder}/key.pem`, "-out", `${folder}/cert.pem`),
    stderr: "null",
  }).output();
  assert(success, "openssl is there");
  const args = [
    ["--config", `${folder}/panoptes.env`],
    ["--rules", `${folder}/rules`],
    ["--tls-cert", `${folder}/cert.pem`, "--tls-key", `${folder}/key.pem`],
  ].flat();
  await using tls = await BareServer.create({ args });
  tls.start({ TE_TOKEN: "of the environment, which the file replaces as a whole" });
  assertMatch(await tls.logs(/listens on/), /listens on https:/);
  const caCerts = [await Deno.readTextFile(`${folder}/cert.pem`)];
  using client = Deno.createHttpClient({ caCerts });
  const url = tls.origin.replace("http:", "https:");
  const { rules } = await (await fetch(`${url}/v1/rules`, { headers, client })).json();
  assertEquals(rules.length, 1);
  assertMatch(await tls.logs(/other users can read/), /chmod 600/);
  assertEquals(await tls.signal("SIGINT"), 0);
});
