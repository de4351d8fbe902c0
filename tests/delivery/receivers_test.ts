import { assertEquals, assertMatch } from "@std/assert";
import * as v from "valibot";
import { toAlert } from "../../src/alert/to_alert.ts";
import { attempt } from "../../src/delivery/attempt.ts";
import { type Endpoint, EndpointSchema } from "../../src/delivery/endpoint.ts";
import { standard } from "../../src/delivery/format/standard.ts";
import { isSecret, publicKeysOf } from "../../src/delivery/secret.ts";
import { systemClock } from "../../src/stream/clock.ts";
import { TextLineStream } from "../../src/stream/std_streams.ts";
import { canRun } from "../support/can_run.ts";

const docs = new URL("../../docs/", import.meta.url);
const SHARED = `whsec_${btoa("a secret of thirty-two bytes, ok.")}`;
const PRIVATE = `whsk_${btoa("an Ed25519 seed of 32 bytes, ok.")}`;
const [PUBLIC = ""] = await publicKeysOf([PRIVATE]);

/** The first Python that has the package which public keys need. */
async function pythonWithCryptography(): Promise<string | undefined> {
  for (const python of ["python3", "/usr/bin/python3"]) {
    if (await canRun(python, "-c", "import cryptography")) return python;
  }
  return undefined;
}

const python = await pythonWithCryptography();

const EXAMPLES = {
  "docs/examples/receive_webhooks.ts": [
    Deno.execPath(),
    "run",
    "--check",
    "--quiet",
    "--no-prompt",
    "--allow-net=127.0.0.1",
    "--allow-env=KEYS,PORT",
    new URL("examples/receive_webhooks.ts", docs).pathname,
  ],
  "docs/examples/receive_webhooks.py": [
    python ?? "python3",
    new URL("examples/receive_webhooks.py", docs).pathname,
  ],
} as const;

/** An example at work, and what it prints. */
async function startExample(name: keyof typeof EXAMPLES, keys: readonly string[]) {
  const [command, ...args] = EXAMPLES[name];
  const process = new Deno.Command(command, {
    args,
    env: { KEYS: keys.join(" "), PORT: "0" },
    stdout: "piped",
  }).spawn();
  const lines = process.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream()).getReader();
  const { value: first = "" } = await lines.read();
  assertMatch(first, /^Listening on http:\/\/127\.0\.0\.1:\d+\/$/);
  return {
    url: first.replace("Listening on ", ""),
    async line() {
      const { value } = await lines.read();
      return value;
    },
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await lines.cancel();
      await process.status;
    },
  };
}

const alert = (n: number) =>
  toAlert({ title: "Failed login" }, { event: "Login failed.", user: "Zoë \u202e<b>" }, {
    identity: `["${n}"]`,
    occurrence: 1,
  });

function messageOf(n: number) {
  const content = { type: "alert.created", alert: alert(n), at: 0 } as const;
  const request = standard.request(content, { options: {}, linkTo: () => undefined });
  return { webhookId: content.alert.id, request };
}

function endpointAt(url: string, secret: string, ...previousSecrets: string[]): Endpoint {
  return v.parse(EndpointSchema, {
    name: "example",
    url,
    secret,
    previousSecrets,
    allowHttpLoopback: true,
  });
}

for (const name of Object.keys(EXAMPLES) as (keyof typeof EXAMPLES)[]) {
  const isMissing = name.endsWith(".py") && python === undefined;
  const why = isMissing ? " (skipped: there is no python3 with the package cryptography)" : "";
  // Where the tests decide about a release, they decide about all of it.
  const ignore = isMissing && Deno.env.get("CI") === undefined;

  Deno.test({
    name: `${name} accepts what is delivered, whichever key it knows, and each message once${why}`,
    ignore,
    async fn() {
      for (const keys of [[SHARED], [PUBLIC], [SHARED, PUBLIC]]) {
        await using example = await startExample(name, keys);
        const endpoint = endpointAt(example.url, PRIVATE, SHARED);
        for (const n of [1, 1, 2]) {
          const { status } = await attempt(messageOf(n), endpoint, { clock: systemClock });
          assertEquals(status, 204);
        }
        assertMatch(await example.line() ?? "", new RegExp(`^${alert(1).id} ".*Zo`));
        assertMatch(await example.line() ?? "", new RegExp(`^${alert(2).id} ".*Zo`));
      }
    },
  });

  Deno.test({
    name: `${name} refuses what another key signed, what was changed and what is old${why}`,
    ignore,
    async fn() {
      await using example = await startExample(name, [SHARED, PUBLIC]);
      const endpoint = endpointAt(example.url, PRIVATE, SHARED);
      const other = endpointAt(
        example.url,
        `whsk_${btoa("another seed of thirty-two bytes")}`,
        `whsec_${btoa("another secret, of twenty-four")}`,
      );
      const status = async (
        endpoint: Endpoint,
        change: (body: string, headers: Headers) => string = (body) => body,
        skewMs = 0,
      ) => {
        const clock = { ...systemClock, now: () => Date.now() + skewMs };
        const outcome = await attempt(messageOf(1), endpoint, {
          clock,
          fetch: (url, init) => {
            const headers = new Headers(init.headers);
            const body = new TextDecoder().decode(init.body as Uint8Array<ArrayBuffer>);
            return fetch(url, { ...init, body: change(body, headers), headers });
          },
        });
        return outcome.status;
      };
      assertEquals(await status(other), 401);
      assertEquals(await status(endpoint, (body) => `${body} `), 401);
      assertEquals(
        await status(endpoint, (body, headers) => (headers.set("webhook-id", "b2"), body)),
        401,
      );
      assertEquals(
        await status(endpoint, (body, headers) => (headers.delete("webhook-signature"), body)),
        401,
      );
      const swapped = (body: string, headers: Headers) => {
        const signatures = headers.get("webhook-signature") ?? "";
        headers.set(
          "webhook-signature",
          signatures.replaceAll(/v1a?/g, (v) => v === "v1" ? "v1a" : "v1"),
        );
        return body;
      };
      assertEquals(await status(endpoint, swapped), 401);
      assertEquals(await status(endpoint, undefined, -310_000), 401);
      assertEquals(await status(endpoint, undefined, 310_000), 401);
      assertEquals(await status(endpoint), 204);
    },
  });
}

Deno.test("the commands of docs/receivers.md make a shared secret and a pair of keys", async () => {
  const text = await Deno.readTextFile(new URL("receivers.md", docs));
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, commands = ""]) => commands);
  const folder = await Deno.makeTempDir();
  try {
    const printed: string[] = [];
    for (const commands of blocks) {
      const { stdout } = await new Deno.Command("sh", {
        args: ["-ec", commands],
        cwd: folder,
        stderr: "null",
      }).output();
      printed.push(...new TextDecoder().decode(stdout).trim().split("\n"));
    }
    const [shared = "", own = "", published = "", ...more] = printed;
    assertEquals([isSecret(shared), isSecret(own), more], [true, true, []]);
    assertEquals(await publicKeysOf([own, shared]), [published]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
