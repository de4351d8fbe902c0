import { Buffer } from "node:buffer";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import {
  createPrivateKey,
  createPublicKey,
  sign as nodeSign,
  verify as nodeVerify,
} from "node:crypto";
import { Webhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { isSecret, publicKeysOf, signingKey, verificationKey } from "../../src/delivery/secret.ts";
import { sign } from "../../src/delivery/sign.ts";
import { verify } from "../../src/delivery/verify.ts";

const utf8 = new TextEncoder();
const secretOf = (bytes: Uint8Array) => `whsec_${btoa(String.fromCharCode(...bytes))}`;

const secret = fc.uint8Array({ minLength: 24, maxLength: 64 }).map(secretOf);
/** An Ed25519 key pair as node:crypto has it, and as Standard Webhooks writes it. */
function pairOf(seed: Uint8Array) {
  const head = new Uint8Array([
    0x30,
    0x2e,
    2,
    1,
    0,
    0x30,
    5,
    6,
    3,
    0x2b,
    0x65,
    0x70,
    4,
    0x22,
    4,
    32,
  ]);
  const der = Buffer.from([...head, ...seed]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(privateKey);
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  return {
    privateKey,
    publicKey,
    own: `whsk_${Buffer.from(seed).toString("base64")}`,
    ownWithPublic: `whsk_${Buffer.from([...seed, ...raw]).toString("base64")}`,
    published: `whpk_${raw.toString("base64")}`,
  };
}

const pair = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(pairOf);
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

Deno.test("sign() makes the signatures of the specification's own vectors", async () => {
  // libraries/javascript/src/webhook.test.ts and libraries/go/webhook_asymmetric_test.go of
  // standard-webhooks/standard-webhooks
  const headers = await sign({
    webhookId: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    now: 1_614_265_330_000,
    body: utf8.encode('{"test": 2432232314}'),
    secrets: [
      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
      "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=",
    ],
  });
  assertEquals(headers["webhook-signature"].split(" "), [
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==",
  ]);
});

Deno.test("sign() agrees with node:crypto about Ed25519, in both forms of the private key", async () => {
  await fc.assert(
    fc.asyncProperty(pair, webhookId, text, now, async (pair, webhookId, text, now) => {
      const body = utf8.encode(text);
      const secrets = [pair.own, pair.ownWithPublic];
      const headers = await sign({ webhookId, now, body, secrets });
      const content = Buffer.from(`${webhookId}.${Math.floor(now / 1_000)}.${text}`);
      const expected = `v1a,${nodeSign(null, content, pair.privateKey).toString("base64")}`;
      assertEquals(headers["webhook-signature"], `${expected} ${expected}`);
      const [signature = ""] = headers["webhook-signature"].split(" ");
      const bytes = Buffer.from(signature.slice("v1a,".length), "base64");
      assert(nodeVerify(null, Buffer.from(content), pair.publicKey, bytes));
      assertEquals(await publicKeysOf(secrets), [pair.published]);
    }),
    { numRuns: 50 },
  );
});

Deno.test("verify() accepts what node:crypto signed with Ed25519, and nothing of another key", async () => {
  await fc.assert(
    fc.asyncProperty(pair, pair, webhookId, text, async (pair, other, webhookId, text) => {
      fc.pre(pair.own !== other.own);
      const content = Buffer.from(`${webhookId}.7.${text}`);
      const headers = new Headers({
        "webhook-id": webhookId,
        "webhook-timestamp": "7",
        "webhook-signature": `v1a,${nodeSign(null, content, pair.privateKey).toString("base64")}`,
      });
      const received = { headers, body: utf8.encode(text), now: 7_000 };
      assertEquals(await verify({ ...received, secrets: [other.published, pair.published] }), {
        webhookId,
        timestamp: 7,
      });
      assertEquals(await verify({ ...received, secrets: [other.published] }), {
        rejected: "no_match",
      });
    }),
    { numRuns: 50 },
  );
});

Deno.test("a message that is signed by both kinds of keys is accepted by receivers of either", async () => {
  const { own, published } = pairOf(new Uint8Array(32).fill(5));
  const shared = secretOf(new Uint8Array(32).fill(6));
  const now = Date.now();
  const body = utf8.encode('{"a":1}');
  for (const secrets of [[own, shared], [shared, own]]) {
    const headers = { ...await sign({ webhookId: "a1b2", now, body, secrets }) };
    for (const Library of [Webhook, SvixWebhook]) {
      new Library(shared).verify('{"a":1}', headers);
      assertThrows(() => new Library(shared).verify('{"a":2}', headers));
    }
    for (const secret of [shared, published]) {
      const received = { headers: new Headers(headers), body, secrets: [secret], now };
      assert("webhookId" in await verify(received));
    }
  }
});

Deno.test("a signature counts only for a key of its own version", async () => {
  const { own, published } = pairOf(new Uint8Array(32).fill(5));
  // The attack on libraries that take the version from the message: a public key, used as the secret
  // of an HMAC.
  const forged = `whsec_${published.slice("whpk_".length)}`;
  const body = utf8.encode("{}");
  const received = { body, secrets: [published], now: 0 };
  const signed = { ...await sign({ webhookId: "a", now: 0, body, secrets: [forged] }) };
  const renamed = signed["webhook-signature"].replace("v1,", "v1a,");
  for (const signature of [signed["webhook-signature"], renamed]) {
    const headers = new Headers({ ...signed, "webhook-signature": signature });
    assertEquals(await verify({ headers, ...received }), { rejected: "no_match" });
  }
  const genuine = { ...await sign({ webhookId: "a", now: 0, body, secrets: [own] }) };
  const asHmac = genuine["webhook-signature"].replace("v1a,", "v1,");
  const headers = new Headers({ ...genuine, "webhook-signature": asHmac });
  assertEquals(await verify({ headers, ...received }), { rejected: "no_match" });
});

Deno.test("keys of the wrong kind are refused without quoting them: public ones sign nothing, private ones verify nothing", async () => {
  const { own, published } = pairOf(new Uint8Array(32).fill(5));
  const bad = ["whsk_", "whpk_", `whsk_${btoa("x".repeat(33))}`, "whsk_####", own.toUpperCase()];
  for (const text of [...bad, published]) {
    assertEquals(isSecret(text), false);
    const error = await assertRejects(() => signingKey(text), TypeError);
    assert(text.length < 7 || !error.message.includes(text.slice(5)));
  }
  for (const text of [...bad, own]) {
    const error = await assertRejects(() => verificationKey(text), TypeError);
    assert(text.length < 7 || !error.message.includes(text.slice(5)));
  }
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
