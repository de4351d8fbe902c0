import { assertEquals } from "@std/assert";
import { freePort } from "../../src/local/free_port.ts";
import { apiTokens, TOKEN } from "../support/api_token.ts";
import { BareServer } from "../support/bare_server.ts";
import { canRun } from "../support/can_run.ts";
import { eventually } from "../support/eventually.ts";
import { FarEnd } from "../worker/far_end.ts";

const headers = { authorization: `Bearer ${TOKEN}` };
/** Also loopback, but not the address of the proxy. */
const CLIENT = "127.0.0.2";
const ROOT = new URL("../../", import.meta.url).pathname;

/** How each proxy of deploy/ is run here: on loopback, without a certificate. */
const PROXIES: Record<string, (ports: Ports, folder: string) => Promise<Deno.Command>> = {
  async nginx({ from, to }, folder) {
    const conf = (await Deno.readTextFile(`${ROOT}deploy/nginx/panoptes.conf`))
      .replace("127.0.0.1:8080", `127.0.0.1:${to}`)
      .replace("listen 443 ssl;", `listen 127.0.0.1:${from};`)
      .replace("listen [::]:443 ssl;", "")
      .replace(/ssl_certificate.*;/g, "");
    const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((name) => `${name}_temp_path ${folder}/${name};`).join(" ");
    await Deno.writeTextFile(
      `${folder}/nginx.conf`,
      `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr;
       events {} http { access_log off; ${paths} ${conf} }`,
    );
    return command("nginx", ["-p", folder, "-c", `${folder}/nginx.conf`], folder);
  },
  async caddy({ from, to }, folder) {
    const file = (await Deno.readTextFile(`${ROOT}deploy/caddy/Caddyfile`))
      .replace("127.0.0.1:8080", `127.0.0.1:${to}`)
      .replace(/^panoptes\.example\.com/m, `http://127.0.0.1:${from}`);
    await Deno.writeTextFile(`${folder}/Caddyfile`, `{\n\tadmin off\n}\n${file}`);
    const args = ["run", "--config", `${folder}/Caddyfile`, "--adapter", "caddyfile"];
    return command("caddy", args, folder);
  },
};

interface Ports {
  readonly from: number;
  readonly to: number;
}

function command(name: string, args: readonly string[], folder: string): Deno.Command {
  const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  return new Deno.Command(name, { args: [...args], env, stdout: "null", stderr: "null" });
}

for (const [name, proxyOf] of Object.entries(PROXIES)) {
  Deno.test({
    name:
      `behind ${name}, events arrive while a stream is open, a client that leaves is noticed, and its address is known`,
    ignore: !await canRun(name, name === "nginx" ? "-v" : "version"),
    async fn() {
      using api = await FarEnd.start();
      await using server = await BareServer.create({
        vars: {
          TE_TOKEN: api.token,
          TE_BASE_URL: api.baseUrl,
          POLL_INTERVAL_SECONDS: "1",
          API_TOKENS: await apiTokens(),
        },
        args: ["--trusted-proxy", "127.0.0.1"],
      });
      server.start();
      await server.ready();
      const folder = await Deno.makeTempDir();
      const port = freePort();
      const to = Number(new URL(server.origin).port);
      await using proxy = (await proxyOf({ from: port, to }, folder)).spawn();
      const origin = `http://127.0.0.1:${port}`;
      await eventually(
        async () => (await fetch(`${origin}/healthz`).catch(() => undefined))?.text(),
        (text) => text?.includes("ok") === true,
      );
      const following = new AbortController();
      using client = Deno.createHttpClient({ localAddress: CLIENT });
      const response = await fetch(`${origin}/v1/events?last_event_id=latest`, {
        headers: { ...headers, accept: "text/event-stream", "x-forwarded-for": "198.51.100.1" },
        signal: following.signal,
        client,
      });
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      while (!text.includes("event: ready")) text += (await reader.read()).value;
      await api.publish({ event: "While the stream is open." });
      while (!text.includes("While the stream is open.")) text += (await reader.read()).value;
      const open = async () =>
        (await (await fetch(`${server.origin}/v1/status`, { headers })).json()).streams.open;
      assertEquals(await open(), 1);
      following.abort();
      await reader.cancel().catch(() => {});
      assertEquals(await eventually(open, (count) => count === 0), 0);
      const line = await server.logs(/A request has ended.*\/v1\/events"/);
      assertEquals(JSON.parse(line).client, CLIENT); // and not what the client has claimed
      proxy.kill("SIGTERM");
      await proxy.status;
      await Deno.remove(folder, { recursive: true });
    },
  });
}
