import { assertEquals } from "@std/assert";
import { StartRun } from "../local/start_run.ts";
import { firstMinute, STORY } from "./first_minute.ts";
import { browserTest, watchErrors } from "./page_test_of.ts";
import { SIZES, takePictures } from "./pictures.ts";

browserTest(
  "the link that start prints shows events, the alert with its story, its events and its delivery, all in workerd",
  async (browser) => {
    await using run = await StartRun.start();
    const page = await browser.newPage({ viewport: SIZES.wide });
    const errors = watchErrors(page);
    const { link } = await firstMinute(run, page);
    await page.getByRole("button", { name: "Test receiver" }).click();
    await page.getByText("receiver accepted a sample alert: 204").waitFor();
    assertEquals(errors, []);

    await takePictures(browser, async (page, take) => {
      const [origin = ""] = link.split("#");
      await page.goto(origin);
      await take("sign-in");
      await page.goto(link);
      await page.getByRole("link", { name: STORY }).waitFor();
      for (const view of ["now", "alerts?level=informational", "events", "rules", "deliveries"]) {
        await page.goto(`${origin}#/${view}`);
        await take(view.replace(/\?.*/, ""));
      }
      for (const [view, name] of [["alerts", "alert"], ["events", "event"]] as const) {
        await page.goto(`${origin}#/${view}`);
        await page.locator(".row").first().click();
        await page.locator("dialog").waitFor();
        await take(name);
        await page.keyboard.press("Escape");
        await page.locator("dialog").waitFor({ state: "detached" });
      }
      await page.goto(`${origin}#/rules`);
      await page.getByRole("link", { name: "ThousandEyes API Token Created" }).click();
      await page.getByRole("button", { name: "Try on the last events" }).click();
      await page.getByText(/tests passed/).scrollIntoViewIfNeeded();
      await take("rule");
    });
  },
);
