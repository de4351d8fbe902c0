import { type Browser, chromium, type Page } from "playwright-core";
import { findBrowser } from "./find_browser.ts";
import { PageServer } from "./page_server.ts";

const found = await findBrowser();
/** One browser for the tests of a file: each opens pages of its own, which share nothing. */
let browser: Browser | undefined;
Deno.test.afterAll(() => browser?.close());
/** A message that never comes must not hang a test. */
const TIMEOUT_MS = 60_000;

/** What a test of the page works with. */
export interface PageTest {
  /** The page, not opened yet. */
  readonly page: Page;
  /** The server of the page, with a real log. */
  readonly server: PageServer;
  /** The browser, for a page with other settings. */
  readonly browser: Browser;
}

/**
 * Declares a test in a real browser; without one, it is reported as skipped, with the reason.
 *
 * @param name The promise.
 * @param test The test. An error in the page or a violation of its policy fails it.
 */
export function pageTest(name: string, test: (parts: PageTest) => Promise<void>): void {
  browserTest(name, async (browser) => {
    await using server = new PageServer();
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const errors = watchErrors(page);
    await test({ page, server, browser });
    if (errors.length > 0) throw new Error(`The page had errors:\n${errors.join("\n")}`);
  });
}

/**
 * Declares a test that needs a browser only.
 *
 * @param name The promise.
 * @param test The test.
 */
export function browserTest(name: string, test: (browser: Browser) => Promise<void>): void {
  const skipped = "missing" in found ? found.missing : undefined;
  Deno.test({
    name: skipped === undefined ? name : `${name} (skipped: ${skipped})`,
    ignore: skipped !== undefined,
    // The driver keeps timers and pipes of its own.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      if ("missing" in found) return;
      browser ??= await chromium.launch({
        executablePath: found.path,
        args: ["--no-sandbox", "--disable-background-networking"],
      });
      try {
        await test(browser);
      } finally {
        for (const context of browser.contexts()) await context.close();
      }
    },
  });
}

/** What goes wrong in a page: exceptions, and what the browser itself refuses or reports. */
export function watchErrors(page: Page): string[] {
  page.setDefaultTimeout(TIMEOUT_MS);
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("dialog", (dialog) => {
    errors.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    // Requests fail while a test has stopped the server, and 401 and 403 are answers.
    if (message.type() === "error" && !/Failed to load resource|net::ERR/.test(message.text())) {
      errors.push(message.text());
    }
  });
  return errors;
}
