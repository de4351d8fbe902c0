/**
 * The dashboard in a real browser over loopback: how much its first view loads, and how long it takes
 * until it can be used, with events in the log. Nothing is cached.
 *
 * @module
 */
import { chromium } from "playwright-core";
import { findBrowser } from "../tests/browser/find_browser.ts";
import { PageServer } from "../tests/browser/page_server.ts";
import { firstViewSizes } from "../tests/dashboard/first_view.ts";
import { median, printFigures } from "./figures.ts";

const LOADS = 11;
const EVENTS = 10_000;

/**
 * Notes when the page is in use: the first view shows its figures, and the browser has nothing to do
 * before the next input.
 */
const NOTE_TIMES = `{
  globalThis.times = {};
  const note = (name, selector) => {
    if (times[name] === undefined && document.querySelector(selector) !== null) {
      times[name] = null;
      setTimeout(() => times[name] = performance.now());
    }
  };
  const look = () => {
    note("frame", "header nav a");
    note("figures", ".figures dd");
    note("live", ".badge[data-word=live]");
    if (Object.values(times).filter((time) => time > 0).length < 3) setTimeout(look, 1);
  };
  look();
}`;

const found = await findBrowser();
if ("missing" in found) throw new Error(`Cannot measure the page: ${found.missing}`);
await using server = new PageServer();
for (let from = 1; from <= EVENTS; from += 1_000) {
  await server.record(Array.from({ length: 1_000 }, (_, index) => ({
    event: `Event ${from + index}.`,
    user: `User ${index % 50} (user${index % 50}@example.org)`,
    ipAddress: `192.0.2.${index % 250}`,
  })));
}
const browser = await chromium.launch({ executablePath: found.path, args: ["--no-sandbox"] });
const loads: Load[] = [];
try {
  for (let load = 0; load < LOADS; load++) {
    loads.push({ empty: await measureEmpty(), ...await measure() });
  }
} finally {
  await browser.close();
}

/** When each part was there, in milliseconds since the navigation began. */
type Load = Readonly<Record<"empty" | "frame" | "figures" | "live", number>>;

/** How long this browser takes for an answer that is next to nothing. */
async function measureEmpty(): Promise<number> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`${server.origin}/healthz`);
    return Number(
      await page.evaluate(
        `performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd`,
      ),
    );
  } finally {
    await context.close();
  }
}

async function measure(): Promise<Omit<Load, "empty">> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    await page.addInitScript(NOTE_TIMES);
    await page.goto(server.link());
    await page.locator(".badge[data-word=live]").waitFor();
    for (;;) {
      const times = await page.evaluate("times") as Record<string, number | null>;
      const { frame, figures, live } = times;
      if (frame && figures && live) return { frame, figures, live };
    }
  } finally {
    await context.close();
  }
}

const spread = (part: keyof Load) => {
  const [first = 0, ...others] = loads.map((load) => Math.round(load[part]));
  return { "first, ms": first, "median, ms": median(others), "slowest, ms": Math.max(...others) };
};
const table = {
  "for comparison: an empty page": spread("empty"),
  "the frame is shown": spread("frame"),
  "the figures are shown": spread("figures"),
  "events are live": spread("live"),
};
printFigures({
  title: `The page, ${EVENTS.toLocaleString()} events in the log`,
  table,
  notes: ["first: with a browser that has just started"],
  result: {
    first_view_kb: Number(
      (firstViewSizes().reduce((sum, [, bytes]) => sum + bytes, 0) / 1000).toFixed(1),
    ),
    interactive_ms: table["the figures are shown"]["median, ms"],
  },
});
Deno.exit();
