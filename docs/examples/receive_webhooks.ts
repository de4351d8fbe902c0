// deno-lint-ignore-file no-console -- a program that prints
// Receives webhooks of Panoptes: verifies them, drops repeats and prints each alert once.
//
//   KEYS="whpk_…" deno run --allow-net=127.0.0.1 --allow-env=KEYS,PORT receive_webhooks.ts
//
// KEYS holds what you accept, separated by spaces: public keys (whpk_…), shared secrets (whsec_…), or
// both during a change of keys. It needs nothing but WebCrypto, so it also runs in a Worker, in Bun,
// and in Node.js from version 22; only the last lines are Deno's.

const TOLERANCE_SECONDS = 300;
const MAX_BYTES = 1_000_000;

type Key = { version: "v1" | "v1a"; key: CryptoKey };

const keys = await Promise.all(
  (Deno.env.get("KEYS") ?? "").split(" ").filter(Boolean).map(readKey),
);
if (keys.length === 0) throw new Error("Set KEYS to the keys that you accept");

async function readKey(text: string): Promise<Key> {
  const [prefix, base64 = ""] = text.split("_");
  if (prefix === "whsec") {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", bytesOf(base64), algorithm, false, ["verify"]);
    return { version: "v1", key };
  }
  if (prefix === "whpk") {
    const key = await crypto.subtle.importKey("raw", bytesOf(base64), "Ed25519", false, ["verify"]);
    return { version: "v1a", key };
  }
  throw new Error("A key must start with whsec_ or whpk_");
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Whether one of our keys has signed exactly these bytes, not long ago. */
async function isGenuine(headers: Headers, body: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const id = headers.get("webhook-id") ?? "";
  const timestamp = headers.get("webhook-timestamp") ?? "";
  const age = Date.now() / 1000 - Number(timestamp);
  if (!/^\d+$/.test(timestamp) || Math.abs(age) > TOLERANCE_SECONDS) return false;
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const signed = new Uint8Array([...head, ...body]);
  // There may be several signatures: of several keys, or of both kinds.
  for (const signature of (headers.get("webhook-signature") ?? "").split(" ")) {
    const [version, base64 = ""] = signature.split(",");
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 !== 0) continue;
    for (const key of keys) {
      if (key.version !== version) continue; // a signature counts only for its own kind of key
      const { key: { algorithm } } = key;
      if (await crypto.subtle.verify(algorithm.name, key.key, bytesOf(base64), signed)) return true;
    }
  }
  return false;
}

/** The ids of messages that are done; keep them in a database, for 90 days. */
const done = new Set<string>();

async function receive(request: Request): Promise<Response> {
  if (request.method !== "POST") return new Response(null, { status: 405 });
  if (Number(request.headers.get("content-length") ?? Infinity) > MAX_BYTES) {
    return new Response(null, { status: 413 });
  }
  // The exact bytes: JSON that was parsed and written again has another signature.
  const body = new Uint8Array(await request.arrayBuffer());
  if (!await isGenuine(request.headers, body)) return new Response(null, { status: 401 });
  const id = request.headers.get("webhook-id") ?? "";
  if (!done.has(id)) {
    const { type, data } = JSON.parse(new TextDecoder().decode(body));
    // JSON.stringify, since titles and names in an alert are chosen by others.
    if (type === "alert.created") console.log(`${id} ${JSON.stringify(data.summary)}`);
    done.add(id); // only now: what fails before is sent again
  }
  return new Response(null, { status: 204 });
}

Deno.serve({
  hostname: "127.0.0.1",
  port: Number(Deno.env.get("PORT") ?? 8000),
  onListen: ({ port }) => console.log(`Listening on http://127.0.0.1:${port}/`),
}, receive);
