/**
 * What a newcomer sees in the first minute: `deno task start`, its link opened in a browser, and the
 * seconds until events move, the alert is there, its story, and its delivery.
 *
 * @module
 */
import { chromium } from "playwright-core";
import { findBrowser } from "../tests/browser/find_browser.ts";
import { firstMinute } from "../tests/browser/first_minute.ts";
import { StartRun } from "../tests/local/start_run.ts";
import { printFigures } from "./figures.ts";

const found = await findBrowser();
if ("missing" in found) throw new Error(`Cannot open the page: ${found.missing}`);
const browser = await chromium.launch({ executablePath: found.path, args: ["--no-sandbox"] });
const begun = performance.now();
await using run = await StartRun.start();
try {
  const page = await browser.newPage();
  await run.until(/Page\s+http/);
  const printed = (performance.now() - begun) / 1000;
  const { seconds } = await firstMinute(run, page);
  const rounded = Object.fromEntries(
    Object.entries(seconds).map(([what, at]) => [what, { "s after the link": at.toFixed(1) }]),
  );
  printFigures({
    title: `deno task start printed its link after ${printed.toFixed(1)} s`,
    table: rounded,
    notes: ["nothing was typed"],
    result: {
      link_s: Number(printed.toFixed(1)),
      all_s: Number(Math.max(...Object.values(seconds)).toFixed(1)),
    },
  });
} finally {
  await browser.close();
}
