import { assert, assertEquals } from "@std/assert";
import { MAX_FILTERS_PER_TOKEN } from "../../../src/http/feed/filter_table.ts";
import { toAlert } from "../../../src/alert/to_alert.ts";
import { type ManualClock, settled } from "../../support/manual_clock.ts";
import { SseReader } from "../../support/read_sse.ts";
import { LogFixture } from "../log_fixture.ts";

const as = (type: string, more: Record<string, string> = {}) => ({
  headers: { Accept: type, ...more },
});
const JSON_TYPE = as("application/json");
const NDJSON = as("application/x-ndjson");

const EVENTS = [
  {
    event: "Login failed.",
    user: "Ana Diaz (ana@example.org)",
    uid: "7",
    aid: "12",
    ipAddress: "192.0.2.44",
    date: "2026-11-22T10:00:00Z",
  },
  { event: "Test deleted.", user: "Bo (bo@example.org)", aid: "13", date: "2026-11-22T11:00:00Z" },
  {
    event: "Test created.",
    user: "bo@example.org",
    aid: "13",
    date: "2026-11-22T12:00:00Z",
    resources: [{ type: "testName", name: "payments-api" }, { type: "label", name: "prod" }],
  },
  { event: "Login.", aid: "12" }, // without a date: it was recorded on 2026-11-23 at 10:00
  { event: "Login.", uid: "7", ipAddress: "2001:db8::7", date: "2026-11-22T09:59:59Z" },
];
const RECORDED_AT = Date.parse("2026-11-23T10:00:00Z");

async function withEvents(): Promise<LogFixture> {
  const fixture = new LogFixture();
  for (const event of EVENTS) { // one at a time: a page is recorded in the order of time
    fixture.log.transaction(() => fixture.log.record([event], { now: RECORDED_AT }));
  }
  await settled();
  return fixture;
}

/** Which events a query asks for, by their place from 1; the same in every form. */
async function asked(fixture: LogFixture, path: string): Promise<number[]> {
  const seqOf = (id: string) => Number(id.split(".")[1]);
  const page = await (await fixture.request(path, JSON_TYPE)).json();
  const entries: { id: string }[] = page.events ?? page.alerts;
  assert(entries !== undefined, JSON.stringify(page));
  const ids = entries.map(({ id }) => id);
  const text = await (await fixture.request(path, NDJSON)).text();
  assertEquals(
    text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line).id),
    ids,
  );
  const reader = new SseReader((await fixture.request(path)).body!);
  const [, ...messages] = await reader.take(1 + ids.length);
  assertEquals(messages.map(({ id }) => id), ids);
  await reader.cancel();
  return ids.map(seqOf);
}

for (
  const [query, seqs] of [
    ["since=2026-11-22T10:00:00Z", [1, 2, 3, 4]],
    ["until=2026-11-22T11:00:00Z", [1, 5]],
    ["since=2026-11-22T10:00:00Z&until=2026-11-22T12:00:00Z", [1, 2]],
    ["since=2026-11-23T10:00:00Z", [4]],
    ["user=ana@example.org", [1]],
    ["user=Ana%20Diaz", [1]],
    ["user=BO@example.org", [2, 3]],
    ["user=7", [1, 5]],
    ["user=nobody", []],
    ["event=login.", [4, 5]],
    ["event=login.&event=test%20deleted.", [2, 4, 5]],
    ["event|startswith=Test", [2, 3]],
    ["event%7Cstartswith=Test&aid=13&user=bo", [2]],
    ["event|contains|all=test&event|contains|all=created", [3]],
    ["event=Test*", [2, 3]],
    ["user.email|endswith=@example.org", [1, 2, 3]],
    ["user|contains=ana%20diaz", [1]],
    ["aid=12&uid|exists=true", [1]],
    ["ipAddress|cidr=192.0.2.0/24", [1]],
    ["ipAddress|cidr=2001:db8::/32", [5]],
    ["resources.name=payments-api", [3]],
    ["resources.name=payments-api&resources.type=label", [3]],
    ["aid|gte=13", [2, 3]],
    ["date|hour=11", [2]],
    ["event|neq=Login.", [1, 2, 3]],
    ["resources.name|contains|all=pay&resources.name|contains|all=api&until=2030-01-01T00:00:00Z", [
      3,
    ]],
  ] as const
) {
  Deno.test(`GET /v1/events?${query} asks for these events, in every form`, async () => {
    using fixture = await withEvents();
    assertEquals(await asked(fixture, `/v1/events?${query}`), seqs);
  });
}

