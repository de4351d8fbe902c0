import { assertEquals } from "@std/assert";
import { toAlert } from "../../src/alert/to_alert.ts";
import { FORMAT_NAMES, formatOf } from "../../src/delivery/format/formats.ts";
import { SAMPLE_OPTIONS } from "../support/receivers/sample_options.ts";
import { report } from "../../src/service/report.ts";
import { settled } from "../support/manual_clock.ts";
import { LogFixture } from "./log_fixture.ts";

/** Every character that some client ends a line at: those of Python's `str.splitlines()`. */
const ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029";
// deno-lint-ignore no-control-regex
const UNICODE_LINES = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

/** A name that forges a message for whoever splits at these characters. */
const NAME = [...ENDS].map((end) => `${end}data: {"forged":true}${end}${end}id: 9.9`).join("");
const EVENT = { event: "Login failed.", user: NAME, [`x${NAME}`]: NAME, date: "2026-11-23" };

/** Splits as those clients do, and as the formats define it: both must find the same lines. */
function assertOneReading(text: string, what: string): void {
  assertEquals(text.split(UNICODE_LINES), text.split("\n"), what);
}

async function firstBytes(response: Response, until: string): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const bytes of response.body!) {
    text += decoder.decode(bytes, { stream: true });
    if (text.includes(until)) break;
  }
  return text;
}

Deno.test("no JSON that leaves has a character at which a client could split a line", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 1);
  fixture.log.transaction(() => {
    fixture.log.record([EVENT], { now: 1 });
    fixture.log.keepInvalid([{ value: EVENT, issues: [`user: ${NAME}`] }], 1);
  });
  // A row as an earlier version wrote it, and one with line ends between its tokens.
  fixture.log.sql.run("UPDATE events SET body = ? WHERE seq = 1", JSON.stringify(EVENT, null, 1));
  const alert = toAlert({ title: NAME, tags: [NAME] }, EVENT, { identity: "[]", occurrence: 1 });
  fixture.log.transaction(() => fixture.log.addAlerts([{ alert, eventSeq: 2, at: 1 }], 1));
  fixture.access.rules = () => [{
    id: NAME,
    name: null,
    title: NAME,
    level: null,
    status: null,
    description: NAME,
    tags: [NAME],
  }];
  await settled();

  for (const [path, count] of [["/v1/events", 2], ["/v1/alerts", 1]] as const) {
    for (const Accept of ["application/json", "application/x-ndjson", "text/event-stream"]) {
      const response = await fixture.app.request(path, { headers: { Accept } });
      const last = Accept === "text/event-stream" ? `id: ${fixture.id(count)}\nevent: a` : "never";
      const text = await firstBytes(response, last);
      assertOneReading(text, `${path} as ${Accept}`);
      const bodies = text.split("\n").flatMap((line) =>
        /(\{"forged.*|^data: \{.*)/.exec(line) ?? []
      );
      assertEquals(bodies.filter((body) => body.startsWith('{"forged')), []);
    }
    const page = await (await fixture.app.request(path, {
      headers: { Accept: "application/json" },
    })).json();
    const [name] = Object.values(page)[0] as {
      event?: unknown;
      alert?: { rule: { title: string } };
    }[];
    assertEquals(name!.event ?? name!.alert!.rule.title, name!.event ? EVENT : alert.rule.title);
  }
  for (
    const path of ["/v1/rules", "/v1/invalid-events", `/v1/events?${encodeURIComponent(NAME)}`]
  ) {
    const response = await fixture.app.request(path);
    assertOneReading(await response.text(), path);
  }
});

Deno.test("no webhook body and no line of the log has such a character", () => {
  const alert = toAlert({ title: NAME }, EVENT, { identity: "[]", occurrence: 1 });
  for (const name of FORMAT_NAMES) {
    const { body } = formatOf(name).request({ type: "alert.created", alert, at: 0 }, {
      options: SAMPLE_OPTIONS[name],
      linkTo: () => undefined,
    });
    assertOneReading(body, name);
    if (name === "standard") {
      assertEquals(JSON.parse(body).data, JSON.parse(JSON.stringify(alert)));
    }
  }
  const { error } = console;
  const lines: string[] = [];
  // deno-lint-ignore no-console -- what a Worker logs goes to its console
  console.error = (line: string) => lines.push(line);
  try {
    report("A test", new Error(NAME));
  } finally {
    // deno-lint-ignore no-console -- as above
    console.error = error;
  }
  for (const line of lines) assertOneReading(line, "report()");
  assertEquals(lines.length, 1);
});
