import { assert, assertEquals, assertRejects } from "@std/assert";
import { classifyError } from "../../src/delivery/classify.ts";
import { createEgress } from "../../src/server/egress.ts";

/** A certificate for hooks.example.com, by its own authority, and its key. */
async function newCertificate(): Promise<{ cert: string; key: string }> {
  const folder = await Deno.makeTempDir();
  try {
    const { success } = await new Deno.Command("openssl", {
      args: [
        ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2".split(" "),
        ..."-keyout key.pem -out cert.pem -subj /CN=hooks.example.com".split(" "),
        ..."-addext subjectAltName=DNS:hooks.example.com".split(" "),
      ],
      cwd: folder,
      stderr: "null",
    }).output();
    assert(success);
    const read = (name: string) => Deno.readTextFile(`${folder}/${name}`);
    return { cert: await read("cert.pem"), key: await read("key.pem") };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const { cert, key } = await newCertificate();

/** A receiver with TLS on loopback, where DNS would never lead for this name. */
function startReceiver(answer: (request: Request) => Response | Promise<Response>) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, cert, key, onListen() {} }, answer);
  const url = (host: string) => new URL(`https://${host}:${server.addr.port}/hook?a=b`);
  return { url, [Symbol.asyncDispose]: () => server.shutdown() };
}

const post = (signal?: AbortSignal): RequestInit => ({
  method: "POST",
  headers: { "x-a": "1" },
  body: new TextEncoder().encode("bytes é"),
  redirect: "manual",
  ...(signal ? { signal } : {}),
});

Deno.test("createEgress() connects to the address that was checked, under the name that was meant", async () => {
  const seen: string[] = [];
  await using receiver = startReceiver(async (request) => {
    const { pathname, search } = new URL(request.url);
    const host = request.headers.get("host")?.replace(/:\d+$/, "");
    seen.push([request.method, host, pathname + search, request.headers.get("x-a")].join(" "));
    return new Response(await request.text(), { status: 202, headers: { "retry-after": "7" } });
  });
  const egress = createEgress({ certificates: cert });
  const answer = await egress.fetch(receiver.url("hooks.example.com"), post(), ["127.0.0.1"]);
  assertEquals([answer.status, answer.headers.get("retry-after")], [202, "7"]);
  assertEquals(await answer.text(), "bytes é");
  assertEquals(seen, ["POST hooks.example.com /hook?a=b 1"]);
});

Deno.test("createEgress() trusts no certificate of another name, and none of an unknown authority", async () => {
  let requests = 0;
  await using receiver = startReceiver(() => {
    requests++;
    return new Response();
  });
  for (
    const [host, certificates] of [["other.example.com", cert], ["hooks.example.com", undefined]]
  ) {
    const egress = createEgress(certificates === undefined ? {} : { certificates });
    const error = await assertRejects(() =>
      egress.fetch(receiver.url(host!), post(), ["127.0.0.1"])
    );
    assertEquals(classifyError(error), "tls_failed");
  }
  assertEquals(requests, 0);
});

Deno.test("createEgress() rejects at once if what is answered is no answer", async () => {
  const egress = createEgress({ certificates: cert });
  for (
    const head of [
      "HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\nok",
      "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n",
      "HTTP/2 200\r\n\r\n",
      "",
    ]
  ) {
    using listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key });
    const answered = (async () => {
      using connection = await listener.accept();
      await connection.read(new Uint8Array(1_024));
      await connection.write(new TextEncoder().encode(head));
    })();
    const url = new URL(`https://hooks.example.com:${listener.addr.port}/`);
    const error = await assertRejects(() => egress.fetch(url, post(), ["127.0.0.1"]));
    assertEquals(classifyError(error), "unreachable", head);
    await answered;
  }
});

Deno.test("createEgress() follows no redirect, and passes answers without a body on", async () => {
  const statuses = [307, 204, 304];
  let requests = 0;
  await using receiver = startReceiver(() =>
    new Response(null, { status: statuses[requests++] ?? 200, headers: { location: "/inside" } })
  );
  const egress = createEgress({ certificates: cert });
  for (const status of statuses) {
    const url = receiver.url("hooks.example.com");
    const answer = await egress.fetch(url, post(), ["127.0.0.1"]);
    assertEquals([answer.status, await answer.text()], [status, ""]);
  }
  assertEquals(requests, statuses.length);
});

Deno.test("createEgress() ends when its signal aborts, and tells a refused connection", async () => {
  const asked = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  let url: URL;
  {
    await using receiver = startReceiver(async () => {
      asked.resolve();
      await release.promise;
      return new Response();
    });
    const egress = createEgress({ certificates: cert });
    url = receiver.url("hooks.example.com");
    const stop = new AbortController();
    const answer = egress.fetch(url, post(stop.signal), ["127.0.0.1"]);
    await asked.promise;
    stop.abort();
    await assertRejects(() => answer);
    release.resolve();
  }
  const error = await assertRejects(() => createEgress().fetch(url, post(), ["127.0.0.1"]));
  assertEquals(classifyError(error), "connection_refused");
});

Deno.test("createEgress() finds the addresses of both families, and none for a name that has none", async () => {
  const { resolve } = createEgress();
  const { signal } = new AbortController();
  const addresses = await resolve("localhost", signal);
  assert(addresses.includes("127.0.0.1"), addresses.join());
  assertEquals(await resolve("name-without-address.invalid", signal), []);
});
