import { assertEquals } from "@std/assert";
import fc from "fast-check";
import * as v from "valibot";
import {
  type QuietHours,
  type QuietHoursConfig,
  QuietHoursSchema,
  quietUntil,
} from "../../src/delivery/quiet_hours.ts";

const MINUTE = 60_000;
const night = { from: "22:00", to: "06:00", timeZone: "Europe/Vienna" };

function isQuiet({ from, to, clock }: QuietHours, at: number): boolean {
  const [hour = 0, minute = 0] = clock.format(at).split(":").map(Number);
  const wall = hour * 60 + minute;
  return from < to ? from <= wall && wall < to : from <= wall || wall < to;
}

function until(config: QuietHoursConfig, now: string): string | undefined {
  const end = quietUntil(v.parse(QuietHoursSchema, config), Date.parse(now));
  return end === undefined ? undefined : new Date(end).toISOString().slice(0, 16);
}

for (
  const [what, config, now, end] of [
    ["in the evening", night, "2026-11-22T21:00:30Z", "2026-11-23T05:00"],
    ["after midnight", night, "2026-11-23T04:59:59Z", "2026-11-23T05:00"],
    ["at their end", night, "2026-11-23T05:00:00Z", undefined],
    ["before they begin", night, "2026-11-22T20:59:59Z", undefined],
    ["in summer time", night, "2026-07-01T20:00:00Z", "2026-07-02T04:00"],
    ["while the clocks go forward", night, "2026-03-28T22:00:00Z", "2026-03-29T04:00"],
    ["while the clocks go back", night, "2026-10-24T21:00:00Z", "2026-10-25T05:00"],
    [
      "at an end that the clocks jump over",
      { ...night, to: "02:30" },
      "2026-03-28T22:00:00Z",
      "2026-03-29T01:00",
    ],
    [
      "at an end that comes twice",
      { ...night, to: "02:30" },
      "2026-10-24T21:00:00Z",
      "2026-10-25T00:30",
    ],
    ["within one day", { from: "12:00", to: "13:00" }, "2026-11-22T12:10:00Z", "2026-11-22T13:00"],
    [
      "in a zone off by 45 minutes",
      { from: "22:00", to: "06:00", timeZone: "Asia/Kathmandu" },
      "2026-11-22T17:00:00Z",
      "2026-11-23T00:15",
    ],
  ] as const
) {
  Deno.test(`quietUntil() ends quiet hours ${what}`, () => assertEquals(until(config, now), end));
}

Deno.test("quietUntil() is the first minute that is not quiet, in every zone and on every day", () => {
  const time = fc.integer({ min: 0, max: 1_439 })
    .map((minute) =>
      `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`
    );
  const zone = fc.constantFrom("UTC", "Europe/Vienna", "America/New_York", "Asia/Kolkata");
  // Around the changes of the clocks in Europe and America.
  const day = fc.constantFrom("2026-03-08", "2026-03-29", "2026-10-25", "2026-11-01", "2026-06-01");
  fc.assert(
    fc.property(time, time, zone, day, fc.nat(1_439), (from, to, timeZone, day, minute) => {
      fc.pre(from !== to);
      const hours = v.parse(QuietHoursSchema, { from, to, timeZone });
      const now = Date.parse(`${day}T00:00:00Z`) + minute * MINUTE;
      // Asked minute by minute what the clock on the wall shows.
      let end = now;
      while (isQuiet(hours, end)) end += MINUTE;
      assertEquals(quietUntil(hours, now), end === now ? undefined : end);
    }),
    {
      numRuns: 200,
      examples: [
        // The clocks jump over the only minutes that are not quiet: it is quiet until the next day.
        ["02:10", "02:05", "Europe/Vienna", "2026-03-29", 0],
        // They go back, and what is not quiet comes twice.
        ["02:30", "02:20", "Europe/Vienna", "2026-10-25", 35],
      ],
    },
  );
});
