import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { identityOf, match, type UserEvent } from "@panoptes/user-events";
import { compileRegexes, parseSigma, SigmaError } from "@panoptes/user-events/sigma";
import { alertId } from "../../src/alert/alert_id.ts";
import { FAILED_LOGINS } from "../support/failed_logins.ts";

/** The rule without the correlation. */
const [FAILED = ""] = FAILED_LOGINS.split("---\n");

/** Events of a user, one second apart, and what became of their source. */
function failures(times: readonly number[], user = "Ana") {
  const source = { isClosed: false, read: 0 };
  async function* events(): AsyncGenerator<UserEvent> {
    try {
      for (const second of times) {
        source.read++;
        const date = new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString();
        yield { date, event: "Login failed.", user };
      }
    } finally {
      source.isClosed = true;
    }
  }
  return { source, events: events() };
}

Deno.test("match() makes the alerts that anyone can recompute from the events, twins counted", async () => {
  const { events } = failures([0, 0, 1]);
  const alerts = await Array.fromAsync(match(parseSigma(FAILED))(events));
  const [first, twin] = alerts;
  const identity = identityOf(first!.events[0]!.event);
  const rule = "929a690e-bef0-4204-a928-ef5e620d6fcc";
  assertEquals(alerts.length, 3);
  assertEquals([first!.id, twin!.id], [alertId(rule, identity, 1), alertId(rule, identity, 2)]);
  assertEquals([first!.level, first!.backfilled], ["low", false]);
});

Deno.test("match() runs correlations, and shows their events", async () => {
  const { events } = failures([0, 60, 120]);
  const alerts = await Array.fromAsync(match(parseSigma(FAILED_LOGINS))(events));
  assertEquals(alerts.map(({ rule, eventCount, group }) => [rule.title, eventCount, group]), [
    ["Many failed logins", 3, [{ field: "user.name", value: "Ana" }]],
  ]);
  assertEquals(alerts[0]!.events.length, 3);
});

Deno.test("match() refuses to correlate what comes too late, instead of leaving it out", async () => {
  const { events, source } = failures([7_200, 0]);
  await assertRejects(
    () => Array.fromAsync(match(parseSigma(FAILED_LOGINS))(events)),
    RangeError,
    'read events with order: "oldest"',
  );
  assert(source.isClosed);
  const again = failures([7_200, 0]);
  await Array.fromAsync(match(parseSigma(FAILED_LOGINS), { latenessMs: 7_200_000 })(again.events));
});

Deno.test("match() reads no event before it is needed, and closes its source when it is left", async () => {
  const { events, source } = failures([0, 1, 2]);
  for await (const _ of match(parseSigma(FAILED))(events)) {
    assertEquals(source.read, 1);
    break;
  }
  assert(source.isClosed);
});

Deno.test("match() throws at the call whatever is wrong with the rules", () => {
  const broken = parseSigma(FAILED.replace("event:", "event|contain:"));
  assertThrows(() => match(broken), SigmaError, "Unknown modifier 'contain'");
  const expression = parseSigma(FAILED.replace("event: Login failed.", "event|re: ^Login"));
  assertThrows(() => match(expression), TypeError, "has no compiled form");
  match({ ...expression, regexes: compileRegexes(expression.rules) });
  assertThrows(() => match(parseSigma(FAILED), { only: ["other"] }), TypeError, "'other'");
});
