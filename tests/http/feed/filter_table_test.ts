import { assert, assertEquals } from "@std/assert";
import {
  FilterTable,
  MAX_FILTERS,
  MAX_FILTERS_PER_TOKEN,
} from "../../../src/http/feed/filter_table.ts";
import type { EntryFilter } from "../../../src/http/log_access.ts";
import { LogFixture } from "../log_fixture.ts";

const filter = (key: string): EntryFilter => ({ key, matches: () => true });

Deno.test("FilterTable shares one feed among all who ask for the same, in use or not", () => {
  using fixture = new LogFixture();
  const table = new FilterTable(fixture.access.events);
  const [one, other] = ["siem", "soc"].map((name) => table.share(filter("a"), name)!);
  assert(one!.feed === other!.feed);
  one!.release();
  other!.release();
  assert(table.share(filter("a"), "siem")!.feed === one!.feed);
  assert(table.share(filter("b"), "siem")!.feed !== one!.feed);
});

Deno.test("FilterTable keeps a bounded number of filters, half of them for one token, and drops the longest unused", () => {
  using fixture = new LogFixture();
  const table = new FilterTable(fixture.access.events);
  const own = Array.from(
    { length: MAX_FILTERS_PER_TOKEN },
    (_, n) => table.share(filter(`own ${n}`), "siem"),
  );
  assert(own.every((shared) => shared !== undefined));
  assertEquals(table.share(filter("one more"), "siem"), undefined);
  assert(table.share(filter("own 0"), "siem") !== undefined, "what it uses already costs nothing");
  const others = Array.from(
    { length: MAX_FILTERS - MAX_FILTERS_PER_TOKEN },
    (_, n) => table.share(filter(`other ${n}`), `token ${n}`),
  );
  assert(others.every((shared) => shared !== undefined));
  assertEquals(table.share(filter("none is left"), "soc"), undefined);
  others[3]?.release();
  others[3]?.release(); // changes nothing
  others[1]?.release();
  assert(table.share(filter("in its place"), "soc") !== undefined);
  const again = table.share(filter("other 1"), "soc");
  assert(again === undefined || again.feed !== others[1]?.feed, "the longest unused went first");
});
