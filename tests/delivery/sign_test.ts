import { assert, assertEquals, assertRejects } from "@std/assert";
import * as fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { sign } from "../../src/delivery/sign.ts";
import { verify } from "../../src/delivery/verify.ts";

const utf8 = new TextEncoder();
const secretOf = (bytes: Uint8Array) => `whsec_${btoa(String.fromCharCode(...bytes))}`;

const secret = fc.uint8Array({ minLength: 24, maxLength: 64 }).map(secretOf);
const webhookId = fc.stringMatching(/^[!-\-/-~]{1,64}$/);
const text = fc.string({ unit: "binary", maxLength: 400 });
const now = fc.integer({ min: 0, max: 4_000_000_000_000 });

Deno.test("sign() agrees with the standardwebhooks package", async () => {
  await fc.assert(
    fc.asyncProperty(secret, webhookId, text, now, async (secret, webhookId, text, now) => {
      const headers = await sign({ webhookId, now, body: utf8.encode(text), secrets: [secret] });
      assertEquals(
        headers["webhook-signature"],
        new Webhook(secret).sign(webhookId, new Date(now), text),
      );
      assertEquals(headers["webhook-timestamp"], String(Math.floor(now / 1_000)));
      assertEquals(headers["webhook-id"], webhookId);
    }),
  );
});

Deno.test("sign() makes one signature for each secret, and any of them verifies it", async () => {
  const secrets = [secretOf(new Uint8Array(24).fill(1)), secretOf(new Uint8Array(64).fill(2))];
  const now = Date.now();
  const headers = await sign({ webhookId: "a1b2", now, body: utf8.encode('{"a":1}'), secrets });
  assertEquals(headers["webhook-signature"].split(" ").length, 2);
  for (const secret of secrets) {
    assertEquals(new Webhook(secret).verify('{"a":1}', { ...headers }), { a: 1 });
  }
});

Deno.test("sign() refuses an id that would let two messages share a signature", async () => {
  for (const webhookId of ["", "a.b", "a b", "a\nb", "é", "x".repeat(257)]) {
    await assertRejects(
      () =>
        sign({ webhookId, now: 0, body: utf8.encode(""), secrets: [secretOf(new Uint8Array(24))] }),
      TypeError,
      "id must be",
    );
  }
});

Deno.test("sign() refuses malformed secrets without quoting them", async () => {
  const long = secretOf(new Uint8Array(65));
  const bad = [
    "",
    "whsec_",
    "whsec_c2hvcnQ=",
    "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "whsec_####",
    long,
  ];
  for (const secret of bad) {
    const error = await assertRejects(
      () => sign({ webhookId: "a", now: 0, body: utf8.encode(""), secrets: [secret] }),
      TypeError,
    );
    assert(secret.length < 7 || !error.message.includes(secret.slice(6)));
  }
  await assertRejects(
    () => sign({ webhookId: "a", now: 0, body: utf8.encode(""), secrets: [] }),
    TypeError,
  );
});

Deno.test("verify() accepts what the standardwebhooks package signed", async () => {
  await fc.assert(
    fc.asyncProperty(secret, webhookId, text, now, async (secret, webhookId, text, now) => {
      const headers = new Headers({
        "webhook-id": webhookId,
        "webhook-timestamp": String(Math.floor(now / 1_000)),
        "webhook-signature": new Webhook(secret).sign(webhookId, new Date(now), text),
      });
      assertEquals(await verify({ headers, body: utf8.encode(text), secrets: [secret], now }), {
        webhookId,
        timestamp: Math.floor(now / 1_000),
      });
    }),
  );
});

Deno.test("verify() rejects any change of id, timestamp, body or secret", async () => {
  const signed = { webhookId: "a1b2", now: 1_000_000, body: utf8.encode("{}") };
  const ours = secretOf(new Uint8Array(32).fill(7));
  const headers = { ...await sign({ ...signed, secrets: [ours] }) };
  const good = {
    headers: new Headers(headers),
    body: signed.body,
    secrets: [ours],
    now: signed.now,
  };
  assert("webhookId" in await verify(good));
  const changes = [
    { headers: new Headers({ ...headers, "webhook-id": "a1b3" }) },
    { headers: new Headers({ ...headers, "webhook-timestamp": "1001" }) },
    { body: utf8.encode("{ }") },
    { secrets: [secretOf(new Uint8Array(32).fill(8))] },
    { secrets: [] },
    {
      headers: new Headers({
        ...headers,
        "webhook-signature": headers["webhook-signature"].slice(0, -2),
      }),
    },
    {
      headers: new Headers({
        ...headers,
        "webhook-signature": headers["webhook-signature"].replace("v1", "v1a"),
      }),
    },
    { headers: new Headers({ ...headers, "webhook-signature": "" }) },
  ];
  for (const change of changes) {
    assertEquals(await verify({ ...good, ...change }), { rejected: "no_match" });
  }
});

Deno.test("verify() rejects a timestamp that is more than 300 seconds off", async () => {
  const secrets = [secretOf(new Uint8Array(24))];
  const body = utf8.encode("{}");
  const headers = new Headers({ ...await sign({ webhookId: "a", now: 1_000_000, body, secrets }) });
  const at = (now: number) => verify({ headers, body, secrets, now });
  assert("webhookId" in await at(1_300_000));
  assertEquals(await at(1_301_000), { rejected: "too_old" });
  assert("webhookId" in await at(700_000));
  assertEquals(await at(699_000), { rejected: "too_new" });
});

Deno.test("verify() rejects missing and malformed headers", async () => {
  const rest = { body: utf8.encode(""), secrets: [secretOf(new Uint8Array(24))], now: 0 };
  const good = { "webhook-id": "a", "webhook-timestamp": "0", "webhook-signature": "v1,x" };
  for (const name of Object.keys(good)) {
    const headers = new Headers(good);
    headers.delete(name);
    assertEquals(await verify({ headers, ...rest }), { rejected: "missing_header" });
  }
  for (
    const change of [{ "webhook-id": "a.b" }, { "webhook-timestamp": "0x1" }, {
      "webhook-timestamp": "-1",
    }]
  ) {
    const headers = new Headers({ ...good, ...change });
    assertEquals(await verify({ headers, ...rest }), { rejected: "malformed_header" });
  }
});

Deno.test("verify() checks no more than 16 signatures", async () => {
  const secrets = [secretOf(new Uint8Array(24))];
  const body = utf8.encode("{}");
  const headers = { ...await sign({ webhookId: "a", now: 0, body, secrets }) };
  const other = `v1,${btoa("x".repeat(32))}`;
  const withOthers = (count: number) =>
    new Headers({
      ...headers,
      "webhook-signature": [...Array(count).fill(other), headers["webhook-signature"]].join(" "),
    });
  assert("webhookId" in await verify({ headers: withOthers(15), body, secrets, now: 0 }));
  assertEquals(await verify({ headers: withOthers(16), body, secrets, now: 0 }), {
    rejected: "no_match",
  });
});