for (
  const [query, ...words] of [
    ["since=yesterday", "since must be a time"],
    ["since=2026-11-22T10:00:00Z&since=2026-11-22T10:00:00Z", "since is repeated"],
    ["since=2026-11-22T10:00:00Z&until=2026-11-22T10:00:00Z", "until must be after since"],
    ["user=", "user must not be empty"],
    ["level=high", '"level" is not a parameter here'],
    ["rule=x", '"rule" is not a parameter here'],
    ["evnt|contains=x", "\"evnt|contains\" names no field of an event; did you mean 'event'?"],
    ["evnt=x", '"evnt" is not a parameter here'],
    ["event|contain=x", "unknown modifier 'contain'; did you mean 'contains'?"],
    ["event|=x", '"event|" has no such modifiers'],
    ["event|re=.*", "regular expressions"],
    ["event|expand=%25x%25", "value lists"],
    ["ipAddress|cidr=hidden-value", "ipAddress|cidr is invalid"],
    ["aid|gt=hidden-value", "aid|gt is invalid"],
    ["uid|exists=hidden-value", "uid|exists is invalid"],
    ["resources[any].name=x", "is not a parameter here"],
    ["|contains=x", "names no field"],
    [
      "evnt|contains=x&event|contain=y&limits=3&since=now",
      "evnt|contains",
      "event|contain",
      "limits",
      "since",
    ],
    [Array.from({ length: 17 }, (_, n) => `aid=${n}`).join("&"), "at most 16", "17"],
    [`event=${"x".repeat(1_020)}`, "1024 bytes", "1025"],
    [`${"x".repeat(5_000)}|contains=1`, "1024 bytes", "5010"],
  ]
) {
  Deno.test(`GET /v1/events?${query!.slice(0, 50)} is refused by name, in every form`, async () => {
    using fixture = await withEvents();
    for (const form of [JSON_TYPE, NDJSON, as("text/event-stream")]) {
      const response = await fixture.request(`/v1/events?${query}`, form);
      assertEquals(response.headers.get("Content-Type"), "application/problem+json");
      const { code, detail } = await response.json();
      assertEquals([response.status, code], [400, "invalid_request"]);
      for (const word of words) assert(detail.includes(word), detail);
      assert(!detail.includes("hidden-value"), detail);
      assert(detail.length < 500, detail);
    }
    assertEquals([fixture.open, fixture.reports], [0, []]);
  });
}

Deno.test("GET /v1/alerts asks for alerts by level, rule, user, time and the fields of their events", async () => {
  using fixture = new LogFixture();
  const alerts = EVENTS.map((event, index) => ({
    alert: toAlert(
      index === 1
        ? { title: "Many Tests Deleted", level: "high" }
        : { id: "login-failed", title: "Login failed", level: index === 0 ? "critical" : "low" },
      event,
      { identity: `${index}`, occurrence: 1 },
    ),
    eventSeq: index + 1,
    at: event.date === undefined ? null : Date.parse(event.date),
  }));
  fixture.log.transaction(() => fixture.log.addAlerts(alerts, RECORDED_AT));
  await settled();
  for (
    const [query, seqs] of [
      ["level=high", [2]],
      ["level=high,critical", [1, 2]],
      ["level=low", [3, 4, 5]],
      ["rule=login-failed", [1, 3, 4, 5]],
      ["rule=LOGIN%20FAILED", [1, 3, 4, 5]],
      ["rule=many%20tests%20deleted", [2]],
      ["rule=unknown", []],
      ["user=ana@example.org", [1]],
      ["user=bo@example.org&level=high", [2]],
      ["event|startswith=Test", [2, 3]],
      ["since=2026-11-22T11:00:00Z&rule=login-failed", [3, 4]],
      ["state=open&level=low&aid=13", [3]],
    ] as const
  ) {
    const path = `/v1/alerts?${query}`;
    if (query.includes("state")) {
      const page = await (await fixture.request(path, JSON_TYPE)).json();
      assertEquals(page.alerts.map(({ id }: { id: string }) => id), seqs.map((n) => fixture.id(n)));
    } else assertEquals(await asked(fixture, path), seqs, query);
  }
  const refused = await fixture.request("/v1/alerts?level=high,urgent", JSON_TYPE);
  assert((await refused.json()).detail.includes("level must be one or more of informational"));
});

Deno.test("An event that was recorded shortened is sent whatever the fields: what it lacks may match", async () => {
  using fixture = new LogFixture();
  const large = { event: "x".repeat(1_600_000), date: "2026-11-22T10:00:00Z" };
  fixture.log.transaction(() => fixture.log.record([large, EVENTS[1]!], { now: RECORDED_AT }));
  await settled();
  assertEquals(await asked(fixture, "/v1/events?event|endswith=nowhere"), [1]);
  assertEquals(await asked(fixture, "/v1/events?aid=13&since=2026-11-22T10:30:00Z"), [2]);
});

