/**
 * A page to checked events, against bare `JSON.parse()` of the same bytes: medians over paired,
 * interleaved rounds.
 *
 * @module
 */
import * as v from "valibot";
import { median, printFigures } from "./figures.ts";
import { decodePage } from "../src/thousandeyes/page/decode_page.ts";
import { UserEventSchema } from "../src/thousandeyes/event/user_event.ts";

const EVENTS = 1_000;
const ROUNDS = 400;
const WARM_UP = 100;

const text = JSON.stringify({
  auditEvents: Array.from({ length: EVENTS }, (_, index) => ({
    accountGroupName: `Account group ${index % 7}`,
    aid: String(1_000 + index % 7),
    date: new Date(Date.UTC(2026, 0, 1) + index * 1_000).toISOString().replace(".000Z", "Z"),
    event: index % 3 === 0 ? "Login failed." : "Report created.",
    ipAddress: `192.0.2.${index % 256}`,
    uid: String(200 + index % 40),
    user: `API Sandbox User ${index % 40} (api-sandbox-user-${index % 40}@example.com)`,
    ...(index % 3 !== 0 && {
      resources: [{
        type: "reportTitle",
        name: `Weekly report on the branch offices and their agents ${index}`,
      }],
    }),
  })),
  startDate: "2026-01-01T00:00:00Z",
  endDate: "2026-01-02T00:00:00Z",
  _links: { self: { href: "https://api.thousandeyes.com/v7/audit-user-events" } },
});
const bytes = new TextEncoder().encode(text);
const decoder = new TextDecoder();

const steps: Record<string, () => unknown> = {
  "JSON.parse(text)": () => JSON.parse(text),
  "decode + JSON.parse": () => JSON.parse(decoder.decode(bytes)),
  "decode + parse + check (decodePage)": () => decodePage(bytes),
  "decode + parse + valibot alone": () =>
    JSON.parse(decoder.decode(bytes)).auditEvents.map((event: unknown) =>
      v.parse(UserEventSchema, event)
    ),
};

const times = new Map(Object.keys(steps).map((name) => [name, [] as number[]]));
for (let round = -WARM_UP; round < ROUNDS; round++) {
  for (const [name, step] of Object.entries(steps)) {
    const start = performance.now();
    step();
    if (round >= 0) times.get(name)!.push(performance.now() - start);
  }
}

const bare = times.get("JSON.parse(text)")!;
const ratioOf = (name: string) => median(times.get(name)!.map((ms, round) => ms / bare[round]!));
printFigures({
  title: `${EVENTS} events per page, ${Math.round(bytes.length / EVENTS)} bytes per event`,
  table: Object.fromEntries(
    [...times].map(([name, ms]) => [name, {
      "ms per page": Number(median(ms).toFixed(3)),
      "events/s": Math.round(EVENTS / median(ms) * 1_000),
      "ratio": Number(ratioOf(name).toFixed(3)),
    }]),
  ),
  result: { client_ratio: Number(ratioOf("decode + parse + check (decodePage)").toFixed(3)) },
});
