import { assertEquals } from "@std/assert";
import type { Browser } from "playwright-core";
import { StartRun } from "../local/start_run.ts";
import { eventually } from "../support/eventually.ts";
import { browserTest, watchErrors } from "./page_test_of.ts";

/** Where the pictures of the documentation are written, if they are asked for. */
const IMAGES = new URL("../../docs/images/", import.meta.url);
const areWanted = Deno.env.has("SCREENSHOTS");
const SIZES = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
const STORY = /Ana Alvarez failed to log in again and again/;

browserTest(
  "the link that start prints shows events, the alert with its story, its events and its delivery, all in workerd",
  async (browser) => {
    await using run = await StartRun.start();
    const [, link = ""] = await run.until(/Page\s+(http:\/\/127\.0\.0\.1:\d+\/#token=pan_\S+)$/);
    await run.until(/Ready after/);
    const page = await browser.newPage({ viewport: SIZES.wide });
    const errors = watchErrors(page);
    await page.goto(link);
    assertEquals(await page.evaluate("location.hash"), "");
    await page.getByRole("link", { name: STORY }).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByText("ThousandEyes Account Taken Over").waitFor();
    assertEquals(await drawer.getByText("Login failed.").count() >= 4, true);
    await drawer.getByText("API token generated.").first().waitFor();
    await drawer.getByRole("link", { name: "Deliveries" }).click();
    await page.getByText("delivered", { exact: true }).last().waitFor();
    await page.getByText(/^204 in \d+ ms$/).waitFor();
    await page.getByRole("button", { name: "Test receiver" }).click();
    await page.getByText("receiver accepted a sample alert: 204").waitFor();
    await page.getByRole("link", { name: "Events", exact: true }).click();
    const count = async () =>
      parseInt((await page.locator("output").textContent() ?? "").replaceAll(",", ""));
    const before = await eventually(count, (count) => count > 0);
    await eventually(count, (count) => count > before);
    assertEquals(errors, []);
    if (areWanted) await takePictures(browser, link);
  },
);

async function takePictures(browser: Browser, link: string): Promise<void> {
  await Deno.mkdir(IMAGES, { recursive: true });
  const [origin] = link.split("#");
  for (const colorScheme of ["light", "dark"] as const) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      const page = await browser.newPage({ viewport, colorScheme });
      const take = async (name: string) => {
        // The focus and what is still loading are no part of the picture.
        await page.waitForTimeout(500);
        const path = new URL(`${name}-${colorScheme}-${size}.png`, IMAGES).pathname;
        await page.screenshot({ path });
      };
      await page.goto(origin ?? "");
      await take("sign-in");
      await page.goto(link);
      await page.getByRole("link", { name: STORY }).waitFor();
      for (const view of ["now", "alerts", "events", "rules", "deliveries", "sources"]) {
        await page.goto(`${origin}#/${view}`);
        await take(view);
      }
      for (const view of ["alerts", "events"]) {
        await page.goto(`${origin}#/${view}`);
        await page.locator(".row").first().click();
        await page.locator("dialog").waitFor();
        await take(view === "alerts" ? "alert" : "event");
        await page.keyboard.press("Escape");
        await page.locator("dialog").waitFor({ state: "detached" });
      }
      await page.goto(`${origin}#/rules`);
      await page.getByRole("link", { name: "ThousandEyes API Token Created" }).click();
      await page.getByRole("button", { name: "Try on the last events" }).click();
      await page.getByText(/tests passed/).scrollIntoViewIfNeeded();
      await take("rule");
      await page.close();
    }
  }
}
