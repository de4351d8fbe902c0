import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseDate } from "../../src/thousandeyes/event/parse_date.ts";

const AT = Date.UTC(2022, 6, 17, 22, 0, 54);

Deno.test("parseDate() reads every form that the API and its clients are known to use", () => {
  const forms: [string, number][] = [
    ["2022-07-17T22:00:54Z", AT],
    ["2022-07-17t22:00:54z", AT],
    ["2022-07-17 22:00:54Z", AT],
    ["2022-07-17 22:00:54", AT],
    ["2022-07-17T22:00:54", AT],
    ["2022-07-17T22:00:54.000000+0000", AT],
    ["2022-07-17T22:00:54+00:00", AT],
    ["2022-07-17T22:00:54-00:00", AT],
    ["2022-07-18T00:00:54+02:00", AT],
    ["2022-07-17T16:30:54-05:30", AT],
    ["2022-07-17T22:00:54.5Z", AT + 500],
    ["2022-07-17T22:00:54.123456789Z", AT + 123],
    ["2022-07-17T22:00:54.9999Z", AT + 999],
    ["2016-12-31T23:59:60Z", Date.UTC(2017, 0, 1)],
    ["2024-02-29T00:00:00Z", Date.UTC(2024, 1, 29)],
    ["1969-12-31T23:59:59.999Z", -1],
    ["0000-01-01T00:00:00Z", Date.parse("0000-01-01T00:00:00Z")],
    ["9999-12-31T23:59:59Z", Date.parse("9999-12-31T23:59:59Z")],
  ];
  for (const [text, at] of forms) assertEquals(parseDate(text), at, text);
});

Deno.test("parseDate() rejects everything else", () => {
  const others = [
    "",
    "yesterday",
    "2022-07-17",
    "2022-07-17T22:00Z",
    "2022-7-17T22:00:54Z",
    "2022-13-01T00:00:00Z",
    "2022-00-01T00:00:00Z",
    "2022-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2022-04-31T00:00:00Z",
    "2022-01-00T00:00:00Z",
    "2022-01-01T24:00:00Z",
    "2022-01-01T00:60:00Z",
    "2022-01-01T00:00:61Z",
    "2022-01-01T00:00:00.Z",
    "2022-01-01T00:00:00+24:00",
    "2022-01-01T00:00:00+01:60",
    "2022-01-01T00:00:00+1",
    "2022-01-01T00:00:00 Z",
    " 2022-01-01T00:00:00Z",
    "2022-01-01T00:00:00Z\n",
    "20220101T000000Z",
    "1658095254",
    "+002022-01-01T00:00:00Z",
    "２０２２-01-01T00:00:00Z",
    "20a2-01-01T00:00:00Z",
    "2022-01-01T0x:00:00Z",
    "2022-01-01T00:00:0/Z",
    "2022-01-01T00:0::00Z",
  ];
  for (const text of others) assertEquals(parseDate(text), undefined, text);
});

const instant = fc.integer({
  min: Date.parse("0001-01-01T00:00:00Z"),
  max: Date.parse("9998-12-31T00:00:00Z"),
});

Deno.test("parseDate() reads back any instant in any zone", () => {
  fc.assert(
    fc.property(instant, fc.integer({ min: -1439, max: 1439 }), (at, offset) => {
      const there = new Date(at + offset * 60_000).toISOString().replace("Z", "");
      const two = (value: number) => String(Math.trunc(value)).padStart(2, "0");
      const size = Math.abs(offset);
      const zone = `${offset < 0 ? "-" : "+"}${two(size / 60)}:${two(size % 60)}`;
      assertEquals(parseDate(there + zone), at);
      assertEquals(parseDate(new Date(at).toISOString()), at);
    }),
  );
});

Deno.test("parseDate() agrees with Date.parse() on every date that both accept", () => {
  const digits = fc.integer({ min: 0, max: 99 }).map((value) => String(value).padStart(2, "0"));
  const year = fc.integer({ min: 0, max: 9999 }).map((value) => String(value).padStart(4, "0"));
  fc.assert(
    fc.property(year, digits, digits, digits, digits, digits, (y, mo, d, h, mi, s) => {
      const text = `${y}-${mo}-${d}T${h}:${mi}:${s}Z`;
      const ours = parseDate(text);
      const theirs = Date.parse(text);
      // It knows no leap second; it takes the end of a day for 24:00 and any day up to 31.
      if (ours === undefined || s === "60") return;
      assertEquals(ours, theirs, text);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("parseDate() reads the usual form like all others", () => {
  const character = fc.constantFrom(..."0123456789-:TZ /a");
  const text = fc.oneof(
    fc.array(character, { minLength: 20, maxLength: 20 }).map((list) => list.join("")),
    instant.map((at) => new Date(at).toISOString().replace(/\.\d+Z$/, "Z")),
  ).chain((text) =>
    fc.tuple(fc.nat(19), fc.option(character)).map(([index, other]) =>
      other === null ? text : text.slice(0, index) + other + text.slice(index + 1)
    )
  );
  fc.assert(
    fc.property(text, (text) => {
      // With a fraction of nothing, which the usual form does not have.
      const unusual = text.endsWith("Z") ? text.replace(/Z$/, ".0Z") : text;
      assertEquals(parseDate(text), parseDate(unusual), text);
    }),
    { numRuns: 3_000 },
  );
});