Deno.test("A stream with a filter moves its id on by heartbeats and at its end, though nothing matches", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 3);
  const response = await fixture.request("/v1/events?event=never");
  const stream = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  assert((await stream.read()).value!.includes("event: ready"));
  const beat = stream.read();
  await settled();
  await fixture.clock.pass(25_000);
  assertEquals((await beat).value, `: heartbeat\n\nid: ${fixture.id(3)}\n\n`);
  const next = stream.read();
  await settled();
  await fixture.clock.pass(25_000);
  assertEquals((await next).value, ": heartbeat\n\n", "the id was told already");
  await stream.cancel();
  assertEquals(fixture.open, 0);
});

Deno.test("A stream with a filter passes over a long log in steps, each of which tells the id", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 3_000);
  await fixture.recordEvents(3_001, 3_001);
  const response = await fixture.request(`/v1/events?event=${encodeURIComponent("Event 3000")}`);
  const stream = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const chunks: string[] = [];
  for (let read = 0; read < 4; read++) chunks.push((await stream.read()).value!);
  assertEquals(chunks.slice(1, 3), [
    `id: ${fixture.id(1_024)}\n\n`,
    `id: ${fixture.id(2_048)}\n\n`,
  ]);
  assert(chunks[3]!.startsWith(`id: ${fixture.id(3_000)}\nevent: audit\n`));
  assert(
    chunks[3]!.endsWith(`\n\nid: ${fixture.id(3_001)}\n\n`),
    "and what follows is passed over",
  );
  await stream.cancel();
});

Deno.test("A filter is evaluated once for each event, however many follow it or read it again", async () => {
  using fixture = new LogFixture();
  const { parse } = JSON;
  let parsed = 0;
  JSON.parse = (text: string) => {
    parsed++;
    return parse(text);
  };
  try {
    const path = "/v1/events?event|endswith=7&aid|exists=false";
    await fixture.recordEvents(1, 200);
    const readers: SseReader[] = [];
    for (let n = 0; n < 5; n++) {
      readers.push(new SseReader((await fixture.request(path, { name: `token ${n}` })).body!));
    }
    for (const reader of readers) await reader.take(21);
    assertEquals(parsed, 200);
    await fixture.recordEvents(201, 300);
    for (const reader of readers) await reader.take(10);
    assertEquals(parsed, 300);
    // Spelt in another way, from another place, in another form.
    const same = `/v1/events?aid%7Cexists=false&event%7Cendswith=7&after=${fixture.id(150)}`;
    assertEquals((await (await fixture.request(same, NDJSON)).text()).split("\n").length, 16);
    assertEquals(parsed, 300);
    for (const reader of readers) await reader.cancel();
    await (await fixture.request("/v1/events?event|endswith=8", JSON_TYPE)).text();
    assertEquals(parsed, 600, "another filter is another question");
  } finally {
    JSON.parse = parse;
  }
});

Deno.test("A token that uses too many different filters is turned away, as when streams run out", async () => {
  using fixture = new LogFixture();
  fixture.streams.acquire = () =>
    Promise.resolve({
      onProbe() {},
      writeBytes: () => 65_536,
      onYield() {},
      onRevoke() {},
      release() {},
    });
  const open: Response[] = [];
  for (let n = 0; n < MAX_FILTERS_PER_TOKEN; n++) {
    open.push(await fixture.request(`/v1/events?aid=${n}`));
  }
  const stream = await (await fixture.request("/v1/events?aid=more")).text();
  assert(stream.includes("retry: 30000\n\nevent: overloaded"), stream);
  const page = await fixture.request("/v1/events?aid=more", JSON_TYPE);
  assertEquals([page.status, (await page.json()).code], [503, "overloaded"]);
  assertEquals(
    (await fixture.request("/v1/events?aid=more", { ...JSON_TYPE, name: "soc" })).status,
    200,
  );
  await open.pop()!.body!.cancel();
  const other = await fixture.request("/v1/events?aid=more", JSON_TYPE);
  assertEquals(other.status, 200);
  await other.text();
  for (const { body } of open) await body!.cancel();
});

Deno.test("A page with a filter looks at a bounded part of the log, and says where to continue", async () => {
  using fixture = new LogFixture();
  const many = Array.from({ length: 101_500 }, (_, n) => ({ event: `Event ${n + 1}` }));
  fixture.log.transaction(() => fixture.log.record(many, { now: RECORDED_AT }));
  await settled();
  const path = `/v1/events?event=${encodeURIComponent("Event 101499")}`;
  const read = async (path: string) => {
    const text = (await fixture.request(path, JSON_TYPE)).text();
    while (fixture.clock.pending > 1) await passed(fixture.clock);
    return JSON.parse(await text);
  };
  const first = await read(path);
  assertEquals([first.events, first.more], [[], true]);
  const second = await read(`${path}&after=${first.next}`);
  assertEquals(second.events.map(({ id }: { id: string }) => id), [fixture.id(101_499)]);
  assertEquals([second.next, second.more], [fixture.id(101_500), false]);
});

/** Lets waits of no time end. */
async function passed(clock: ManualClock): Promise<void> {
  clock.advance(0);
  await settled();
}
